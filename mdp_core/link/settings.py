"""A page's own settings as query parameters, and back: what it shows beside the scenario and the view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdp_core.link.kinds import Kind


@dataclass(frozen=True)
class Setting:
    """One setting in the link. It is left out there where it is what a fresh page has, and absent it is that."""

    name: str  # of the query parameter
    kind: Kind
    path: str  # where the page's memory holds it: "line.near" is an attribute of an attribute, or an entry of a dict there
    take: Callable[[Any, Any], None] | None = (
        None  # puts a value into a memory, where more is to be done than to set it
    )

    def of(self, memory: Any) -> Any:
        """Its value; None for an entry that is not there."""
        for name in self.path.split("."):
            memory = memory.get(name) if isinstance(memory, dict) else getattr(memory, name)
        return memory

    def put(self, memory: Any, value: Any) -> None:
        """Give it that value; None takes an entry out."""
        if self.take is not None:
            self.take(memory, value)
            return
        inner, _, last = self.path.rpartition(".")
        holder = Setting("", self.kind, inner).of(memory) if inner else memory
        if not isinstance(holder, dict):
            setattr(holder, last, value)
        elif value is None:
            holder.pop(last, None)
        else:
            holder[last] = value


def tell(settings: Sequence[Setting], memory: Any, fresh: Any) -> dict[str, str]:
    """What of `memory` is not as in a `fresh` one, as query parameters; `take_up` reads them back to the same values."""
    query = {}
    for setting in settings:
        value = setting.of(memory)
        if value is not None and value != setting.of(fresh):
            query[setting.name] = setting.kind.write(value)
    return query


def take_up(settings: Sequence[Setting], memory: Any, fresh: Any, query: Mapping[str, str]) -> tuple[str, ...]:
    """Give every setting of `memory` the value of the link, or that of a `fresh` memory where the link has none.

    Nothing in the link is trusted, see `from_query`: returns a sentence for every value that could not be had.
    """
    notes: list[str] = []
    for setting in settings:
        value = setting.of(fresh)
        if setting.name in query:
            value = setting.kind.read(setting.name, query[setting.name], value, notes)
        setting.put(memory, value)
    return tuple(notes)
