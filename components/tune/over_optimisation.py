"""Page Tune, the section on over-optimisation: a score is raised until it no longer means what was meant."""

from __future__ import annotations

import streamlit as st

from components.server.job_queue import workshop
from components.server.models import models
from components.shell.address import visit
from components.shell.messages import problem
from components.shell.plain import plain
from components.shell.principle import principle
from components.shell.takeaway import takeaway
from components.shell.visit import READY
from components.shell.waiting import waiting
from components.tune.proxies import Case, Proxies, TwoRuns, learned, naive, proxies, turned
from components.tune.proxy_curves import proxy_curves
from components.tune.proxy_texts import proxy_texts

TICK = 0.7  # seconds between two looks at the runs
STORIES = ("it rises too, to the end", "it rises, then it falls", "it falls from the start")
NO_MODEL = (
    "Train a reward model of Pocket on a simulated rater's choices on page Score, and tune with it: the rater's hidden "
    "taste is the truth."
)
LOST = 1.0  # nats a token: where the reference gives a token so much less, the text is hardly its language any more


def over_optimisation() -> None:
    """The section; what it runs is in the workshop."""
    live = _is_live(proxies())
    st.fragment(_section, run_every=TICK if live else None)(live)


def _is_live(mine: Proxies) -> bool:
    return mine.runs is not None and mine.runs.is_live


def _section(ticking: bool) -> None:
    mine, pocket = proxies(), models().get(READY)
    if _is_live(mine) != ticking:  # only a run of the page can start or stop the section's clock
        st.rerun()
    st.subheader("3 · Over-optimisation: a score is only a stand-in", anchor="over-optimisation")
    if pocket is None:
        st.caption("Pocket is waking up.")
        return
    _ask(mine)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _button(mine, naive(), "Say “wonderful”", "proxy_naive")
        _button(mine, learned(principle()), "The reward model of page Score", "proxy_learned")
        st.caption("Each runs twice on Pocket, a few seconds: with beta 0, and with a beta that holds.")
    if mine.refused:
        problem(mine.refused, "")
    if mine.runs is not None:
        _runs(mine, mine.runs)
    takeaway(
        "A score is a stand-in for what is meant, and a policy that nothing holds goes where the two part. The penalty "
        "beta · KL keeps it where the score was made, and where it still means something."
    )


def _ask(mine: Proxies) -> None:
    with st.container(gap="small"):
        st.markdown(
            "**Predict:** tuned for how often it says “wonderful”, with nothing to hold it, what becomes of what was meant: "
            "a text that sounds positive and says nothing twice?"
        )
        st.radio(
            "What becomes of the true score",
            STORIES,
            index=mine.guess,
            key="proxy_guess",
            horizontal=True,
            label_visibility="collapsed",
            on_change=lambda: setattr(mine, "guess", STORIES.index(st.session_state["proxy_guess"])),
        )


def _button(mine: Proxies, case: Case | None, label: str, key: str) -> None:
    def begin() -> None:
        pocket = models().get(READY)
        if case is not None and pocket is not None:
            mine.begin(pocket, case, visit().scenario.seed, workshop())

    guessed = mine.guess is not None
    st.button(
        label,
        key=key,
        icon=":material/play_arrow:",
        on_click=begin,
        type="primary" if key == "proxy_naive" else "secondary",
        disabled=case is None or not guessed,
        help=NO_MODEL if case is None else None if guessed else "Predict first.",
    )


def _runs(mine: Proxies, runs: TwoRuns) -> None:
    if runs.job is not None:
        runs.job.look()
    if runs.is_live:
        waiting(
            f"step {runs.done} of {runs.steps}, both runs", runs.done / runs.steps, "Stop", mine.stop, key="proxies"
        )
    if runs.problem:
        problem(runs.problem, "What the runs have shown stays.")
    if not runs.done:
        return
    st.markdown(
        plain(
            f"Proxy: {runs.case.says}. True: {runs.case.meant}. log π_ref: how much the reference takes it for language."
        )
    )
    left, right = st.columns([7, 5], gap="medium")
    with left:
        proxy_curves(runs)
    with right:
        if not runs.is_live and runs.done > 1:
            st.slider(
                "Read the texts of step",
                1,
                runs.done,
                value=min(mine.step or runs.done, runs.done),
                key="proxy_step",
                on_change=lambda: setattr(mine, "step", int(st.session_state["proxy_step"])),
            )
        proxy_texts(runs, mine.step or runs.done)
    if not runs.is_live and runs.done >= runs.steps:
        _verdict(mine, runs)


def _verdict(mine: Proxies, runs: TwoRuns) -> None:
    """Which story it was, from the curves."""
    start, best, end = turned(runs.points["loose"])
    noise = 0.1 * max(abs(best - end), abs(best - start), 1e-9)
    story = 0 if end >= best - noise and end > start else 1 if best > start + noise else 2
    said = (
        f"With beta 0, {STORIES[story]}: true {_figure(start)} at the start, {_figure(best)} at its best, {_figure(end)} at "
        f"the end; with beta {runs.betas['held']:g} it ends at {_figure(turned(runs.points['held'])[2])}."
    )
    before, after = (runs.points["loose"][i].likelihood for i in (0, -1))
    if before - after > LOST:
        said += (
            f" Its texts stopped being language: log pi_ref a token fell from {_figure(before)} to {_figure(after)}."
        )
    if mine.guess == story:
        st.success(plain(f"As you said. {said}"))
    else:
        st.info(plain(said))


def _figure(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
