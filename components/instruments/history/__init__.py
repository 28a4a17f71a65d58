"""The browser's history: what a person calls a step back is one entry, however often the address changed on the way."""

from __future__ import annotations

from collections.abc import Sequence

from components.instruments.kit import component


def history(flowing: Sequence[str], *, key: str) -> None:
    """Listen, without a picture. While it is on the page, changes of the same `flowing` parameters that follow each other,
    such as a slider's or a typed formula's, stay in one entry of the history, and so does the completion of an address that
    says less than all. Streamlit alone makes an entry of every change.
    """
    component("history")(key=key, data={"flowing": list(flowing)})
