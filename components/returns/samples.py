"""Samples: thousands of trajectories of one policy, drawn a slice at a time; the latest are kept for all visitors."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from components.server.pictures import is_slow
from mdp_core.frames import key_of
from mdp_core.grid.world import END, Cell
from mdp_core.horizon import expected_rewards
from mdp_core.kept import Kept
from mdp_core.payments import Payments
from mdp_core.scenarios import GridScenario, TextScenario
from mdp_core.stage.grid import max_steps, policy_of, world_of
from mdp_core.trajectories import sample_trajectories

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel

MAX_COUNT = 10_000  # trajectories
MAX_LIMIT = 500  # steps of a walk
WALKS = 200  # of which the way is kept, to be drawn
CELLS = 12_000  # of all of these together
TEXTS = 12  # of which the words are kept
SMALL_BATCH, SLOW_BATCH = 256, 8  # texts that are written between two looks

Way = Sequence[Cell]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Some more trajectories."""

    payments: Payments
    lengths: NDArray[np.int64]  # [N]
    terminated: NDArray[np.bool_]  # [N]
    ways: Sequence[Way] = ()  # of the first ones, in the grid
    texts: Sequence[tuple[str, float]] = ()  # of the first ones, with their scores, in the language model's world


@dataclass
class Sample:
    """`count` trajectories on their way."""

    subject: str  # a name of what they are drawn from
    count: int
    limit: int  # steps after which one is cut off
    coming: Iterator[Drawn | None]
    drawn: list[Drawn] = field(default_factory=list)
    worked: float = 0.0  # seconds
    done: bool = False
    stopped: bool = False
    error: ValueError | None = None  # why no more can be drawn

    @property
    def key(self) -> str:
        """A name of what is there so far."""
        return f"{self.subject} {len(self)}"

    def __len__(self) -> int:
        return sum(part.payments.count for part in self.drawn)

    @property
    def left(self) -> float | None:
        """An estimate of the seconds of work that are left; None where nobody knows yet."""
        return self.worked * (self.count - len(self)) / len(self) if self.drawn else None

    def work(self, seconds: float) -> None:
        """Draw for about so long. Raises ValueError for what cannot be drawn or scored; then it is over."""
        begun = time.perf_counter()
        while not self.done:
            try:
                part = next(self.coming)
            except ValueError as error:
                self.error, self.done = error, True
                raise
            if part is not None:
                self.drawn.append(part)
                if len(self) >= self.count:
                    self.done = True
                    _finished.put((self.subject, self.count), self)
            if time.perf_counter() - begun > seconds:
                break
        self.worked += time.perf_counter() - begun

    def stop(self) -> None:
        """Draw no more; what is there stays."""
        self.done = self.stopped = True

    def go_on(self) -> None:
        """Draw on."""
        self.done = self.stopped = False

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
        found, cells = [], 0
        for way in (way for part in self.drawn for way in part.ways):
            cells += len(way)
            if found and (cells > CELLS or len(found) == WALKS):
                break
            found.append(way)
        return found

    @property
    def texts(self) -> list[tuple[str, float]]:
        """The first texts, and what each was paid."""
        return [text for part in self.drawn for text in part.texts][:TEXTS]


_finished: Kept[tuple[str, int], Sample] = Kept(12)


def grid_subject(grid: GridScenario, seed: int, limit: int) -> str:
    """A name of what a walk is drawn from."""
    return key_of("walks", replace(grid, forced=()), seed, limit)


def text_subject(text: TextScenario, seed: int) -> str:
    """A name of what a text is drawn from."""
    return key_of("texts", replace(text, forced=()), seed)


def limit_of(grid: GridScenario) -> int:
    """The steps after which a walk is cut off on the Stage. Raises what `world_of` raises."""
    return min(max_steps(grid), MAX_LIMIT)


def grid_sample(grid: GridScenario, seed: int, count: int, limit: int) -> Sample:
    """Walks of the robot, without the moves that were chosen by hand. Raises ValueError for a world that cannot be."""
    subject = grid_subject(grid, seed, limit)
    found = _finished.get((subject, count))
    if found is not None:
        return found
    world, arrows = world_of(grid), policy_of(grid).arrows
    cells = [None if cell == END else cell for cell in world.states]

    def coming() -> Iterator[Drawn]:
        many = sample_trajectories(world.tabular(), arrows, seed=seed, count=count, max_steps=limit)
        for part in many:
            ways = [
                [cell for s in walk[: n + 1].tolist() if (cell := cells[s]) is not None]
                for walk, n in zip(part.states[: max(WALKS - part.first, 0)], part.lengths.tolist(), strict=False)
            ]
            yield Drawn(part.payments, part.lengths, part.terminated, ways=ways)

    return Sample(subject, count, limit, coming())


def text_sample(model: LanguageModel, text: TextScenario, seed: int, count: int) -> Sample:
    """Texts of the model, without the tokens that were chosen by hand. Raises ValueError for a prompt that cannot be."""
    from mdp_core.stage.text import token_mdp
    from mdp_core.tokens.sampled_texts import sample_texts
    from mdp_core.tokens.sampling import Sampling

    subject = text_subject(text, seed)
    found = _finished.get((subject, count))
    if found is not None:
        return found
    mdp = token_mdp(model, text)
    sampling = Sampling(text.temperature, text.top_k, text.top_p)
    batch = SLOW_BATCH if is_slow(model) else SMALL_BATCH

    def coming() -> Iterator[Drawn | None]:
        for part in sample_texts(mdp, sampling, seed=seed, count=count, batch=batch):
            if part is None:
                yield None
                continue
            texts = [
                (model.decode(part.texts.ids(i)), float(part.scores[i]))
                for i in range(min(len(part), max(TEXTS - part.first, 0)))
            ]
            yield Drawn(part.payments, part.texts.lengths, part.texts.terminated, texts=texts)

    return Sample(subject, count, mdp.limit - len(mdp.prompt), coming())


_rewards: Kept[str, NDArray[np.float64]] = Kept(64)


def expected_of(grid: GridScenario, limit: int) -> NDArray[np.float64]:
    """[limit], E[r_{t+1}] of the robot's walks, exact: the value of every gamma at once. Raises what `policy_of` raises."""
    key = grid_subject(grid, 0, limit)
    found = _rewards.get(key)
    if found is None:
        found = _rewards.put(key, expected_rewards(world_of(grid).tabular(), policy_of(grid).arrows, limit))
    return found
