"""Tune: a score, an algorithm, and the policy moves while one looks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from components.controls.model import KINDS
from components.controls.prompt import ask_prompt
from components.instruments.tuning_film import tuning as tuning_film
from components.server.job_queue import job_queue
from components.server.models import models
from components.server.pictures import is_slow
from components.server.warmup import warmup
from components.shell.address import follow_address, linked_part, visit, write_link
from components.shell.carried import since_link
from components.shell.made_choices import made_choices
from components.shell.messages import messages, on_its_way, tell_notes, tell_problem
from components.shell.navigation import go_to
from components.shell.now import tell_now, tell_visit
from components.shell.plain import plain
from components.shell.principle import principle
from components.shell.queued_run import QueuedRun
from components.shell.run_progress import show_progress, show_warnings
from components.shell.served import why_not_tuned
from components.shell.shelf import TunedPolicy, shelf
from components.shell.takeaway import conclude
from components.shell.ticker import part
from components.shell.visit import READY, Visit
from components.shell.wanted_model import choose, described, leave, settle
from components.tune.controls import ask_all, ask_main, ask_start, show_loss
from components.tune.link import IN_LINK
from components.tune.memory import TuneMemory, tune_memory
from components.tune.outcome import show_outcome
from components.tune.over_optimisation import show_over_optimisation, tick
from components.tune.passing import ask_for_the_other_score, show_passing
from components.tune.problems import ask_problems, ask_what_is_paid
from components.tune.progress import show_choices, show_groups, show_step_time
from components.tune.recipe import Size
from components.tune.side_by_side import ask_for_another, show_side_by_side
from components.tune.souvenirs import offer_the_film
from components.tune.tuned_policies import show_tuned_policies
from mdp_core.rlhf.tuning_run import expected_seconds
from mdp_core.tokens.sources.model_id import SMOLLM2, SUMS, base_id, reads_chats

if TYPE_CHECKING:
    from mdp_core.rlhf.adapters import AdapterSpec
    from mdp_core.rlhf.spec import TuneSpec
    from mdp_core.tokens.language_model import LanguageModel

TICK = 0.5  # seconds between two looks at a run
LARGE_TICK = 1.0  # of a large model, whose steps take seconds
SLICE = 0.2  # seconds of reading in one run of the page
BY_SCORES = (
    "Nobody told the policy which word is right: texts were drawn and scored, and those that beat their like became "
    "likelier. beta decides how far it may go from the reference for that."
)
BY_CHOICES = (
    "Nobody told the policy a score: of every two texts the chosen one became likelier beside the other. "
    "beta decides how far it may go from the reference for that."
)
NAMES = {READY: "Pocket", SUMS: "Sums", SMOLLM2: "SmolLM2"}


def page() -> None:
    """The page."""
    current, memory = follow_address(visit(), *IN_LINK), tune_memory()
    if warmup().done:
        settle(current, models())
    if memory.run is not None and memory.run.job is not None:
        memory.run.job.look()
    base = shelf().base_of(current.scenario.text.model)
    model = models().get(base)
    size: Size = "sums" if base == SUMS else "large" if model is not None and is_slow(model) else "small"
    st.header("1 · Tune: how far will a score alone move the policy?", anchor="tune")
    start = memory.start_of(base, shelf())
    _ask_what(current, memory, base, start)
    with messages():
        _tell_of_models(current, memory)
    why = why_not_tuned(base, models(), "it cannot be tuned")
    if model is not None and not why:
        _ask_how(current, memory, model, size, start)
    if why:
        st.info(plain(why))
    tell_visit(current)
    if not why or memory.run is not None:
        part(lambda: _show_run(memory), ticks=lambda: _tick(memory))
    show_tuned_policies()
    linked_part(show_over_optimisation, *IN_LINK, ticks=tick)
    write_link(current, *IN_LINK)


def _tick(memory: TuneMemory) -> float | None:
    live = memory.live
    return None if live is None else LARGE_TICK if live.is_heavy else TICK


# What is asked


def _ask_what(current: Visit, memory: TuneMemory, base: str, start: TunedPolicy | None) -> None:
    """The texts: prompt, model, where it begins, score."""
    with st.container(horizontal=True, key="tune_what", gap="small", vertical_alignment="center"):
        if base == SUMS:
            ask_problems(current, memory.recipe)
        if base != SUMS or not memory.recipe.value("sums", "digits"):
            ask_prompt(current)
        names = {**NAMES, **({base: _name(base)} if base not in NAMES else {})}
        picked = _wanted(current) or base
        key = f"tune_model {picked}"
        st.segmented_control(
            "Language model",
            list(names),
            default=picked if picked in names else None,
            format_func=lambda name: plain(names[name]),
            key=key,
            on_change=lambda: _pick(current, st.session_state.get(key)),
            label_visibility="collapsed",
            required=True,
            width="content",
        )
        ask_start(current, [policy for policy in shelf() if policy.base == base], start, memory.start_from)
        if st.button(
            plain(f"Score: {principle().name}"),
            key="tune_score",
            icon=":material/grade:",
            help="What a finished text is scored by. Choose another one on page Score.",
        ):
            go_to("Score")
        if base == SUMS:
            ask_what_is_paid()


def _name(base: str) -> str:
    if reads_chats(base):
        return f"{_name(base_id(base))} chat"
    if base in NAMES:
        return NAMES[base]
    if base in KINDS:
        return KINDS[base]
    served = models().writer(base)
    return (base if served is None else served.name).rsplit("/", 1)[-1][:24]


def _wanted(current: Visit) -> str | None:
    """A model that was picked, here or in a menu elsewhere, or that the link asks for, and that is not here."""
    return current.picked if current.picked in NAMES else current.wanted


def _pick(current: Visit, model: str | None) -> None:
    current.picked = None
    if model is None:
        return
    if models().get(model) is not None or model in (READY, SUMS):
        choose(current, model, models())
    else:
        current.picked = model


def _tell_of_models(current: Visit, memory: TuneMemory) -> None:
    """A policy that is gone, a model on its way, or one that could be had."""
    tell_notes(current.notes, current.dismiss)
    if memory.lost:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.info(plain(f"“{memory.lost}” is no longer kept: the next run starts from the reference."))
            st.button("OK", key="tune_lost", on_click=lambda: memory.start_from(None))
    if on_its_way(current, warmup()):
        current.picked = None
        return
    if warmup().problem or current.model_problem:
        tell_problem(warmup().problem or current.model_problem, "The model that was here stays.", current.give_up)
    wanted = _wanted(current)
    if wanted is None:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.info(
            "A real language model: thirty steps of it take a minute or more, and Pocket is tuned until it is here."
        )
        load = plain(f"Load {described(wanted, models())}")
        st.button(load, key="tune_load", on_click=choose, args=(current, wanted, models()), type="primary")
        st.button("Stay with Pocket", key="tune_stay", on_click=leave, args=(current,))


def _ask_how(current: Visit, memory: TuneMemory, model: LanguageModel, size: Size, start: TunedPolicy | None) -> None:
    """The guess, the controls, Start. What was typed stays, and what is wrong with it is said."""
    recipe, text = memory.recipe, current.scenario.text.prompt
    score = principle()
    if not score.choices:  # no reward model brought those that it learned from
        score = replace(score, choices=made_choices())
    shape = None if start is None else start.adapter.spec
    wrong = _wrong(current, memory, size, shape)
    if current.scenario.text.model != model.id:
        begun = "the model itself" if start is None else f"“{start.name}”"
        st.caption(plain(f"Tuning begins with {begun}; the tuned policy that is on the Stage stays what it is."))
    with st.container(horizontal=True, key="tune_main", gap="small", vertical_alignment="bottom"):
        ask_main(current, recipe, size)
        _ask_guess(current, memory, model, size)
        label = "Start" if not memory.is_live else "Start anew"

        def begin(*, instead: bool = False) -> None:
            memory.begin(model, size, text, score, job_queue(), start=start, instead=instead)

        st.button(
            label,
            key="tune_start",
            type="primary",
            on_click=begin,
            disabled=bool(wrong),
            help=None if wrong else _estimate(recipe.spec(size, text, shape), model),
            width=120,
        )
        ask_all(current, recipe, size, start)
    if memory.asking and memory.live is not None:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            which = "run" if memory.live is memory.run else "run beside"
            done = f"step {memory.live.steps} of {memory.live.spec.steps}"
            st.warning(f"Your {which} is at {done}, and there is one at a time. Stop it and start the new one?")
            st.button("Start the new one", key="tune_instead", on_click=lambda: begin(instead=True))
            st.button("Go on with this one", key="tune_keep", on_click=lambda: setattr(memory, "asking", False))
    if wrong or memory.refused:
        tell_problem(wrong or memory.refused, "What you typed stays.")


def _estimate(spec: TuneSpec, model: LanguageModel) -> str | None:
    """How long a run will take, where somebody has tuned this model on this machine lately."""
    second = expected_seconds(model, spec)
    return None if second is None else f"About {max(round(second * spec.steps), 1)} s, as steps went lately."


def _wrong(current: Visit, memory: TuneMemory, size: Size, shape: AdapterSpec | None) -> str:
    draft = current.drafts.get("prompt")
    if draft is not None and draft.problem:
        return draft.problem
    try:
        memory.recipe.spec(size, current.scenario.text.prompt, shape)
    except ValueError as error:
        return str(error)
    return ""


def _ask_guess(current: Visit, memory: TuneMemory, model: LanguageModel, size: Size) -> None:
    """Predict: a number on the score's own scale."""
    tokens = memory.recipe.value(size, "tokens")
    most = tokens if isinstance(tokens, int) and tokens > 0 else 1
    try:
        low, high = principle().range(most, model, current.scenario.text.prompt)
    except ValueError:  # what is wrong with the prompt or the score is said when a run is asked for
        return
    low, high = max(low, -1e6), min(high, 1e6)
    steps = memory.recipe.value(size, "steps")
    key = since_link(f"tune_guess {low} {high}")
    st.slider(
        f"Predict: after {steps} steps the mean score will be",
        float(low),
        float(max(high, low + 1e-3)),
        value=float(min(max(memory.guess if memory.guess is not None else (low + high) / 2, low), high)),
        step=float(max((high - low) / 100, 1e-5)),
        key=key,
        on_change=lambda: setattr(memory, "guess", st.session_state[key]),
        width=340,
    )


