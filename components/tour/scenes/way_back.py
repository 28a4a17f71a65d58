"""From the weights to a score, and how far a gradient comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.tour.beat import Setting
from components.why.memory import LONGEST
from components.why.path import draw_path, offer_calls
from mdp_core.kept import Kept
from mdp_core.rlhf.principle import Principle

if TYPE_CHECKING:
    from mdp_core.rlhf.gradient_walk import GradientWalk, Passed

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
        """The way there, and once it is told the way back, call by call."""
        seen = self._seen(setting)
        if setting.model is None or seen is None:
            st.info("The language model is waking up.")
            return
        walked, passed = seen
        called: set[str] = setting.memory.kept.setdefault(setting.key, set())
        if setting.told and not called:
            called.update(passed.back)
        draw_path(setting.model, walked, 0, passed, called if setting.told else set(), Principle().name)
        if setting.told:
            offer_calls(passed, called, True, called.add)
