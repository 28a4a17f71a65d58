"""How far a run is: what it is at, how long it will take, what it warns of, and ways to hold it."""

from __future__ import annotations

import streamlit as st

from components.shell.plain import plain
from components.shell.queued_run import QueuedRun


def show_progress(run: QueuedRun, key: str = "tune") -> None:
    """One line: a bar, what it is at, Pause or Resume, Stop; `key` tells two lines on one page apart."""
    job = run.job
    with st.container(horizontal=True, key=f"{key}_progress", gap="small", vertical_alignment="center"):
        st.progress(min(run.steps / run.spec.steps, 1.0), text=plain(_doing(run)))
        if job is not None and job.is_open:
            if job.state == "paused":
                st.button("Resume", key=f"{key}_resume", on_click=job.resume)
            else:
                st.button("Pause", key=f"{key}_pause", on_click=job.pause)
            st.button("Stop", key=f"{key}_stop", on_click=job.stop)


def show_warnings(run: QueuedRun) -> None:
    """What the steps warn of, the newest first said."""
    if run.told:
        step, warning = run.told[-1]
        st.warning(plain(f"Step {step}: {warning}"))
    if run.state == "failed":
        kept = f" The policy after {run.steps} steps is kept." if run.steps else ""
        st.error(plain(f"{run.error}{kept}"))
    elif run.job is not None and run.job.abandoned:
        st.info("The run was ended while nobody looked at it; what it had learned is here.")


def _doing(run: QueuedRun) -> str:
    steps = f"step {run.steps} of {run.spec.steps}"
    if run.state == "queued":
        before, wait = (0, None) if run.job is None else (run.job.position, run.job.wait)
        runs = "one run goes before" if before == 1 else f"{before} runs go before"
        return f"in the queue: {runs}{_about(wait)}" if before else f"{steps}: it begins"
    if run.state == "paused":
        return f"paused at {steps}"
    if run.state == "running":
        return f"{run.doing} ({steps})" if run.doing else f"{steps}{_about(run.left, ' left')}"
    ended = {"done": "done", "stopped": "stopped", "failed": "ended"}[run.state]
    # A policy is measured by the texts of the step that follows: one that was stopped has none, and is not in the picture.
    pictured = max(run.film.figures, default=0)
    left_out = f", pictured up to update {pictured}" if pictured < run.steps else ""
    return f"{ended} after {run.steps} of {run.spec.steps} updates{left_out}, {run.worked:.0f} s of work"


def _about(seconds: float | None, tail: str = "") -> str:
    if seconds is None:
        return ""
    return f", about {max(round(seconds), 1)} s{tail}" if seconds < 100 else f", about {seconds / 60:.0f} min{tail}"
