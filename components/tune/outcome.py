"""What a run has come to, in sentences with numbers: the guess, and the distance to what could be reached."""

from __future__ import annotations

import streamlit as st

from components.shell.plain import plain
from components.tune.run import Reached, Tuning


def outcome(tuning: Tuning) -> None:
    """Once a run is over: what was guessed and what it is, and how far from the best that is."""
    over = not tuning.is_live or (tuning.reached is not None and tuning.steps == tuning.spec.steps)
    if not over or not tuning.snapshots:
        return
    said = f"**{plain(verdict(tuning))}**"
    if tuning.reached is not None:
        said += f" {plain(distance(tuning.reached, tuning.spec.beta, tuning.start_name))}"
    st.success(said)


def verdict(tuning: Tuning) -> str:
    """The mean score before and after, beside the guess."""
    figures = tuning.film.figures
    first, last = figures[min(figures)], figures[max(figures)]
    begun = f" (“{tuning.start_name}”, KL {figure(first.kl)})" if tuning.start_name else ""
    now = f"the mean score went from {figure(first.score)}{begun} to {figure(last.score)} ± {last.error:.2f}"
    told = f"{now}, KL {figure(last.kl)} nats a text."
    return f"T{told[1:]}" if tuning.guess is None else f"You said {figure(tuning.guess)}: {told}"


def distance(reached: Reached, beta: float, start: str = "") -> str:
    """How far the last policy is from the best, exactly. `start` is the policy that the run began with, if that was not the
    reference: what it had gained before counts too."""
    gain, most = reached.score - reached.before, reached.best - reached.before
    over = "over the reference " if start else ""
    share = f": {100 * gain / most:.0f}% of the gain {over}that could be had there" if most > 1e-6 else ""
    said = (
        f"Exactly, E[r] is {figure(reached.score)} at KL {reached.kl:.2f}, and no policy so near to the reference has more "
        f"than {figure(reached.best)}{share}."
    )
    if reached.best_objective is not None:
        said += (
            f" E[r] − beta KL is {figure(reached.objective)}; the best policy, pi_ref exp(r/beta)/Z, has "
            f"{figure(reached.best_objective)} at beta {beta:g}."
        )
    return said


def figure(value: float) -> str:
    """A score for the eye."""
    return f"{value:.2f}".replace("-", "−")
