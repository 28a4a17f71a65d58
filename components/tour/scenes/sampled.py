"""Many trajectories of one policy, and their returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from components.instruments.returns_chart import GAMMAS, Expected, returns_chart
from components.returns.memory import expected_of
from components.tour.beat import Setting
from mdp_core.kept import Kept
from mdp_core.scenarios import GridScenario
from mdp_core.stage.samples import Sample, draw_walks, limit_of, walks_subject
from mdp_core.work import Work

SEED = 7
_samples: Kept[tuple[str, int], Sample] = Kept(16)  # what all visitors share


@dataclass(frozen=True, eq=False)
class Returns:
    """The returns of a sample, and what they close in on."""

    first: float  # of the first trajectory
    all: NDArray[np.float64]  # [N]
    expected: float  # E[G_0], exact


@dataclass(frozen=True)
class Sampled:
    """`count` walks of the robot; the first one is known before the question."""

    grid: GridScenario
    count: int = 1_000
    gamma: float = 0.9

    def find(self, setting: Setting) -> Returns:
        """All of them; some 50 ms."""
        sample = self._sample(setting, self.count)
        rewards = expected_of(self.grid, sample.limit)
        returns = sample.payments.returns(self.gamma)
        return Returns(float(returns[0]), returns, float(self.gamma ** np.arange(len(rewards)) @ rewards))

    def _sample(self, setting: Setting, count: int) -> Sample:
        seed, limit = SEED + setting.again, limit_of(self.grid)
        subject = walks_subject(self.grid, seed, limit)

        def draw() -> Sample:
            return Work(draw_walks(Sample(subject, count, limit), self.grid, seed)).finish()

        return _samples.get_or_make((subject, count), draw)

    def draw(self, setting: Setting, found: Returns | None) -> None:
        """One dot, and once it is told all of them."""
        sample = self._sample(setting, self.count if setting.told else 1)
        expected = None
        if setting.told:
            rewards = expected_of(self.grid, sample.limit)
            values = np.power(GAMMAS[:, None], np.arange(len(rewards))) @ rewards
            expected = Expected("exact E[G₀]", values.tolist(), [0.0] * len(GAMMAS))
        walks = f"{len(sample):,} walks" if setting.told else "one walk"
        returns_chart(
            sample.payments,
            key=setting.key,
            sample=sample.key,
            subject=sample.subject,
            title=f"G₀ of {walks}",
            gamma=setting.memory.kept.get(setting.key, self.gamma),
            command=0,
            expected=expected,
            on_gamma=lambda gamma: setting.memory.kept.update({setting.key: gamma}),
        )
