"""The mixer keeps a distribution a distribution, and lets a draw fall where Python lets it fall."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.instruments.mixer import checked
from mdp_core.distribution import Categorical
from tests.node import engine


@pytest.fixture(scope="module")
def ask():
    """Ask the engine many questions in one process."""
    return engine("components/instruments/mixer/engine.js")


def test_drags_by_hand(ask):
    got = ask(
        ["mixed", [0.25, 0.25, 0.25, 0.25], 1, 0.7],
        ["mixed", [0.6, 0.3, 0.1], 2, 0.55],
        ["mixed", [1, 0, 0], 0, 0.5],
        ["mixed", [0.5, 0.5], 0, 7],
        ["mixed", [1], 0, 0.2],
    )
    assert got[0] == pytest.approx([0.1, 0.7, 0.1, 0.1])
    assert got[1] == pytest.approx([0.3, 0.15, 0.55])  # the others keep their two to one
    assert got[2] == pytest.approx([0.5, 0.25, 0.25])  # who had nothing shares alike
    assert got[3] == pytest.approx([1, 0])
    assert got[4] == [1]


def distributions():
    weights = st.lists(st.one_of(st.just(0.0), st.floats(0.01, 1)), min_size=1, max_size=6).filter(any)
    return weights.map(lambda w: [x / sum(w) for x in w])


@settings(max_examples=5)
@given(st.lists(st.tuples(distributions(), st.integers(0, 5), st.floats(-1, 2), st.floats(0, 0.999)), min_size=30))
def test_whatever_is_dragged_sums_to_one_and_u_falls_as_in_python(ask, cases):
    cases = [(p, i % len(p), value, u) for p, i, value, u in cases]
    mixes = ask(*(["mixed", p, i, value] for p, i, value, _ in cases))
    for (p, i, value, _), mix in zip(cases, mixes, strict=True):
        assert math.fsum(mix) == pytest.approx(1)
        assert min(mix) >= 0
        assert mix[i] == pytest.approx(1 if len(p) == 1 else min(max(value, 0), 1))
    landings = ask(*(["landing", p, u] for p, _, _, u in cases))
    for (p, _, _, u), landed in zip(cases, landings, strict=True):
        exact = Categorical(range(len(p)), p)
        # On an edge the two may round apart; anywhere else they agree.
        if min(abs(edge - u) for edge in exact.cumulative) > 1e-9:
            assert landed == exact.index(u)


@pytest.mark.parametrize(
    "sent",
    [None, "0.5", [0.5], [0.5, 0.5, 0.0, 0.0, 0.0], [0.5, None], [0.5, math.nan], [-0.1, 1.1], [0, 0], {"p": 1}],
)
def test_what_a_browser_sends_is_checked(sent):
    assert checked(sent, 2) is None


def test_what_a_browser_sends_is_made_to_sum_to_one():
    assert checked([0.2, 0.6], 2) == pytest.approx([0.25, 0.75])
