"""From the weights to a score, and how far a gradient comes back."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from components.instruments.gradient_path import Bar, Leg, Station, gradient_path
from components.tour.beat import Setting
from components.why.memory import LONGEST
from mdp_core.kept import Kept
from mdp_core.rlhf.principle import Principle

if TYPE_CHECKING:
    from mdp_core.rlhf.gradient_walk import GradientWalk, Passed

TOP = 3  # words of which the numbers are shown
JUDGED = "how friendly it sounds, judged from outside, as by a person’s stars"
_walks: Kept[tuple[str, int], tuple[GradientWalk, Passed]] = Kept(8)  # what all visitors share


@dataclass(frozen=True)
class WayBack:
    """A text of Pocket's, scored for its sentiment; torch is asked for a gradient at three places of the way."""

    prompt: str = "the movie was"
    seed: int = 7

    def find(self, setting: Setting) -> Passed | None:
        """What torch answers at each of them; None while Pocket wakes up."""
        seen = self._seen(setting)
        return None if seen is None else seen[1]

    def _seen(self, setting: Setting) -> tuple[GradientWalk, Passed] | None:
        from mdp_core.rlhf.gradient_walk import pass_through, walk

        model, seed = setting.model, self.seed + setting.again
        if model is None:
            return None

        def see() -> tuple[GradientWalk, Passed]:
            walked = walk(model, model.encode(self.prompt), seed, Principle(), LONGEST)
            return walked, pass_through(model, walked, 0, Principle())

        return _walks.get_or_make((self.prompt, seed), see)

    def draw(self, setting: Setting, found: Passed | None) -> None:
        """The way there, and once it is told the way back."""
        seen = self._seen(setting)
        if setting.model is None or seen is None:
            st.info("The language model is waking up.")
            return
        _draw_path(setting, *seen)
        if setting.told:
            st.html(_attempts(seen[1]))


def _draw_path(setting: Setting, walked: GradientWalk, passed: Passed) -> None:
    """Five stations in words that need no other words; of the way back only what is told."""
    assert setting.model is not None
    forth, told = passed.forth, setting.told
    drawn = forth.token
    top = np.argsort(-forth.probabilities, kind="stable")[:TOP].tolist()
    shown = top if drawn in top else [*top[: TOP - 1], drawn]
    bars = [
        Bar(setting.model.named(i), float(forth.probabilities[i]), f"{forth.probabilities[i]:.2f}", i == drawn)
        for i in shown
    ]
    works = {call: back.works for call, back in passed.back.items()}

    def end(call: str) -> dict[str, Any]:
        stops = told and not works[call]
        return {"back": "no way back" if stops else "", "stops": stops}

    def leg(name: str, call: str, why: str) -> Leg:
        if not told:
            return Leg(name, "unknown", "?")
        return Leg(name, "flows", "the way back") if works[call] else Leg(name, "stops", why)

    there = "each hears which way to turn" if told and works["log_probability"] else ""
    stations = [
        Station("the program", "weights", f"{forth.parameters:,} numbers", back=there),
        Station("a table", "policy", f"how likely is each of {len(forth.logits)} next words?", bars),
        Station("a word", "action", f"“{setting.model.named(drawn)}”: the dice fell on it", **end("token")),
        Station("the text", "state", f"“{walked.text}”"),
        Station(
            "the score",
            "reward",
            f"{walked.score:.2f}: how friendly it sounds, judged from outside, as by a person’s stars",
            **end("score"),
        ),
    ]
    legs = [
        leg("calculate", "log_probability", ""),
        leg("throw the dice", "token", "the dice"),
        leg("write", "score", "only words"),
        leg("read", "score", "a reader"),
    ]
    gradient_path(stations, legs, key=f"path_{setting.key}", name="From the program's numbers to a score, and back")


def _attempts(passed: Passed) -> str:
    """What came of calculating backwards from three places, in torch's own words where it refuses."""
    lines = []
    for place, call in (("the table", "log_probability"), ("the word", "token"), ("the score", "score")):
        back = passed.back[call]
        said = "works" if back.works else f"RuntimeError: {back.error}"
        tone = "flows" if back.works else "stops"
        lines.append(f'<li>backwards from {place}: <code class="torch {tone}">{escape(said)}</code></li>')
    return f'<ul class="tour-attempts">{"".join(lines)}</ul>'