# The run


def _show_run(memory: TuneMemory) -> None:
    run = memory.run
    if run is None:
        show_loss(memory.recipe.algorithm)
        if warmup().done:  # before that there is no Start to press
            st.info("Press Start: every step's texts, scores and probabilities are shown while the policy learns.")
        return
    if run.job is not None:
        run.job.look()
    live = run.is_live
    show_progress(run)
    show_warnings(run)
    show_outcome(run)
    memory.read(SLICE)
    if run.snapshots:
        newest = run.snapshots[-1]
        tell_now(
            {
                "beta": f"{run.spec.beta:g}",
                "KL divergence": f"{newest.kl:.2f} nats",
                "entropy": f"{newest.entropy:.2f} nats",
                "rank": str(run.spec.adapter.rank),
                "learning rate": f"{run.spec.learning_rate:g}",
            }
        )
        tuning_film(
            run.film,
            key="tune_film",
            run=str(memory.runs),
            live=live,
            on_step=lambda n: setattr(memory, "step", n),
            on_watch=memory.watch,
        )
        offer_the_film(run)
        show_passing(run)
    show_groups(run)
    show_choices(run)
    show_step_time(run)
    show_loss(run.spec.algorithm)
    _show_beside(memory, run)
    if not live:
        conclude(BY_CHOICES if run.choices is not None else BY_SCORES)


def _show_beside(memory: TuneMemory, run: QueuedRun) -> None:
    """Another algorithm's run, and both in one picture; first which one it is to be."""
    other = memory.beside
    if other is not None:
        if other.job is not None:
            other.job.look()
        show_progress(other, key="beside")
        show_warnings(other)
        show_side_by_side(run, other)
    if run.snapshots and not memory.is_live:
        ask_for_another(memory, run)
        ask_for_the_other_score(memory, run)
