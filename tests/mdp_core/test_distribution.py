"""Categorical distributions: the draw, the picture's stacked bar, entropy and divergence."""

import math
from bisect import bisect_right

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.distribution import Categorical, fallen, upper_edges
from mdp_core.learners.choice import draw


def test_the_draw_falls_on_the_stacked_bar():
    coin = Categorical(("a", "b", "c"), (0.5, 0.0, 0.5))
    assert [coin.sample(u) for u in (0.0, 0.4999, 0.5, 0.9999)] == ["a", "a", "c", "c"]
    assert coin.cumulative.tolist() == [0.5, 0.5, 1.0]


@given(st.lists(st.sampled_from([0.0, 1e-17, 0.1, 1 / 3, 1.0]), min_size=1, max_size=12).filter(any))
def test_one_bar_many_bars_and_a_list_agree_on_every_edge(weights):
    p = np.array(weights) / sum(weights)
    edges = upper_edges(p)
    u = np.concatenate([edges, np.nextafter(edges, 0), [0.0]])
    u = u[u < 1]
    on = fallen(edges, u)
    assert np.all(p[on] > 0)
    assert fallen(np.tile(edges, (len(u), 1)), u).tolist() == on.tolist()
    assert [bisect_right(edges.tolist(), one) for one in u] == on.tolist()
    assert [draw(p.tolist(), one) for one in u] == on.tolist()


@pytest.mark.parametrize("u", [-0.1, 1.0, math.nan])
def test_a_draw_outside_the_unit_interval_is_refused(u):
    with pytest.raises(ValueError, match=r"u must be in \[0, 1\)"):
        Categorical.certain("a").sample(u)


@pytest.mark.parametrize(
    ("outcomes", "probabilities", "message"),
    [
        (("a",), (0.5, 0.5), "as many probabilities"),
        ((), (), "at least one outcome"),
        (("a", "b"), (1.5, -0.5), "not negative"),
        (("a", "b"), (math.nan, 1.0), "finite"),
        (("a", "b"), (0.5, 0.4), "sum to 1"),
    ],
)
def test_what_is_no_distribution_is_refused(outcomes, probabilities, message):
    with pytest.raises(ValueError, match=message):
        Categorical(outcomes, probabilities)


def test_entropy_of_a_coin_of_a_certainty_and_of_a_uniform():
    assert Categorical(("a", "b"), (0.25, 0.75)).entropy() == pytest.approx(0.5623351446188083)
    assert Categorical.certain("a").entropy() == 0.0
    assert Categorical.uniform(range(8)).entropy() == pytest.approx(math.log(8))


def test_kl_by_hand_and_where_the_other_rules_it_out():
    p, q = Categorical("ab", (0.5, 0.5)), Categorical("ab", (0.25, 0.75))
    assert p.kl(q) == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3))
    assert Categorical("ab", (0.5, 0.5)).kl(Categorical("ab", (1.0, 0.0))) == math.inf
    assert Categorical("ab", (1.0, 0.0)).kl(p) == pytest.approx(math.log(2))
    with pytest.raises(ValueError, match="same outcomes"):
        p.kl(Categorical("ba", (0.5, 0.5)))


def test_top_breaks_ties_by_order_and_equal_outcomes_add_up():
    d = Categorical(("a", "b", "a", "c"), (0.25, 0.3, 0.25, 0.2))
    assert d.top(2) == [("b", 0.3), ("a", 0.25)]
    assert d.top(0) == []
    assert d.probability("a") == 0.5
    assert d.probability("z") == 0.0


def test_equality_is_of_order_too_and_probabilities_cannot_be_written_to():
    assert Categorical("ab", (0.5, 0.5)) != Categorical("ba", (0.5, 0.5))
    with pytest.raises(ValueError, match="read-only"):
        Categorical("ab", (0.5, 0.5)).probabilities[0] = 1.0


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=20).filter(lambda w: sum(w) > 1e-3),
    st.floats(0, 1, exclude_max=True),
)
def test_no_draw_ever_lands_on_the_impossible(weights, u):
    d = Categorical(range(len(weights)), np.array(weights) / sum(weights))
    i = d.index(u)
    assert d.probabilities[i] > 0
    assert (d.cumulative[i - 1] if i else 0.0) <= u < d.cumulative[i]


def test_draws_of_evenly_spread_uniforms_have_the_frequencies_of_the_distribution():
    d = Categorical("abc", (0.2, 0.5, 0.3))
    counts = np.bincount([d.index((i + 0.5) / 1000) for i in range(1000)])
    assert counts.tolist() == [200, 500, 300]
