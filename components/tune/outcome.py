"""What a run has come to, in sentences with numbers: the guess, and the distance to what could be reached."""

from __future__ import annotations

import streamlit as st

from components.instruments.drawing.figures import figure
from components.shell.plain import plain
from components.shell.queued_run import QueuedRun
from mdp_core.rlhf.tuning_run import Reached


def show_outcome(run: QueuedRun) -> None:
    """Once a run is over: what was guessed and what it is, and how far from the best that is."""
    over = not run.is_live or (run.reached is not None and run.steps == run.spec.steps)
    if not over or not run.snapshots:
        return
    sentence = f"**{plain(verdict(run))}**"
    if run.reached is not None:
        sentence += f" {plain(distance(run.reached, run.spec.beta, run.start_name))}"
    st.success(sentence)


def verdict(run: QueuedRun) -> str:
    """The mean score before and after, beside the guess."""
    figures = run.film.figures
    first, last = figures[min(figures)], figures[max(figures)]
    begun = f" (“{run.start_name}”, KL {figure(first.kl)})" if run.start_name else ""
    now = f"the mean score went from {figure(first.score)}{begun} to {figure(last.score)} ± {last.error:.2f}"
    told = f"{now}, KL {figure(last.kl)} nats a text."
    return f"T{told[1:]}" if run.guess is None else f"You said {figure(run.guess)}: {told}"


def distance(reached: Reached, beta: float, start: str = "") -> str:
    """How far the last policy is from the best, exactly. `start` is the policy that the run began with, if that was not the
    reference: what it had gained before counts too."""
    gain, most = reached.score - reached.before, reached.best - reached.before
    over = "over the reference " if start else ""
    share = f": {100 * gain / most:.0f}% of the gain {over}that could be had there" if most > 1e-6 else ""
    sentence = (
        f"Exactly, E[r] is {figure(reached.score)} at KL {reached.kl:.2f}, and no policy so near to the reference has more "
        f"than {figure(reached.best)}{share}."
    )
    if reached.best_objective is not None:
        sentence += (
            f" E[r] − beta KL is {figure(reached.objective)}; the best policy, pi_ref exp(r/beta)/Z, has "
            f"{figure(reached.best_objective)} at beta {beta:g}."
        )
    return sentence
