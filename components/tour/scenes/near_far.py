"""A near reward or a far one: the choice that gamma makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from components.instruments.gamma_choice import gamma_choice
from components.returns.gamma import GAMMAS, TwoGoals, goals_of
from components.tour.beat import Setting
from mdp_core.grid.lines import bent
from mdp_core.prospects import Prospect, crossing
from mdp_core.stage.grid import map_picture


@dataclass(frozen=True)
class Prospects:
    """Both, and the gamma at which they are worth the same."""

    near: Prospect
    far: Prospect
    flip: float


@dataclass(frozen=True)
class NearFar:
    """`lines` are (near reward, moves to it, far reward, moves to it), one a meeting; the far one must be larger."""

    lines: Sequence[tuple[float, int, float, int]]

    def find(self, setting: Setting) -> Prospects:
        """The two, and where they cross."""
        goals = self._goals(setting)
        flip = crossing(goals.near, goals.far)
        assert flip is not None  # the far reward is larger
        return Prospects(goals.near, goals.far, flip)

    def _goals(self, setting: Setting) -> TwoGoals:
        """On a bent way: a straight one as wide as the picture would be one flat row of it."""
        return goals_of(*self.lines[setting.again % len(self.lines)], bent)

    def draw(self, setting: Setting, found: Prospects | None) -> None:
        """The way and, once it is told, both curves, and gamma to drag."""
        if found is None:
            return
        goals = self._goals(setting)
        kept = setting.memory.kept
        guess = setting.memory.guesses.get(setting.memory.meeting(setting.beat))
        gamma_choice(
            map_picture(goals.world),
            found.near,
            found.far,
            key=setting.key,
            gammas=GAMMAS,
            policies=goals.policies,
            flip=found.flip,
            guess=guess if isinstance(guess, float) else None,
            revealed=setting.told,
            gamma=kept.get(setting.key, 0.9),
            command=0,
            on_gamma=lambda gamma: kept.update({setting.key: gamma}),
        )
