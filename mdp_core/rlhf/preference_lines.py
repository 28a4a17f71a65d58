"""Votes as TRL's preference data: JSON lines of prompt, chosen and rejected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from mdp_core.rlhf.votes import FIRST, SAME, Vote


def preference_lines(prompt: str, texts: Mapping[int, tuple[str, str]], votes: Iterable[Vote]) -> tuple[str, int]:
    """(one line a vote that chose, how many votes are left out): `chosen` and `rejected` are what follows the `prompt`.

    Left out are "the same", which this format cannot say, and votes on pairs that are not in `texts`. Where a text does not
    begin with the prompt, as a model's own spelling may have it, the line's prompt is empty and the texts are whole.
    """
    lines, left_out = [], 0
    for vote in votes:
        if vote.answer == SAME or vote.pair not in texts:
            left_out += 1
            continue
        one, other = texts[vote.pair]
        chosen, rejected = (one, other) if vote.answer == FIRST else (other, one)
        begun = prompt if chosen.startswith(prompt) and rejected.startswith(prompt) else ""
        line = {"prompt": begun, "chosen": chosen[len(begun) :], "rejected": rejected[len(begun) :]}
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    return "".join(lines), left_out
