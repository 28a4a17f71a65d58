"""Tune: a score, an algorithm, and the policy moves while one looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.controls.prompt import prompt
from components.instruments.tuning_film import tuning as picture
from components.server.job_queue import workshop
from components.server.models import models
from components.server.pictures import is_slow
from components.server.warmup import warmup
from components.shell.address import follow_address, visit, write_link
from components.shell.messages import notes, on_its_way, problem
from components.shell.navigation import go_to
from components.shell.plain import plain
from components.shell.principle import principle
from components.shell.shelf import TunedPolicy, shelf
from components.shell.takeaway import takeaway
from components.shell.visit import READY, Visit
from components.shell.wanted_model import choose, described, leave, settle
from components.tune.controls import folded_controls, loss_of, main_controls, start_control
from components.tune.memory import Bench, bench
from components.tune.outcome import outcome
from components.tune.over_optimisation import over_optimisation
from components.tune.progress import progress, step_time, told
from components.tune.recipe import Size
from components.tune.run import expected_seconds
from components.tune.tuned_policies import tuned_policies
from mdp_core.tokens.sources.model_id import SMOLLM2

if TYPE_CHECKING:
    from mdp_core.rlhf.adapters import AdapterSpec
    from mdp_core.rlhf.spec import TuneSpec
    from mdp_core.tokens.language_model import LanguageModel

TICK = 0.5  # seconds between two looks at a run
LARGE_TICK = 1.0  # of a large model, whose steps take seconds
SLICE = 0.2  # seconds of reading in one run of the page
NAMES = {READY: "Pocket", SMOLLM2: "SmolLM2"}


def page() -> None:
    """The page."""
    here, mine = follow_address(visit()), bench()
    if warmup().done:
        settle(here, models())
    if mine.tuning is not None and mine.tuning.job is not None:
        mine.tuning.job.look()
    base = shelf().base_of(here.scenario.text.model)
    model = models().get(base)
    size: Size = "large" if model is not None and is_slow(model) else "small"
    st.subheader("1 · Tune: how far will a score alone move the policy?", anchor="tune")
    start = mine.start_of(base, shelf())
    _what(here, mine, base, start)
    _messages(here, mine)
    if model is not None:
        _predict(here, mine, model, size, start)
    st.fragment(_run, run_every=_tick(mine) if mine.is_live else None)(mine.is_live)
    tuned_policies()
    over_optimisation()
    write_link(here)


def _tick(mine: Bench) -> float:
    return LARGE_TICK if mine.tuning is not None and mine.tuning.is_heavy else TICK


# What is asked


def _what(here: Visit, mine: Bench, base: str, start: TunedPolicy | None) -> None:
    """The texts: prompt, model, where it begins, score."""
    with st.container(horizontal=True, key="tune_what", gap="small", vertical_alignment="center"):
        prompt(here)
        names = {**NAMES, **({base: base.rsplit("/", 1)[-1][:24]} if base not in NAMES else {})}
        picked = mine.wanted or (here.wanted or base)
        key = f"tune_model {picked}"
        st.segmented_control(
            "Language model",
            list(names),
            default=picked if picked in names else None,
            format_func=lambda name: plain(names[name]),
            key=key,
            on_change=lambda: _pick(here, mine, st.session_state.get(key)),
            label_visibility="collapsed",
            required=True,
            width="content",
        )
        start_control(here, [policy for policy in shelf() if policy.base == base], start, mine.start_from)
        st.button(
            plain(f"Score: {principle().name}"),
            key="tune_score",
            icon=":material/grade:",
            help="What a finished text is scored by. Choose another one on page Score.",
            on_click=lambda: st.session_state.update(to_score=True),
        )
    if st.session_state.pop("to_score", False):
        go_to("Score")


def _pick(here: Visit, mine: Bench, model: str | None) -> None:
    mine.wanted = ""
    if model is None:
        return
    if models().get(model) is not None or model == READY:
        choose(here, model, models())
    else:
        mine.wanted = model


def _messages(here: Visit, mine: Bench) -> None:
    """How the app was started, a model on its way, or one that could be had."""
    begun = warmup()
    notes(here.notes, here.dismiss)
    if mine.lost:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.info(plain(f"“{mine.lost}” is no longer kept: the next run starts from the reference."))
            st.button("OK", key="tune_lost", on_click=lambda: mine.start_from(None))
    if on_its_way(here, begun):
        mine.wanted = ""
        return
    if begun.problem or here.model_problem:
        problem(begun.problem or here.model_problem, "The model that was here stays.", here.give_up)
    wanted = mine.wanted or (here.wanted or "")
    if not wanted:
        return

    def load() -> None:
        mine.wanted = ""
        choose(here, wanted, models())

    def stay() -> None:
        mine.wanted = ""
        leave(here)

    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.info(
            "A real language model: thirty steps of it take a minute or more, and Pocket is tuned until it is here."
        )
        st.button(plain(f"Load {described(wanted, models())}"), key="tune_load", on_click=load, type="primary")
        st.button("Stay with Pocket", key="tune_stay", on_click=stay)


def _run_the_page() -> None:
    st.rerun()


def _predict(here: Visit, mine: Bench, model: LanguageModel, size: Size, start: TunedPolicy | None) -> None:
    """The guess, the controls, Start. What was typed stays, and what is wrong with it is said."""
    recipe, score, text = mine.recipe, principle(), here.scenario.text.prompt
    shape = None if start is None else start.adapter.spec
    wrong = _wrong(here, mine, size, shape)
    if here.scenario.text.model != model.id:
        begun = "the model itself" if start is None else f"“{start.name}”"
        st.caption(plain(f"Tuning begins with {begun}; the tuned policy that is on the Stage stays what it is."))
    with st.container(horizontal=True, key="tune_main", gap="small", vertical_alignment="bottom"):
        main_controls(here, recipe, size)
        _guess(here, mine, model, size)
        label = "Start" if not mine.is_live else "Start anew"

        def begin(*, instead: bool = False) -> None:
            mine.begin(model, size, text, score, workshop(), start=start, instead=instead)

        st.button(
            label,
            key="tune_start",
            type="primary",
            on_click=begin,
            disabled=bool(wrong),
            help=None if wrong else _estimate(recipe.spec(size, text, shape), model),
            width=120,
        )
        folded_controls(here, recipe, size, start)
    if mine.asking and mine.tuning is not None and mine.is_live:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            done = f"step {mine.tuning.steps} of {mine.tuning.spec.steps}"
            st.warning(f"Your run is at {done}, and there is one at a time. Stop it and start the new one?")
            st.button("Start the new one", key="tune_instead", on_click=lambda: begin(instead=True))
            st.button("Go on with this one", key="tune_keep", on_click=lambda: setattr(mine, "asking", False))
    if wrong or mine.refused:
        problem(wrong or mine.refused, "What you typed stays.")


def _estimate(spec: TuneSpec, model: LanguageModel) -> str | None:
    """How long a run will take, where somebody has tuned this model on this machine lately."""
    second = expected_seconds(model, spec)
    return None if second is None else f"About {max(round(second * spec.steps), 1)} s, as steps went lately."


def _wrong(here: Visit, mine: Bench, size: Size, shape: AdapterSpec | None) -> str:
    draft = here.drafts.get("prompt")
    if draft is not None and draft.problem:
        return draft.problem
    try:
        mine.recipe.spec(size, here.scenario.text.prompt, shape)
    except ValueError as error:
        return str(error)
    return ""


def _guess(here: Visit, mine: Bench, model: LanguageModel, size: Size) -> None:
    """Predict: a number on the score's own scale."""
    tokens = mine.recipe.value(size, "tokens")
    most = tokens if isinstance(tokens, int) and tokens > 0 else 1
    try:
        low, high = principle().range(most, model, here.scenario.text.prompt)
    except ValueError:  # what is wrong with the prompt or the score is said when a run is asked for
        return
    low, high = max(low, -1e6), min(high, 1e6)
    steps = mine.recipe.value(size, "steps")
    key = f"tune_guess {low} {high}"
    st.slider(
        f"Predict: after {steps} steps the mean score will be",
        float(low),
        float(max(high, low + 1e-3)),
        value=float(min(max(mine.guess if mine.guess is not None else (low + high) / 2, low), high)),
        step=float(max((high - low) / 100, 1e-5)),
        key=key,
        on_change=lambda: setattr(mine, "guess", st.session_state[key]),
        width=340,
    )


# The run


def _run(ticking: bool) -> None:
    mine = bench()
    run = mine.tuning
    if mine.is_live != ticking:  # only a run of the page can start or stop the fragment's clock
        _run_the_page()
    if run is None:
        loss_of(mine.recipe.algorithm)
        if warmup().done:  # before that there is no Start to press
            st.info("Press Start: every step's texts, scores and probabilities are shown while the policy learns.")
        return
    if run.job is not None:
        run.job.look()
    live = run.is_live

    def stop() -> None:
        if run.job is not None:
            run.job.stop()

    progress(run, stop)
    told(run)
    outcome(run)
    mine.read(SLICE)
    if run.snapshots:
        picture(
            run.film,
            key="tune_film",
            run=str(mine.runs),
            live=live,
            on_step=lambda n: setattr(mine, "step", n),
            on_watch=mine.watch,
        )
    step_time(run)
    loss_of(run.spec.algorithm)
    if not live:
        takeaway(
            "Nobody told the policy which word is right: texts were drawn and scored, and those that beat their like became "
            "likelier. beta decides how far it may go from the reference for that."
        )
