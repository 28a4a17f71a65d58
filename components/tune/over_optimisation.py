"""Page Tune, the section on over-optimisation: a score is raised until it no longer means what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.instruments.drawing.figures import figure
from components.server.job_queue import job_queue
from components.server.models import models
from components.shell.address import visit
from components.shell.carried import since_link
from components.shell.messages import tell_problem
from components.shell.plain import plain
from components.shell.principle import principle
from components.shell.takeaway import conclude
from components.shell.visit import READY
from components.shell.waiting import show_waiting
from components.tune.proxies import ProxiesMemory, learned_case, proxies_memory
from components.tune.proxy_curves import draw_proxy_curves
from components.tune.proxy_texts import list_proxy_texts

if TYPE_CHECKING:
    from mdp_core.rlhf.proxy_runs import Case, ProxyRuns

TICK = 0.7  # seconds between two looks at the runs
STORIES = ("it rises too, to the end", "it rises, then it falls", "it falls from the start")
NO_MODEL = (
    "Train a reward model of Pocket on a simulated rater's choices on page Score, and tune with it: the rater's hidden "
    "taste is the truth."
)
LOST = 1.0  # nats a token: where the reference gives a token so much less, the text is hardly its language any more


def tick() -> float | None:
    """Seconds between two looks at the section, while something runs in it."""
    return TICK if proxies_memory().is_live else None


def show_over_optimisation() -> None:
    """The section: a part of page Tune; what it runs is in the job queue."""
    from mdp_core.rlhf.proxy_runs import naive  # heavy

    memory = proxies_memory()
    pocket = models().get(READY)
    st.header("3 · Over-optimisation: a score is only a stand-in", anchor="over-optimisation")
    if pocket is None:
        st.caption("Pocket is waking up.")
        return
    _ask(memory)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _button(memory, naive(), "Say “wonderful”", "proxy_naive")
        _button(memory, learned_case(principle()), "The reward model of page Score", "proxy_learned")
        st.caption("Each runs twice on Pocket, a few seconds: with beta 0, and with a beta that holds.")
    if memory.refused:
        tell_problem(memory.refused, "")
    if memory.runs is not None:
        _runs(memory, memory.runs)
    conclude(
        "A score is a stand-in for what is meant, and a policy that nothing holds goes where the two part. The penalty "
        "beta · KL keeps it where the score was made, and where it still means something."
    )


def _ask(memory: ProxiesMemory) -> None:
    key = since_link("proxy_guess")
    with st.container(gap="small"):
        st.markdown(
            "**Predict:** tuned for how often it says “wonderful”, with nothing to hold it, what becomes of what was meant: "
            "a text that sounds positive and says nothing twice?"
        )
        st.radio(
            "What becomes of the true score",
            STORIES,
            index=memory.guess,
            key=key,
            horizontal=True,
            label_visibility="collapsed",
            on_change=lambda: setattr(memory, "guess", STORIES.index(st.session_state[key])),
        )


def _button(memory: ProxiesMemory, case: Case | None, label: str, key: str) -> None:
    def begin() -> None:
        pocket = models().get(READY)
        if case is not None and pocket is not None:
            memory.begin(pocket, case, visit().scenario.seed, job_queue())
            st.rerun()  # the section begins to tick

    guessed = memory.guess is not None
    st.button(
        label,
        key=key,
        icon=":material/play_arrow:",
        on_click=begin,
        type="primary" if key == "proxy_naive" else "secondary",
        disabled=case is None or not guessed,
        help=NO_MODEL if case is None else None if guessed else "Predict first.",
    )


def _runs(memory: ProxiesMemory, runs: ProxyRuns) -> None:
    if memory.job is not None:
        memory.job.look()
    if memory.is_live:
        show_waiting(
            f"step {runs.done} of {runs.steps}, both runs", runs.done / runs.steps, "Stop", memory.stop, key="proxies"
        )
    if memory.job is not None and memory.job.problem:
        tell_problem(memory.job.problem, "What the runs have shown stays.")
    if not runs.done:
        return
    st.markdown(
        plain(
            f"Proxy: {runs.case.says}. True: {runs.case.meant}. log π_ref: how much the reference takes it for language."
        )
    )
    left, right = st.columns([7, 5], gap="medium")
    with left:
        draw_proxy_curves(runs)
    with right:
        if not memory.is_live and runs.done > 1:
            st.slider(
                "Read the texts of step",
                1,
                runs.done,
                value=min(memory.step or runs.done, runs.done),
                key="proxy_step",
                on_change=lambda: setattr(memory, "step", int(st.session_state["proxy_step"])),
            )
        list_proxy_texts(runs, memory.step or runs.done)
    if not memory.is_live and runs.done >= runs.steps:
        _verdict(memory, runs)


def _verdict(memory: ProxiesMemory, runs: ProxyRuns) -> None:
    """Which story it was, from the curves."""
    from mdp_core.rlhf.proxy_runs import turned

    start, best, end = turned(runs.points["loose"])
    noise = 0.1 * max(abs(best - end), abs(best - start), 1e-9)
    story = 0 if end >= best - noise and end > start else 1 if best > start + noise else 2
    sentence = (
        f"With beta 0, {STORIES[story]}: true {figure(start)} at the start, {figure(best)} at its best, {figure(end)} at "
        f"the end; with beta {runs.betas['held']:g} it ends at {figure(turned(runs.points['held'])[2])}."
    )
    before, after = (runs.points["loose"][i].likelihood for i in (0, -1))
    if before - after > LOST:
        sentence += (
            f" Its texts stopped being language: log pi_ref a token fell from {figure(before)} to {figure(after)}."
        )
    if memory.guess == story:
        st.success(plain(f"As you said. {sentence}"))
    else:
        st.info(plain(sentence))
