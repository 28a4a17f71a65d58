"""Where a step's time goes, and which groups and choices taught nothing."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.shell.plain import plain
from components.shell.queued_run import QueuedRun
from mdp_core.rlhf.algorithms import ALGORITHMS

PARTS = ("writing", "scoring", "reference", "update")
STYLE = Path(__file__).parent / "progress.css"


def show_groups(run: QueuedRun) -> None:
    """How many groups had equal scores, and what became of them; nothing where all texts are one group."""
    spec = run.spec
    groups = run.steps * (spec.texts // spec.group_size)
    if not ALGORITHMS[spec.algorithm].grouped or spec.group_size == spec.texts or not groups:
        return
    if spec.most_redraws:
        said = f"{run.redrawn:,} of {groups:,} groups had equal scores and were drawn again; {run.equal:,} still had"
    else:
        said = f"{run.equal:,} of {groups:,} groups had equal scores"
    st.caption(f"{said}: no signal.")


def show_choices(run: QueuedRun) -> None:
    """Which choices an algorithm learns from that asks no score, and why not from the others."""
    choices = run.choices
    if choices is None:
        return
    why = []
    if choices.elsewhere:
        begun = f"go on from “{run.spec.prompt[:60]}” in words that the model knows"
        why.append(f"{choices.elsewhere:,} {'does' if choices.elsewhere == 1 else 'do'} not {begun}")
    if choices.alike:
        why.append(f"{choices.alike:,} {'is' if choices.alike == 1 else 'are'} between texts that are the same to it")
    count = len(choices) + choices.elsewhere + choices.alike
    left = f": {', and '.join(why)}" if why else ""
    st.caption(
        plain(f"{ALGORITHMS[run.spec.algorithm].title} learns from {len(choices):,} of {count:,} choices{left}.")
    )


def show_step_time(run: QueuedRun) -> None:
    """Where the time of the newest step went."""
    seconds = run.seconds
    if seconds is None or not seconds.total:
        return
    shares = {name: getattr(seconds, name) / seconds.total for name in PARTS}
    bar = "".join(f'<b class="{name}" style="width:{100 * share:.1f}%"></b>' for name, share in shares.items())
    words = "".join(f'<span><i class="{name}"></i>{name} {100 * share:.0f}%</span>' for name, share in shares.items())
    total = f"{seconds.total:.2f}" if seconds.total < 10 else f"{seconds.total:.0f}"
    st.html(STYLE)
    st.html(f'<div class="step-time"><span>a step {total} s</span><div class="bar">{bar}</div>{words}</div>')
