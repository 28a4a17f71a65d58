"""The shelf: the tuned policies that a visitor keeps in this tab, each an adapter beside a model that all visitors share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import streamlit as st

from components.server.adapted import adapted
from components.server.ledger import FullError, Ledger
from components.shell.returning import came_back
from mdp_core.tokens.sources.model_id import SERVED

if TYPE_CHECKING:
    from components.server.models import Models
    from mdp_core.rlhf.adapters import Adapter
    from mdp_core.rlhf.spec import TuneSpec
    from mdp_core.tokens.language_model import LanguageModel
    from mdp_core.tokens.scores import ScoreSpec
    from mdp_core.tokens.text_model import TextModel

MOST = 8  # policies on one shelf
LONGEST = 40  # characters of a name
NUMBERS = 4_000_000  # of one adapter, 16 MB; SmolLM2 with rank 8 on queries and values has 0.5 million
ROOM = 2 * NUMBERS  # of all adapters of one shelf
ALL = 1_000_000_000  # bytes of the adapters on all shelves, of all tabs

_held = Ledger(
    ALL,
    "The policies kept in all open tabs take as much memory as there is for them: delete one here or in another tab, "
    "then keep this one.",
)


class ShelfError(ValueError):
    """What cannot be put on the shelf, or not under that name; the message is a sentence for the visitor."""


@dataclass(frozen=True, eq=False)
class TunedPolicy:
    """An adapter with a name, and where it comes from."""

    name: str  # what the visitor calls it, hostile text; unique on its shelf
    base: str  # the id of the model that it is laid over
    adapter: Adapter
    id: str  # the base's and the adapter's digest: what shared caches are keyed by
    spec: TuneSpec | None = None  # how it was tuned; None where it came as a file
    score: ScoreSpec | None = None  # what it was tuned by, where that is a score that can be written down
    scored_by: str = ""  # the name of that score
    step: int = 0  # after which step
    start: str = ""  # the name of the policy that its run began with; empty where that was the reference


@dataclass
class Shelf:
    """Kept in session state; lives as long as the browser tab, reloads included."""

    _policies: dict[str, TunedPolicy] = field(default_factory=dict)  # by id, the oldest first
    refused: str = ""  # why the last policy could not be kept or renamed
    refused_file: str = ""  # why the last file could not be brought
    brought: int = 0  # times that files came to stand here, or were refused: each empties the field
    news: str = ""  # what has just come to stand here, to be said once

    def __iter__(self) -> Iterator[TunedPolicy]:
        return iter(tuple(self._policies.values()))

    def __len__(self) -> int:
        return len(self._policies)

    def __contains__(self, id: str) -> bool:
        return id in self._policies

    def get(self, id: str) -> TunedPolicy | None:
        """The policy of that id, if it is here."""
        return self._policies.get(id)

    def base_of(self, id: str) -> str:
        """The model under the policy of that id; `id` itself where no such policy is here."""
        policy = self._policies.get(id)
        return id if policy is None else policy.base

    def keep(
        self,
        name: str,
        base: str,
        adapter: Adapter,
        *,
        spec: TuneSpec | None = None,
        score: ScoreSpec | None = None,
        scored_by: str = "",
        step: int = 0,
        start: str = "",
    ) -> TunedPolicy:
        """Put a copy of `adapter` on the shelf. A name that is taken gets a number.

        Raises ShelfError for a name without a visible character, a full shelf, an adapter that is too large, or one that
        is here already.
        """
        name = _cleaned(name)
        if adapter.parameters > NUMBERS:
            raise ShelfError(
                f"This adapter has {adapter.parameters:,} numbers, and the shelf holds adapters of up to {NUMBERS:,}: "
                "take a smaller rank."
            )
        id = f"{base}+{adapter.digest()}"
        if id in self._policies:
            raise ShelfError(f"This policy is on the shelf already, as “{self._policies[id].name}”.")
        if len(self) >= MOST:
            raise ShelfError(f"The shelf holds {MOST} policies: save one and delete it to make room.")
        if adapter.parameters + sum(policy.adapter.parameters for policy in self) > ROOM:
            raise ShelfError(
                "The adapters on the shelf are so large that it is full: save one and delete it to make room."
            )
        kept = TunedPolicy(
            self._free(name), base, replace(adapter.frozen(), base=base), id, spec, score, scored_by, step, start
        )
        try:
            _held.enter(kept, 4 * adapter.parameters)
        except FullError as error:
            raise ShelfError(str(error)) from error
        self._policies[id] = kept
        return kept

    def rename(self, id: str, name: str) -> None:
        """Call it by another name. Raises ShelfError for one that is taken or has no visible character."""
        policy, name = self._policies[id], _cleaned(name)
        if any(_folded(other.name) == _folded(name) for other in self if other.id != id):
            raise ShelfError(f"Another policy is called “{name}”: choose a name of its own.")
        self._policies[id] = replace(policy, name=name)

    def delete(self, id: str) -> None:
        """Take it off the shelf; nothing happens where it is not there."""
        self._policies.pop(id, None)

    def _free(self, name: str) -> str:
        """`name`, with a number behind it where it is taken."""
        taken = {_folded(policy.name) for policy in self}
        free_name, number = name, 1
        while _folded(free_name) in taken:
            number += 1
            end = f" {number}"
            free_name = name[: LONGEST - len(end)].rstrip() + end
        return free_name


def shelf() -> Shelf:
    """This visitor's shelf; after a reload the one that the tab had."""
    back = came_back("shelf")
    if back is not None:
        st.session_state["shelf"] = back
    kept: Shelf = st.session_state.setdefault("shelf", Shelf())
    return kept


def language_model(id: str, models: Models) -> LanguageModel | None:
    """The model of that id, or the tuned policy of this visitor's shelf, if it is here and what it is laid over is too."""
    policy = shelf().get(id)
    if policy is None:
        return models.get(id)
    base = models.get(policy.base)
    return None if base is None else adapted(base, policy.id, policy.adapter)


def writer(id: str, models: Models) -> TextModel | None:
    """Whoever writes as the model of that id: `language_model`, or the one that a server runs."""
    return models.writer(id) if id == SERVED else language_model(id, models)


def _cleaned(name: str) -> str:
    """On one line, without what cannot be seen. Raises ShelfError where nothing is left."""
    kept = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", name[: 20 * LONGEST]))
    kept = " ".join(kept.split())[:LONGEST].rstrip()
    if not any(unicodedata.category(c)[0] in "LNPS" for c in kept):
        raise ShelfError("A policy needs a name by which it is found again: type one.")
    return kept


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
