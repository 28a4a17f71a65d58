"""Samples: thousands of trajectories of one policy of a scenario, drawn a few at a time."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mdp_core.frames import key_of
from mdp_core.grid.world import END, Cell
from mdp_core.payments import Payments
from mdp_core.scenarios import GridScenario, TextScenario
from mdp_core.stage.grid import max_steps, policy_of, world_of
from mdp_core.trajectories import sample_trajectories
from mdp_core.work import Report

if TYPE_CHECKING:
    from mdp_core.tokens.text_model import TextModel

MAX_COUNT = 10_000  # trajectories
MAX_LIMIT = 500  # steps of a walk
WALKS = 200  # of which the way is kept, to be drawn
CELLS = 12_000  # of all of these together
TEXTS = 12  # of which the words are kept

Way = Sequence[Cell]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Some more trajectories."""

    payments: Payments
    lengths: NDArray[np.int64]  # [N]
    terminated: NDArray[np.bool_]  # [N]
    ways: Sequence[Way] = ()  # of the first ones, in the grid
    texts: Sequence[tuple[str, float]] = ()  # of the first ones, with their scores, in the language model's world


@dataclass(eq=False)
class Sample:
    """`count` trajectories of one policy, as many as are drawn so far."""

    subject: str  # a name of what they are drawn from
    count: int
    limit: int  # steps after which one is cut off
    drawn: list[Drawn] = field(default_factory=list)

    @property
    def key(self) -> str:
        """A name of what is there so far."""
        return f"{self.subject} {len(self)}"

    def __len__(self) -> int:
        return sum(part.payments.count for part in self.drawn)

    @property
    def payments(self) -> Payments:
        """Of all trajectories so far."""
        return Payments.joined([part.payments for part in self.drawn])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """[N], steps."""
        return np.concatenate([part.lengths for part in self.drawn])

    @property
    def cut(self) -> float:
        """The share of the trajectories that were cut off at the limit."""
        return 1.0 - float(np.concatenate([part.terminated for part in self.drawn]).mean())

    @property
    def ways(self) -> list[Way]:
        """The ways of the first trajectories, as many as can be drawn."""
        drawable: list[Way] = []
        cells = 0
        for way in (way for part in self.drawn for way in part.ways):
            cells += len(way)
            if drawable and (cells > CELLS or len(drawable) == WALKS):
                break
            drawable.append(way)
        return drawable

    @property
    def texts(self) -> list[tuple[str, float]]:
        """The first texts, and what each was paid."""
        return [text for part in self.drawn for text in part.texts][:TEXTS]

    def _report(self, more: Drawn | None) -> Report[Sample]:
        if more is None:
            return Report(len(self) / self.count)
        self.drawn.append(more)
        return Report(len(self) / self.count, result=self)


Drawing = Generator[Report[Sample], None, Sample]


def walks_subject(grid: GridScenario, seed: int, limit: int) -> str:
    """A name of what a walk is drawn from."""
    return key_of("walks", replace(grid, forced=()), seed, limit)


def texts_subject(text: TextScenario, seed: int) -> str:
    """A name of what a text is drawn from."""
    return key_of("texts", replace(text, forced=()), seed)


def limit_of(grid: GridScenario) -> int:
    """The steps after which a walk is cut off on the Stage. Raises what `world_of` raises."""
    return min(max_steps(grid), MAX_LIMIT)


def draw_walks(sample: Sample, grid: GridScenario, seed: int) -> Drawing:
    """Draw walks of the robot into `sample`, without the moves that were chosen by hand.

    Raises ValueError at once for a world or a policy that cannot be.
    """
    world, arrows = world_of(grid), policy_of(grid).arrows
    cells = [None if cell == END else cell for cell in world.states]

    def drawing() -> Drawing:
        many = sample_trajectories(world.tabular(), arrows, seed=seed, count=sample.count, max_steps=sample.limit)
        for part in many:
            ways = [
                [cell for s in walk[: n + 1].tolist() if (cell := cells[s]) is not None]
                for walk, n in zip(part.states[: max(WALKS - part.first, 0)], part.lengths.tolist(), strict=False)
            ]
            yield sample._report(Drawn(part.payments, part.lengths, part.terminated, ways=ways))
        return sample

    return drawing()


def draw_texts(sample: Sample, model: TextModel, text: TextScenario, seed: int, batch: int) -> Drawing:
    """Draw texts of the model into `sample`, `batch` at a time, without the tokens that were chosen by hand.

    Raises ValueError at once for a prompt that cannot be continued, and while it draws for a text without a score.
    """
    from mdp_core.stage.text import token_mdp
    from mdp_core.tokens.sampled_texts import sample_texts
    from mdp_core.tokens.sampling import Sampling

    mdp = token_mdp(model, text)
    sampling = Sampling(text.temperature, text.top_k, text.top_p)

    def drawing() -> Drawing:
        for part in sample_texts(mdp, sampling, seed=seed, count=sample.count, batch=batch):
            if part is None:
                yield sample._report(None)
                continue
            texts = [
                (model.decode(part.texts.ids(i)), float(part.scores[i]))
                for i in range(min(len(part), max(TEXTS - part.first, 0)))
            ]
            yield sample._report(Drawn(part.payments, part.texts.lengths, part.texts.terminated, texts=texts))
        return sample

    return drawing()
