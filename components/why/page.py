"""Why RL: a loss on a score cannot be written, and how one learns from it all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from components.controls.prompt import prompt
from components.controls.question import question
from components.controls.seed import seed
from components.instruments.estimate import estimate
from components.server.models import models
from components.server.warmup import warmup
from components.shell.address import follow_address, visit, write_link
from components.shell.messages import notes, problem
from components.shell.plain import plain
from components.shell.principle import principle
from components.shell.takeaway import takeaway
from components.shell.visit import READY
from components.shell.waiting import waiting
from components.why import path as why_path
from components.why.memory import (
    DRAWN,
    EVERY,
    SLICE,
    STEPS,
    TICK,
    TOKENS,
    WORDS,
    Contest,
    Estimated,
    Job,
    Why,
    station,
    walk,
    why,
)
from components.why.two_ways import nearest, two_ways

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
    here, mine = follow_address(visit()), why()
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        prompt(here)
        seed(here)
    notes(here.notes, here.dismiss)
    model = models().get(READY) if warmup().done else None
    if model is None:
        st.fragment(_waking, run_every=TICK)()
    else:
        said = here.drafts["prompt"].problem if "prompt" in here.drafts else mine.see(model, here.scenario.text.prompt)
        if said:
            problem(said, f"This page goes on with “{mine.prompt}”.")
        st.fragment(_path)()
        st.fragment(_around)()
        st.fragment(_two_ways)()
    write_link(here)


def _waking() -> None:
    begun = warmup()
    if begun.done:
        if models().get(READY) is None:
            problem(begun.problem or "The language model did not wake up.", "Reload the page.")
            return
        st.rerun()
    waiting(f"Waking up the language model: {begun.progress.message}", begun.progress.fraction)
    for heading, lesson in LESSONS.items():  # what there is to see in a moment
        st.subheader(heading)
        takeaway(lesson)


def _pocket() -> Any:
    found = models().get(READY)
    assert found is not None
    return found


# 1. The way back ends


def _path() -> None:
    here, mine, model = visit(), why(), _pocket()
    st.subheader(PATH, anchor="path")
    try:
        walked = walk(model, mine.prompt, here.scenario.seed, principle())
    except ValueError as error:
        problem(str(error), "Choose another score on page Score.")
        return
    last = len(walked.tokens) - 1
    mine.t = min(mine.t, last)
    passed = station(model, walked, mine.t, principle())
    asked = "way_back" in mine.guesses

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="why_tokens"):
        st.caption(
            f"Seed {here.scenario.seed} on the Stage, Pocket at temperature 1. Choose a token:",
            width="content",
        )

        def look() -> None:
            mine.t = st.session_state["why_t"]

        if st.session_state.get("why_t") != mine.t:
            st.session_state["why_t"] = mine.t
        st.segmented_control(
            "t: which token of the text",
            list(range(last + 1)),
            format_func=lambda t: plain(model.piece(walked.tokens[t])),
            key="why_t",
            on_change=look,
            required=True,
            label_visibility="collapsed",
        )
    why_path.path(model, walked, mine.t, passed, mine.called, principle().name)
    question(
        mine.guesses,
        "way_back",
        "on which of these three does backward() find a gradient?",
        why_path.GUESSES,
        lambda: why_path.answer(passed),
    )
    why_path.calls(passed, mine.called, asked, mine.called.add)
    takeaway(LESSONS[PATH])


# 2. Around the wall


def _around() -> None:
    mine, model = why(), _pocket()
    st.subheader(AROUND, anchor="around")
    left, right = st.columns([4, 9], gap="medium")
    with left:
        st.latex(r"\nabla\,\mathbb{E}[r]=\mathbb{E}\big[(r(y)-b)\,\nabla\log\pi(y)\big]")
        st.caption("The score is only a weight. What is differentiated is log π, and that has a gradient.")
        _score(mine)
        try:
            work = mine.see_estimate(model, visit().scenario.seed)
        except ValueError as error:
            problem(str(error), "Choose another score on page Score.")
            return
        _halving(mine, work)
    with right:
        if "half" not in mine.guesses:
            st.info(f"Commit to a guess first: then {DRAWN:,} texts are drawn, and N is yours to drag.")
        elif not work.done:
            _working(mine, "estimate", lambda: mine.estimating)
        elif work.problem:
            problem(work.problem, "Choose another score on page Score.")
        elif work.result is not None:
            _estimate(mine, work.result)
    takeaway(LESSONS[AROUND])


def _score(mine: Why) -> None:
    names = [principle().name, f"{WORDS} words long"]

    def pick() -> None:
        mine.far = st.session_state["why_score"] == 1

    if st.session_state.get("why_score") != int(mine.far):
        st.session_state["why_score"] = int(mine.far)
    st.radio(
        "r: scored by",
        [0, 1],
        format_func=lambda i: plain(names[i]),
        key="why_score",
        on_change=pick,
        horizontal=True,
        help="The first is what page Score has chosen. The second is far from 0 for nearly all texts.",
    )


def _halving(mine: Why, work: Job[Estimated]) -> None:
    options = [f"{times} times as many" for times in HALVES]
    if "half" in mine.guesses and (work.result is None or not work.done):
        st.caption(f"You said {options[mine.guesses['half']]}. It is being worked out.")
        return

    def answer() -> tuple[int, str]:
        assert work.result is not None
        found = work.result.convergence
        slope = found.slope(0.0)
        if not slope < 0:
            return 1, "Here there is nothing to estimate."
        needed = 2 ** (-1 / slope)
        right = min(range(len(HALVES)), key=lambda i: abs(needed - HALVES[i]))
        return right, f"Measured: {needed:.1f} times, slope {slope:.2f}".replace("-", "−") + "; 1/√N says 4 and −0.50."

    question(mine.guesses, "half", "how many times as many texts halve the estimate's error?", options, answer)


def _estimate(mine: Why, found: Estimated) -> None:
    convergence = found.convergence
    if found.high - found.low < 1e-9:
        st.warning("Every text has the same score, so the exact gradient is 0: there is nothing to learn.")
        return
    margin = 0.05 * (found.high - found.low)
    estimate(
        convergence,
        key="why_estimate",
        of=f"{mine.prompt} {visit().scenario.seed} {mine.scored().name}",
        low=min(found.low - margin, 0.0),
        high=max(found.high + margin, 0.0),
        mean=found.score,
    )
    best = convergence.moments.best_baseline
    st.caption(
        f"Exact: all {found.counted:,} texts of at most {TOKENS} tokens, but for {found.rest:.4f} of the probability; "
        f"E[r] = {found.score:.3f}. Best baseline b = {best:.3f}: worth {convergence.gain(best):.2f} times as many texts. "
        f"Worked out in {found.seconds:.0f} s.".replace("-", "−")
    )


# 3. With a target, or with a score


def _two_ways() -> None:
    mine, model = why(), _pocket()
    st.subheader(TWO_WAYS, anchor="two-ways")
    wrong, work = "", None
    try:
        work = mine.see_contest(model, visit().scenario.seed)
    except ValueError as error:
        wrong = str(error)
    left, right = st.columns([4, 9], gap="medium")
    with left:
        _target(mine)
        if wrong:
            problem(wrong, "RL needs no target: leave it empty.")
        has_target = bool(mine.target.strip()) and not wrong
        asked = "place" in mine.guesses or not has_target
        if has_target:
            _place(mine, work)
        st.button(
            f"Let both learn: {STEPS} steps" if has_target else f"Let RL learn: {STEPS} steps",
            key="contest",
            type="primary",
            on_click=lambda: setattr(mine, "began", True),
            disabled=work is None or work.done or mine.began or not asked,
            help=None if asked else "First say what you expect.",
        )
        if work is not None and mine.began and not work.done:
            _working(mine, "contest", lambda: mine.contest)
        if work is not None and work.problem:
            problem(work.problem, "Choose another score or target.")
    found: Contest | None = None if work is None else work.result
    with right:
        step = _step(mine, found)
        target = f"{mine.prompt} {mine.target}" if has_target else ""
        two_ways(found, target, principle().name, step, wrong)
        if found is not None and work is not None and work.done and not found.signal:
            st.warning("All texts have the same score, so every advantage is 0: there is no signal to learn from.")
    takeaway(LESSONS[TWO_WAYS])


def _target(mine: Why) -> None:
    def typed() -> None:
        mine.target = st.session_state["why_target"]
        mine.guesses.pop("place", None)

    def pick(target: str) -> None:
        mine.target = target
        mine.guesses.pop("place", None)

    if st.session_state.get("why_target") != mine.target:
        st.session_state["why_target"] = mine.target
    st.text_input(
        plain(f"y*: the target text, up to {TOKENS} tokens after “{mine.prompt}”"),
        key="why_target",
        on_change=typed,
        placeholder="no target",
    )
    with st.container(horizontal=True, gap="small"):
        for name, target in EXAMPLES.items():
            label = plain(name) if target else "no target"
            st.button(label, key=f"target_{name}", on_click=pick, args=(target,), disabled=mine.target == target)


def _place(mine: Why, work: Job[Contest] | None) -> None:
    found = None if work is None or not work.done else work.result
    if "place" in mine.guesses and found is None:
        st.caption(f"You said: {PLACES[mine.guesses['place']]}.")
        return

    def answer() -> tuple[int, str]:
        assert found is not None
        before, after = found.supervised[0].score, found.supervised[-1].score
        return nearest(found), f"From {before:.2f} to {after:.2f}; RL came to {found.rl[-1].score:.2f}.".replace(
            "-", "−"
        )

    question(mine.guesses, "place", "where will learning from the target take the mean score?", PLACES, answer)


def _step(mine: Why, found: Contest | None) -> int:
    """Which step of the learning is looked at: the last one that there is, until the visitor goes back."""
    last = found.rl[-1].step if found is not None else 0
    if last < STEPS:
        return last
    return int(st.slider("step of the learning", 0, STEPS, STEPS, step=EVERY, key="why_step", width=420))


# Work


def _working(mine: Why, name: str, found: Callable[[], Job[Any] | None]) -> None:
    """The work on its way, in a fragment of its own, so that what is beside it stays bright."""
    mine.due.discard(name)
    work = found()
    st.fragment(_tick, run_every=None if work is None or work.stopped else TICK)(mine, name, found)


def _tick(mine: Why, name: str, found: Callable[[], Job[Any] | None]) -> None:
    work = found()
    if work is None:
        return

    def press(change: Callable[[], None]) -> Callable[[], None]:
        def pressed() -> None:
            change()
            mine.due.discard(name)
            mine.due.add(f"{name} again")

        return pressed

    if f"{name} again" in mine.due:  # with or without ticks from now on: the page decides
        mine.due.discard(f"{name} again")
        st.rerun()
    if work.stopped:
        waiting("stopped", work.progress, "Go on", press(work.go_on), key=f"{name}_stopped")
        return
    waiting(work.saying, work.progress, "Stop", press(work.stop), key=f"{name}_progress")
    if name not in mine.due:  # the page's own run: only to show it
        mine.due.add(name)
        return
    looks = work.looks
    work.work(SLICE)
    if work.done or work.looks != looks:
        st.rerun()
