"""Bellman's equations as sparse matrices: when they are factorised, and how exact the answers are."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from mdp_core.solvers.bellman import PolicyEquation


def to_the_next(S, gamma, stride=1):
    """A circle of S states where every step pays 1 and leads `stride` on."""
    rows = (np.full(S, gamma), (np.arange(S) + stride) % S, np.arange(S + 1))
    return PolicyEquation(np.ones(S), csr_array(rows, shape=(S, S)))


def to_anywhere(S, gamma, seed=0):
    """Every state leads to sixteen others, wherever they are."""
    rng = np.random.default_rng(seed)
    following = np.sort(np.array([rng.choice(S, 16, replace=False) for _ in range(S)]), axis=1)
    rows = (np.full(S * 16, gamma / 16), following.ravel(), np.arange(0, S * 16 + 1, 16))
    return PolicyEquation(rng.normal(size=S), csr_array(rows, shape=(S, S)))


def test_a_factorisation_may_take_three_thousand_million_multiplications():
    assert to_anywhere(1442, 0.9).factorable  # 1442^3 = 2.9985e9, however wide it is
    assert not to_anywhere(1700, 0.9).factorable  # its band is 1471 wide at best: 1700 * 1471^2 = 3.68e9
    assert to_the_next(3000, 0.9).factorable  # a circle's band is two wide, whatever its states are called
    assert to_the_next(3001, 0.9, stride=1500).factorable


@pytest.mark.parametrize("S", [64, 65, 1700])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_a_solution_is_as_exact_as_its_rewards_are_large(S, scale):
    """Dense to 64 states, factorised above, iterated where a factorisation would fill in."""
    equation = to_anywhere(S, 0.9)
    small = PolicyEquation(scale * equation.r, equation.P)
    v = small.solution()
    assert np.abs(small.r + small.P @ v - v).max() <= 1e-12 * np.abs(small.r).max()
