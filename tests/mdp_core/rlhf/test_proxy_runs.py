"""How a run by a stand-in turned, by hand."""

from types import SimpleNamespace

import pytest

from mdp_core.rlhf.proxy_runs import turned


@pytest.mark.parametrize(
    ("true", "expected"),
    [
        ([1, 2, 9, 4, 5], (1, 9, 5)),  # too few for a mean of several
        ([0, 2, 4, 8, 6, 4, 2, 0], (1, 7, 1)),  # eight: means of two
        ([0, 0, 3, 3, 6, 6, 9, 9, 9, 9, 5, 5, 2, 2], (1.5, 9, 3.5)),  # fourteen: means of four, and never of more
    ],
)
def test_the_start_the_best_and_the_end_are_means_over_a_third_of_the_steps_four_at_most(true, expected):
    assert turned([SimpleNamespace(true=score) for score in true]) == expected
