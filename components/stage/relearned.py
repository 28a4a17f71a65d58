"""A learned policy on its way: learned again from its description, a slice at a time."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import world_of
from mdp_core.stage.learned import relearning

SLICE = 0.15  # seconds of learning in one run of a page


@dataclass
class Relearned:
    """The policy of `scenario`, while it is being learned."""

    scenario: GridScenario
    share: float = 0.0  # how much is done, in [0, 1]
    done: bool = False
    stopped: bool = False
    _again: Generator[float, None, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._again = relearning(world_of(self.scenario), self.scenario.learned)

    def work(self, seconds: float = SLICE) -> None:
        """Go on for about so long. Raises ValueError for what cannot be learned."""
        begun = time.perf_counter()
        while not self.done and not self.stopped and time.perf_counter() - begun < seconds:
            try:
                self.share = next(self._again)
            except StopIteration:
                self.done = True

    def stop(self) -> None:
        """Learn no further for now."""
        self.stopped = True

    def go_on(self) -> None:
        """Learn on."""
        self.stopped = False
