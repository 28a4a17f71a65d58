"""Votes as TRL reads preferences."""

import json
from dataclasses import dataclass

from mdp_core.rlhf.preference_lines import preference_lines
from mdp_core.rlhf.votes import FIRST, SAME, SECOND


@dataclass(frozen=True)
class Vote:
    """What one rater says of one pair."""

    pair: int
    phone: int
    answer: int


def test_a_line_a_vote_and_what_cannot_be_said_is_counted():
    texts = {1: ("the movie was good.", "the movie was bad."), 2: ("The movie was: \u2028né", "the movie was x")}
    votes = [Vote(1, 1, FIRST), Vote(1, 2, SECOND), Vote(1, 3, SAME), Vote(2, 1, SECOND), Vote(9, 1, FIRST)]
    lines, left_out = preference_lines("the movie was", texts, votes)
    assert left_out == 2
    assert [json.loads(line) for line in lines.split("\n")[:-1]] == [
        {"prompt": "the movie was", "chosen": " good.", "rejected": " bad."},
        {"prompt": "the movie was", "chosen": " bad.", "rejected": " good."},
        {"prompt": "", "chosen": "the movie was x", "rejected": "The movie was: \u2028né"},
    ]
