"""Why RL: a loss on a score cannot be written, and how one learns from it all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from components.controls.prompt import ask_prompt
from components.controls.question import ask_question
from components.controls.seed import ask_seed
from components.instruments.drawing.figures import figure
from components.instruments.estimate import estimate
from components.server.models import models
from components.server.warmup import warmup
from components.shell.address import follow_address, linked_part, visit, write_link
from components.shell.messages import messages, on_its_way, tell_notes, tell_problem
from components.shell.now import tell_visit
from components.shell.plain import plain
from components.shell.principle import principle
from components.shell.takeaway import conclude
from components.shell.ticker import work_on
from components.shell.visit import READY
from components.why.link import IN_LINK
from components.why.memory import DRAWN, EVERY, STEPS, TOKENS, WORDS, WhyMemory, why_memory
from components.why.path import GUESSES, answer, draw_path, offer_calls
from components.why.two_ways import compare, nearest
from mdp_core.work import Work

if TYPE_CHECKING:
    from mdp_core.rlhf.contest import Contest
    from mdp_core.rlhf.estimated_gradient import EstimatedGradient
    from mdp_core.tokens.language_model import LanguageModel

PATH = "1 · Where the gradient stops: the loss that cannot be written"
AROUND = "2 · Around the wall: the score-function estimator"
TWO_WAYS = "3 · Supervised learning or RL: what each needs, what each improves"
LESSONS = {
    PATH: "A score is a black box, and so is a draw: no loss on the score can be sent back through them.",
    AROUND: "The mean of (r − b) ∇log π is right on average, and its error falls as 1/√N; "
    "a good baseline makes every text count more.",
    TWO_WAYS: "Supervised learning copies a text that somebody wrote; RL needs only somebody who can say how good a "
    "text is.",
}
HALVES = (2, 4, 16)  # times as many texts
PLACES = ("to the target's own score", "to the best score there is", "nowhere")
EXAMPLES = {"wonderful.": "wonderful.", "terrible.": "terrible.", "none": ""}


def page() -> None:
    """The page "Why RL"."""
    current, memory = follow_address(visit(), *IN_LINK), why_memory()
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        ask_prompt(current)
        ask_seed(current)
    awake = warmup().done
    with messages():
        tell_notes(current.notes, current.dismiss)
        if not awake:
            on_its_way(current, warmup())
    model = models().get(READY) if awake else None
    if model is None:
        _wait(awake)
    else:
        wrong = current.drafts["prompt"].problem if "prompt" in current.drafts else ""
        wrong = wrong or memory.see(model, current.scenario.text.prompt)
        if wrong:
            tell_problem(wrong, f"This page goes on with “{memory.prompt}”.")
        linked_part(lambda: _show_path(memory, model, visit().scenario.seed), *IN_LINK)
        linked_part(lambda: _show_estimate(memory, model, visit().scenario.seed), *IN_LINK)
        linked_part(lambda: _show_two_ways(memory, model, visit().scenario.seed), *IN_LINK)
    tell_visit(current)
    write_link(current, *IN_LINK)


def _wait(awake: bool) -> None:
    if awake:
        tell_problem(warmup().problem or "The language model did not wake up.", "Reload the page.")
    for heading, lesson in LESSONS.items():  # what there is to see in a moment
        st.header(heading)
        conclude(lesson)


# 1. The way back ends


def _show_path(memory: WhyMemory, model: LanguageModel, seed: int) -> None:
    st.header(PATH, anchor="path")
    try:
        walked, passed = memory.see_walk(model, seed)
    except ValueError as error:
        tell_problem(str(error), "Choose another score on page Score.")
        return
    last = len(walked.tokens) - 1
    asked = "way_back" in memory.guesses

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="why_tokens"):
        st.caption(
            f"Seed {seed} on the Stage, Pocket at temperature 1. Choose a token:",
            width="content",
        )

        def look() -> None:
            memory.t = st.session_state["why_t"]

        if st.session_state.get("why_t") != memory.t:
            st.session_state["why_t"] = memory.t
        st.segmented_control(
            "t: which token of the text",
            list(range(last + 1)),
            format_func=lambda t: plain(model.named(walked.tokens[t])),
            key="why_t",
            on_change=look,
            required=True,
            label_visibility="collapsed",
        )
    draw_path(model, walked, memory.t, passed, memory.called, principle().name)
    ask_question(
        memory.guesses,
        "way_back",
        "on which of these three does backward() find a gradient?",
        GUESSES,
        lambda: answer(passed),
    )
    offer_calls(passed, memory.called, asked, memory.called.add)
    conclude(LESSONS[PATH])


# 2. Around the wall


def _show_estimate(memory: WhyMemory, model: LanguageModel, seed: int) -> None:
    st.header(AROUND, anchor="around")
    left, right = st.columns([4, 9], gap="medium")
    with left:
        st.latex(r"\nabla\,\mathbb{E}[r]=\mathbb{E}\big[(r(y)-b)\,\nabla\log\pi(y)\big]")
        st.caption("The score is only a weight. What is differentiated is log π, and that has a gradient.")
        _ask_score(memory)
        try:
            work = memory.see_estimate(model, seed)
        except ValueError as error:
            tell_problem(str(error), "Choose another score on page Score.")
            return
        _ask_halving(memory, work)
    with right:
        if "half" not in memory.guesses:
            st.info(f"Commit to a guess first: then {DRAWN:,} texts are drawn, and N is yours to drag.")
        elif not work.done:
            work_on(work, _doing, key="estimate_progress")
        elif work.error is not None:
            tell_problem(str(work.error), "Choose another score on page Score.")
        elif work.result is not None:
            _draw_estimate(memory, work.result, seed)
    conclude(LESSONS[AROUND])


def _ask_score(memory: WhyMemory) -> None:
    names = [principle().name, f"{WORDS} words long"]

    def pick() -> None:
        memory.far = st.session_state["why_score"] == 1

    if st.session_state.get("why_score") != int(memory.far):
        st.session_state["why_score"] = int(memory.far)
    st.radio(
        "r: scored by",
        [0, 1],
        format_func=lambda i: plain(names[i]),
        key="why_score",
        on_change=pick,
        horizontal=True,
        help="The first is what page Score has chosen. The second is far from 0 for nearly all texts.",
    )


def _ask_halving(memory: WhyMemory, work: Work[EstimatedGradient]) -> None:
    options = [f"{times} times as many" for times in HALVES]
    if "half" in memory.guesses and (work.result is None or not work.done):
        st.caption(f"You said {options[memory.guesses['half']]}. It is being worked out.")
        return

    def answer() -> tuple[int, str]:
        assert work.result is not None
        convergence = work.result.convergence
        slope = convergence.slope(0.0)
        if not slope < 0:
            return 1, "Here there is nothing to estimate."
        needed = 2 ** (-1 / slope)
        right = min(range(len(HALVES)), key=lambda i: abs(needed - HALVES[i]))
        return right, f"Measured: {needed:.1f} times, slope {figure(slope)}; 1/√N says 4 and −0.50."

    ask_question(memory.guesses, "half", "how many times as many texts halve the estimate's error?", options, answer)


def _draw_estimate(memory: WhyMemory, estimated: EstimatedGradient, seed: int) -> None:
    convergence = estimated.convergence
    if estimated.high - estimated.low < 1e-9:
        st.warning("Every text has the same score, so the exact gradient is 0: there is nothing to learn.")
        return
    margin = 0.05 * (estimated.high - estimated.low)
    estimate(
        convergence,
        key="why_estimate",
        of=f"{memory.prompt} {seed} {memory.scored().name}",
        low=min(estimated.low - margin, 0.0),
        high=max(estimated.high + margin, 0.0),
        mean=estimated.score,
    )
    best = convergence.moments.best_baseline
    st.caption(
        f"Exact: all {estimated.counted:,} texts of at most {TOKENS} tokens, but for {estimated.rest:.4f} of the "
        f"probability; E[r] = {figure(estimated.score, 3)}. Best baseline b = {figure(best, 3)}: worth "
        f"{convergence.gain(best):.2f} times as many texts. "
        f"Worked out in {estimated.seconds:.0f} s."
    )


# 3. With a target, or with a score


def _show_two_ways(memory: WhyMemory, model: LanguageModel, seed: int) -> None:
    st.header(TWO_WAYS, anchor="two-ways")
    wrong, work = "", None
    try:
        work = memory.see_contest(model, seed)
    except ValueError as error:
        wrong = str(error)
    left, right = st.columns([4, 9], gap="medium")
    with left:
        _ask_target(memory)
        if wrong:
            tell_problem(wrong, "RL needs no target: leave it empty.")
        has_target = bool(memory.target.strip()) and not wrong
        asked = "place" in memory.guesses or not has_target
        if has_target:
            _ask_place(memory, work)
        st.button(
            f"Let both learn: {STEPS} steps" if has_target else f"Let RL learn: {STEPS} steps",
            key="contest",
            type="primary",
            on_click=lambda: setattr(memory, "began", True),
            disabled=work is None or work.done or memory.began or not asked,
            help=None if asked else "First say what you expect.",
        )
        if work is not None and memory.began and not work.done:
            work_on(work, _doing, key="contest_progress")
        if work is not None and work.error:
            tell_problem(str(work.error), "Choose another score or target.")
    found: Contest | None = None if work is None else work.result
    with right:
        step = _ask_step(memory, found)
        target = f"{memory.prompt} {memory.target}" if has_target else ""
        compare(found, target, principle().name, step, wrong)
        if found is not None and work is not None and work.done and not found.signal:
            st.warning("All texts have the same score, so every advantage is 0: there is no signal to learn from.")
    conclude(LESSONS[TWO_WAYS])


def _ask_target(memory: WhyMemory) -> None:
    def typed() -> None:
        memory.target = st.session_state["why_target"]
        memory.guesses.pop("place", None)

    def pick(target: str) -> None:
        memory.target = target
        memory.guesses.pop("place", None)

    if st.session_state.get("why_target") != memory.target:
        st.session_state["why_target"] = memory.target
    st.text_input(
        plain(f"y*: the target text, up to {TOKENS} tokens after “{memory.prompt}”"),
        key="why_target",
        on_change=typed,
        placeholder="no target",
    )
    with st.container(horizontal=True, gap="small"):
        for name, target in EXAMPLES.items():
            label = plain(name) if target else "no target"
            st.button(label, key=f"target_{name}", on_click=pick, args=(target,), disabled=memory.target == target)


def _ask_place(memory: WhyMemory, work: Work[Contest] | None) -> None:
    contest = None if work is None or not work.done else work.result
    if "place" in memory.guesses and contest is None:
        st.caption(f"You said: {PLACES[memory.guesses['place']]}.")
        return

    def answer() -> tuple[int, str]:
        assert contest is not None
        before, after = contest.supervised[0].score, contest.supervised[-1].score
        return nearest(contest), f"From {figure(before)} to {figure(after)}; RL came to {figure(contest.rl[-1].score)}."

    ask_question(memory.guesses, "place", "where will learning from the target take the mean score?", PLACES, answer)


def _ask_step(memory: WhyMemory, found: Contest | None) -> int:
    """Which step of the learning is looked at: the last one that there is, until the visitor goes back."""
    last = found.rl[-1].step if found is not None else 0
    if last < STEPS:
        return last

    def look() -> None:
        memory.step = st.session_state["why_step"]

    shown = STEPS if memory.step is None else memory.step
    if st.session_state.get("why_step") != shown:
        st.session_state["why_step"] = shown
    return int(st.slider("step of the learning", 0, STEPS, step=EVERY, key="why_step", on_change=look, width=420))


def _doing(work: Work[Any]) -> str:
    return "stopped" if work.stopped else work.doing or "beginning"
