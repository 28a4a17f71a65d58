"""The skip: a button that is seen when the Tab key comes to it, and takes the focus past what stands between."""

from __future__ import annotations

from collections.abc import Sequence

from components.instruments.kit import component


def skip(label: str, *, key: str, to: Sequence[tuple[str, str]]) -> None:
    """`to` are pairs of selectors, of a place on the page and of what takes the focus there, in an instrument too; an empty
    one: whatever can have it. The first pair that is there wins.
    """
    component("skip")(key=key, data={"label": label, "to": [list(pair) for pair in to]})
