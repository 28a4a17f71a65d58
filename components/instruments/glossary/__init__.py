"""The glossary: whatever is pointed at on any page says what it means; and a list of all of it, for the keyboard."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Any

from components.instruments.kit import component
from mdp_core.glossary import TERMS


def glossary() -> None:
    """Explain the words of all pages; call it once a run. What a term's number is now, the page says (shell/now.py)."""
    component("glossary")(key="glossary", data=_table())


@cache
def _table() -> dict[str, Any]:
    return {"terms": [asdict(term) for term in TERMS]}
