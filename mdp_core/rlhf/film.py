"""The film of a tuning run: what every policy on the way wrote, scored and would say next, as plain data for a picture.

Its clock is n, the number of updates that a policy has had: n = 0 is the policy that the run began with, and what step
n + 1 measured is about the policy after n updates. So everything that is shown at n belongs to one policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.exact import CountedTexts
from mdp_core.rlhf.snapshot import Snapshot
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.scores import Reward


class Film:
    """One run, growing while it runs. Safe to be added to by one thread and read by another.

    Its memory is bounded, however long the run: `adapters` of at most 32 policies for models above 5M parameters, thinned
    evenly, always with the first and the newest; texts of at most 40 of them.
    """

    def __init__(
        self, model: LanguageModel, spec: TuneSpec, reward: Reward, *, true: Reward | None = None, name: str = "score"
    ) -> None:
        """`true` is what the score stands for, where that is known: a second curve. `name` is the score's, for the screen."""
        raise NotImplementedError

    def add(self, snapshot: Snapshot) -> None:
        """Take in the next step. Costs two small forward passes: the watched distribution, and the texts that are shown."""
        raise NotImplementedError

    def finish(self) -> None:
        """Measure the last policy too, by the texts that one more step would begin with; call it when no step will follow."""
        raise NotImplementedError

    def compare(self, reference: CountedTexts) -> None:
        """Draw what could be reached: the frontier of the reference's counted texts. Call it when they are counted."""
        raise NotImplementedError

    def count(self) -> Iterator[int]:
        """Count the texts of some policies of the run (first, last and a few between) that are not counted yet.

        Yields n after each: the exact score and divergence of that policy is in the film then. For short texts of Pocket
        only, and only after `compare`; nothing is yielded before it.
        """
        raise NotImplementedError

    def watch(self, prefix: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        """Show the next token's distribution after `prefix` (token ids, prompt included) instead, for every kept policy.

        Yields (policies read, policies in all) after each. What is read is shown at once, and `add` goes on with it.
        Raises at once what `LanguageModel.logits` raises.
        """
        raise NotImplementedError

    @property
    def adapters(self) -> Mapping[int, Adapter]:
        """The kept policies by n. The newest is always there."""
        raise NotImplementedError

    def prefix(self, n: int, text: int, token: int) -> tuple[int, ...]:
        """What stands before token `token` of shown text `text` at n, as the picture sends it when one is clicked.

        Raises KeyError for what is not shown.
        """
        raise NotImplementedError

    def data(self) -> dict[str, Any]:
        """Everything, as JSON; below 300 KB for 100 steps."""
        raise NotImplementedError
