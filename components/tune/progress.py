"""How far a run is: what it is at, how long it will take, where a step's time goes, and ways to hold it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from components.shell.plain import plain
from components.tune.run import Tuning

PARTS = {
    "writing": ("writing", "#56b4e9"),
    "scoring": ("scoring", "#009e73"),
    "reference": ("reference", "#999999"),
    "update": ("update", "#a8518b"),
}
CSS = """<style>
.step-time { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; font-size: 15px; }
.step-time .bar { display: flex; flex: 1 1 160px; height: 12px; border-radius: 4px; overflow: hidden; }
.step-time i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 5px; }
</style>"""


def progress(tuning: Tuning, stop: Callable[[], None]) -> None:
    """One line: a bar, what it is at, Pause or Resume, Stop."""
    job = tuning.job
    with st.container(horizontal=True, key="tune_progress", gap="small", vertical_alignment="center"):
        st.progress(min(tuning.steps / tuning.spec.steps, 1.0), text=plain(_said(tuning)))
        if job is not None and job.is_open:
            if job.state == "paused":
                st.button("Resume", key="tune_resume", on_click=job.resume)
            else:
                st.button("Pause", key="tune_pause", on_click=job.pause)
            st.button("Stop", key="tune_stop", on_click=stop)


def step_time(tuning: Tuning) -> None:
    """Where the time of the newest step went."""
    seconds = tuning.seconds
    if seconds is None or not seconds.total:
        return
    shares = {name: getattr(seconds, name) / seconds.total for name in PARTS}
    bar = "".join(f'<b style="width:{100 * shares[name]:.1f}%;background:{PARTS[name][1]}"></b>' for name in PARTS)
    words = "".join(
        f'<span><i style="background:{colour}"></i>{escape(says)} {100 * shares[name]:.0f}%</span>'
        for name, (says, colour) in PARTS.items()
    )
    total = f"{seconds.total:.2f}" if seconds.total < 10 else f"{seconds.total:.0f}"
    st.html(f'{CSS}<div class="step-time"><span>a step {total} s</span><div class="bar">{bar}</div>{words}</div>')


def told(tuning: Tuning) -> None:
    """What the steps warn of, the newest first said."""
    if tuning.told:
        step, said = tuning.told[-1]
        st.warning(plain(f"Step {step}: {said}"))
    if tuning.state == "failed":
        kept = f" The policy after {tuning.steps} steps is kept." if tuning.steps else ""
        st.error(plain(f"{tuning.error}{kept}"))
    elif tuning.job is not None and tuning.job.abandoned:
        st.info("The run was ended while nobody looked at it; what it had learned is here.")


def _said(tuning: Tuning) -> str:
    steps = f"step {tuning.steps} of {tuning.spec.steps}"
    if tuning.state == "queued":
        before = tuning.position
        runs = "one run goes before" if before == 1 else f"{before} runs go before"
        return f"in the queue: {runs}{_about(tuning.wait)}" if before else f"{steps}: it begins"
    if tuning.state == "paused":
        return f"paused at {steps}"
    if tuning.state == "running":
        return f"{tuning.doing} ({steps})" if tuning.doing else f"{steps}{_about(tuning.left, ' left')}"
    ended = {"done": "done", "stopped": "stopped", "failed": "ended"}[tuning.state]
    return f"{ended} after {tuning.steps} of {tuning.spec.steps} steps, {tuning.worked:.0f} s of work"


def _about(seconds: float | None, tail: str = "") -> str:
    if seconds is None:
        return ""
    return f", about {max(round(seconds), 1)} s{tail}" if seconds < 100 else f", about {seconds / 60:.0f} min{tail}"
