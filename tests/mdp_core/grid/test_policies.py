"""Arrows: whole policies as one table."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.policies import ArrowPolicy, always_arrows, random_arrows
from mdp_core.grid.world import GridWorld

OPEN = GridWorld(parse_map("S.G\n..."))
CLOSED = GridWorld(parse_map("edges: forbidden\nS.G\n..."))


def test_random_is_a_quarter_each_or_shares_what_is_allowed():
    assert random_arrows(OPEN)[0].tolist() == [0.25] * 4
    assert random_arrows(CLOSED)[0].tolist() == [0.0, 0.5, 0.5, 0.0]
    assert list(ArrowPolicy(CLOSED, random_arrows(CLOSED))((0, 0))) == [("right", 0.5), ("down", 0.5)]


def test_always_right_and_what_it_does_at_a_closed_edge():
    assert ArrowPolicy(OPEN, always_arrows(OPEN, "right"))((1, 2)).sample(0.3) == "right"
    assert ArrowPolicy(CLOSED, always_arrows(CLOSED, "right"))((1, 2)).sample(0.3) == "up"
    with pytest.raises(ValueError, match="none of up, right, down, left"):
        always_arrows(OPEN, "north")


def test_arrows_that_are_no_policy_are_refused():
    for arrows, message in (
        (np.ones((2, 4)) / 4, "must be"),
        (np.ones((6, 4)), "sum to 1"),
        (np.full((6, 4), np.nan), "sum to 1"),
    ):
        with pytest.raises(ValueError, match=message):
            ArrowPolicy(OPEN, arrows)
    with pytest.raises(ValueError, match="no action is allowed"):
        ArrowPolicy(CLOSED, np.ones((6, 4)) / 4)
