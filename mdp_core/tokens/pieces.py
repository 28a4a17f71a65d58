"""What each token adds to the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_BLOCK = 32  # tokens told apart at once, so that a long text takes linear time
_BESIDE = 8  # tokens looked at on either side of a block: more than one character can be split over


def pieces(decode: Callable[[Sequence[int]], str], ids: Sequence[int]) -> list[str]:
    """[n] tokens -> [n] strings that join to `decode(ids)`.

    A token's piece is what of the text is settled once it is there and was not before. So a token that only begins a
    character (an emoji is often split over several) adds nothing, and the one that completes it adds all of it. Where
    the text ends inside a character, the replacement sign that `decode` shows for it is the first of its tokens' piece,
    and so is the sign for bytes that never become a character.
    """
    added: list[str] = []
    for start in range(0, len(ids), _BLOCK):
        first = max(start - _BESIDE, 0)
        window = _settled(decode, ids[first : start + _BLOCK + _BESIDE])
        added += window[start - first : start - first + _BLOCK]
    # A decoder that looks further than the window (none of the usual ones does) is asked about the whole text.
    return added if "".join(added) == decode(ids) else _settled(decode, ids)


def _settled(decode: Callable[[Sequence[int]], str], ids: Sequence[int]) -> list[str]:
    text = settled = decode(ids)
    ends = [len(text)]
    for n in range(len(ids) - 1, 0, -1):
        settled = _common(decode(ids[:n]), settled)  # what the first n tokens say and no later one changes
        ends.append(len(settled))
    ends.reverse()
    return [text[start:end] for start, end in zip([0, *ends], ends[: len(ids)], strict=False)]


def _common(a: str, b: str) -> str:
    if a == b[: len(a)]:
        return a
    return a[: next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(b))]
