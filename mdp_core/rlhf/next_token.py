"""The distribution over the next token after one prefix, policy by policy: how tuning moves it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import Adapter
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.sampling import Sampling


@dataclass(frozen=True, eq=False)
class NextToken:
    """Some of the V tokens after a prefix, at every policy that was read, by n."""

    tokens: tuple[int, ...]  # [K], those that are ever the most likely, by falling probability in the reference
    reference: NDArray[np.float64]  # [K], pi_ref(a | s)
    probabilities: Mapping[int, NDArray[np.float64]]  # [K] each, pi(a | s)

    def rest(self, n: int) -> float:
        """The probability of all other tokens."""
        return max(1.0 - float(self.probabilities[n].sum()), 0.0)

    @property
    def reference_rest(self) -> float:
        """The same in the reference."""
        return max(1.0 - float(self.reference.sum()), 0.0)


class Watched:
    """One prefix under a microscope. At temperature `temperature`, as the run writes.

    Nothing is read before it is asked for: whoever makes one waits for nobody.
    """

    def __init__(self, model: LanguageModel, prefix: tuple[int, ...], temperature: float) -> None:
        self.model, self.prefix, self.sampling = model, prefix, Sampling(temperature)
        self._rows: dict[int, NDArray[np.float32]] = {}

    @cached_property
    def reference(self) -> NDArray[np.float32]:
        """[V], the distribution of the reference: one forward pass the first time. Raises what `logits` raises."""
        return self._distribution(self.model)

    def read(self, n: int, adapter: Adapter) -> None:
        """Add the policy after n updates: one forward pass of the prefix. One whose numbers are not finite is left out."""
        try:
            self._rows[n] = self._distribution(AdaptedModel(self.model, adapter))
        except ValueError:
            return

    def knows(self, n: int) -> bool:
        """Whether that policy was read."""
        return n in self._rows

    def keep(self, numbers: Collection[int]) -> None:
        """Drop the other policies."""
        self._rows = {n: row for n, row in self._rows.items() if n in numbers}

    def _distribution(self, model: LanguageModel) -> NDArray[np.float32]:
        return self.sampling.probabilities(model.logits(self.prefix)).astype(np.float32)

    def top(self, most: int) -> NextToken:
        """The tokens that matter: the `most` whose largest probability, in the reference or any policy, is highest."""
        rows = dict(sorted(self._rows.items()))  # its own copy: another thread may add to it
        largest = self.reference.copy()
        for row in rows.values():
            np.maximum(largest, row, out=largest)
        some = np.argsort(-largest, kind="stable")[:most]
        tokens = some[np.argsort(-self.reference[some], kind="stable")]
        return NextToken(
            tuple(tokens.tolist()),
            self.reference[tokens].astype(np.float64),
            {n: row[tokens].astype(np.float64) for n, row in rows.items()},
        )
