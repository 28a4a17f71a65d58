"""Tables that a reader writes down: what comes out of them, and the row that is named when one is wrong."""

import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.mdp import Outcome
from mdp_core.solvers.solution import solve
from mdp_core.transitions import from_arrays, from_transitions
from tests.contracts import check_mdp, check_tabular


def test_a_table_of_transitions_as_it_stands():
    mdp = from_transitions({"in": {"stay": [(2 / 3, "in", 4.0), (1 / 3, "end", 4.0)], "quit": [(1.0, "end", 10.0)]}})
    assert mdp.states == ("in", "end")
    assert mdp.actions_named == ("stay", "quit")
    assert mdp.terminal.tolist() == [False, True]
    assert mdp.start.tolist() == [1.0, 0.0]
    assert list(mdp.transition(0, 0)) == [(Outcome(0, 4.0, False), 2 / 3), (Outcome(1, 4.0, True), 1 / 3)]
    check_mdp(mdp)
    check_tabular(mdp)


def test_states_and_actions_keep_their_order_and_may_differ_in_number():
    mdp = from_transitions(
        {"b": {2: [(1, "c", 0)]}, "a": {1: [(1, "b", 1), (0, "a", 9)], 2: [(1, "a", 0, True)]}},
        actions=(0, 1, 2),
        start={"a": 0.25, "b": 0.75},
        terminal=["c", "d"],
    )
    assert mdp.states == ("b", "a", "c", "d")
    assert mdp.actions(0) == (2,)
    assert mdp.actions(1) == (1, 2)
    assert mdp.start.tolist() == [0.75, 0.25, 0.0, 0.0]
    assert list(mdp.transition(1, 2)) == [
        (Outcome(1, 0.0, True), 1.0)
    ]  # a flag ends it, though the state is none that ends
    assert solve(mdp, 1.0).v.tolist() == [0.0, 1.0, 0.0, 0.0]


def test_rows_of_terminal_states_are_not_read():
    mdp = from_transitions({0: {0: [(1.0, 1, 1.0)]}, 1: {0: [(0.3, 0, np.nan)]}}, terminal=[1])
    assert mdp.terminal.tolist() == [False, True]
    assert solve(mdp, 1.0).v.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("terminal", ["end", ["end"], ("end",), {"end"}, iter(["end"])])
def test_one_terminal_state_may_stand_for_itself(terminal):
    mdp = from_transitions({"a": {"go": [(1.0, "end", 1.0)]}, "end": {"go": [(1.0, "a", 1.0)]}}, terminal=terminal)
    assert mdp.states == ("a", "end")
    assert mdp.terminal.tolist() == [False, True]


def test_a_terminal_place_is_one_state_too():
    rows = {(0, 0): {"right": [(1.0, (0, 1), 1.0)]}, (0, 1): {"left": [(1.0, (0, 0), 1.0)]}}
    for terminal in ((0, 1), [(0, 1)]):
        mdp = from_transitions(rows, terminal=terminal)
        assert mdp.states == ((0, 0), (0, 1))
        assert mdp.terminal.tolist() == [False, True]
        only_entered = from_transitions({(0, 0): rows[0, 0]}, terminal=terminal)
        assert only_entered.states == ((0, 0), (0, 1))
        assert only_entered.terminal.tolist() == [False, True]
    assert from_transitions({0: {0: [(1, 1, 0)]}, 1: {0: [(1, 0, 0)]}}, terminal=1).terminal.tolist() == [False, True]


def test_states_keep_their_order_whatever_the_hash_seed_is():
    code = (
        "from mdp_core.transitions import from_transitions as f;"
        "rows = {'s': {'go': [(1.0, 's', 0.0)]}}; ends = ['win', 'loss', 'draw', 'flag', 'time'];"
        "print(f(rows, terminal=ends).states, f(rows, terminal=set(ends)).states)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    listed = "('s', 'win', 'loss', 'draw', 'flag', 'time') ('s', 'draw', 'flag', 'loss', 'time', 'win')\n"
    assert said == [listed, listed]


def test_numbers_may_be_of_any_kind():
    mdp = from_transitions({0: {0: [(Fraction(1, 3), 0, np.float32(2)), (Decimal("2") / 3, 1, 1, np.True_)]}})
    assert mdp.probability[0, 0].tolist() == pytest.approx([1 / 3, 2 / 3])


def test_probabilities_that_nearly_sum_to_one_are_scaled():
    mdp = from_transitions({0: {0: [(0.3333333, 0, 0.0), (0.3333333, 1, 0.0), (0.3333333, 2, 0.0)]}})
    assert mdp.probability[0, 0].sum() == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([(0.5, 0, 0.0), (0.4, 1, 0.0)], r"action 'go' in state 0 .* they sum to 0.9"),
        ([(1.5, 0, 0.0), (-0.5, 1, 0.0)], r"action 'go' in state 0 .* a negative probability"),
        ([(np.nan, 0, 0.0)], r"action 'go' in state 0 .* no number"),
        ([(1.0, 0, np.inf)], r"the rewards of action 'go' in state 0 must be numbers .* not inf"),
        ([(1.0, 0, np.nan)], r"the rewards of action 'go' in state 0 must be numbers .* not nan"),
        ([(1.0, 0, 1e13)], r"at most 1e\+12 in size, not 1e\+13"),
        ([], r"action 'go' in state 0 .* they sum to 0"),
        ([(1.0, 0)], r"action 'go' in state 0 has a successor of 2 entries"),
        (
            [("end", 1.0, 0.0)],
            r"action 'go' in state 0 has the successor \('end', 1.0, 0.0\); write \(probability, next",
        ),
        ([("1", 1.0, 0.0)], "action 'go' in state 0 has the successor"),  # a name that could be read as a number
        ([(1.0, 0.0, "end")], "action 'go' in state 0 has the successor"),
        ([(1.0, [0], 0.0)], "action 'go' in state 0 has the successor"),
        ([(1.0, 0, None)], "action 'go' in state 0 has the successor"),
        ([(1.0, 0, True, 5.0)], "action 'go' in state 0 has the successor"),
        ([(1.0, 0, 0.0, "no")], "action 'go' in state 0 has the successor"),
        ([(np.array([0.5, 0.5]), 0, 0.0)], "action 'go' in state 0 has the successor"),
        ((1.0, "end", 0.0), r"action 'go' in state 0 has 1.0 as a successor; write a list of \(probability, next"),
        (("end", 1.0, 0.0), "action 'go' in state 0 has 'end' as a successor; write a list of"),
        (["end"], "action 'go' in state 0 has 'end' as a successor"),
        ("end", "action 'go' in state 0 has 'end' where its successors should be; write a list"),
        (5, "action 'go' in state 0 has 5 where its successors should be"),
        ({1: 0.5}, "action 'go' in state 0 has {1: 0.5} where its successors should be"),
    ],
)
def test_the_row_that_is_wrong_is_named(row, message):
    with pytest.raises(ValueError, match=message):
        from_transitions({0: {"go": row}})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"transitions": {}}, "there is no state"),
        ({"transitions": {0: {}}}, "state 0 has no action"),
        ({"transitions": {0: {0: [(1, 0, 0)]}}, "start": 5}, "the start 5 is none of the states"),
        ({"transitions": {0: {0: [(1, 0, 0)]}}, "start": {0: 0.5}}, "must sum to 1, not 0.5"),
        ({"transitions": {0: {0: [(1, 0, 0)]}}, "start": {0: "all"}}, "of the start 0 must be a number, not 'all'"),
        ({"transitions": {0: {0: [(1, 0, 0)]}}, "start": [0]}, r"the start \[0\] must be a state, or a dict"),
        ({"transitions": {"a": [(1, "a", 0)]}}, r"state 'a' has \[\(1, 'a', 0\)\] where its actions should be"),
        ({"transitions": [{0: [(1, 0, 0)]}]}, "transitions must be a dict"),
        ({"transitions": {0: {0: [(1, 0, 0)]}}, "actions": [1]}, "action 0 in state 0 is an action that is none of 1"),
    ],
)
def test_tables_that_are_none(arguments, message):
    with pytest.raises(ValueError, match=message):
        from_transitions(**arguments)


P = np.array([[[0.5, 0.5], [0.8, 0.2]], [[0.0, 1.0], [0.1, 0.9]]])


def test_arrays_as_they_stand():
    mdp = from_arrays(P, [[5, 10], [-1, 2]])
    assert mdp.shape == (2, 2, 2)
    np.testing.assert_allclose(mdp.expected_reward, [[5, 10], [-1, 2]])
    np.testing.assert_allclose(mdp.q_from_v(np.array([1.0, 2.0]), 1.0), [[6.5, 12.0], [0.2, 3.9]])
    check_tabular(mdp)


def test_rewards_of_states_and_of_transitions():
    of_states = from_arrays(P, [3.0, 4.0])
    np.testing.assert_allclose(of_states.expected_reward, [[3, 3], [4, 4]])
    of_steps = from_arrays(P, np.arange(8.0).reshape(2, 2, 2))
    np.testing.assert_allclose(of_steps.expected_reward, [[0.5, 5.0], [2 * 0.8 + 3 * 0.2, 6 * 0.1 + 7 * 0.9]])


def test_pairs_that_are_not_allowed_and_states_that_end():
    mdp = from_arrays(P, [[1.0, -np.inf], [2.0, np.nan]], start="y", states=("x", "y"), actions=("l", "r"))
    assert mdp.allowed.tolist() == [[True, False], [True, False]]
    assert mdp.start.tolist() == [0.0, 1.0]
    ending = from_arrays(P, [[1.0, 2.0], [np.nan, np.nan]], terminal=[1], allowed=[[True, False], [True, True]])
    assert solve(ending, 1.0).v.tolist() == [2.0, 0.0]  # 1 a step, half of the steps end it
    check_tabular(ending)
    for terminal in (1, "end", ["end"], np.array([1])):
        assert from_arrays(P, [1.0, 2.0], terminal=terminal, states=("x", "end")).terminal.tolist() == [False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"P": np.ones((2, 2))}, r"shape \(A, S, S\), not \(2, 2\)"),
        ({"R": np.ones((3, 2))}, r"R must have the shape \(2, 2\), \(2,\) or \(2, 2, 2\), not \(3, 2\)"),
        ({"allowed": np.ones((3, 3))}, r"allowed must have the shape \(2, 2\)"),
        ({"P": P * 0.5}, "action 0 in state 0 .* they sum to 0.5"),
        ({"terminal": [2]}, "the terminal state 2 is none of the states 0 to 1"),
        ({"terminal": [False, True]}, "the terminal state False is none of the states 0 to 1"),
        ({"terminal": "end"}, "the terminal state 'end' is none of the states 0 to 1"),
        ({"states": ("a", "a")}, "as many different names"),
        ({"allowed": np.zeros((2, 2))}, "state 0 has no action"),
    ],
)
def test_arrays_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        from_arrays(**({"P": P, "R": np.ones((2, 2))} | arguments))


@given(st.integers(0, 2**32 - 1))
def test_arrays_and_transitions_say_the_same(seed):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(4), size=(2, 4)) * (rng.random((2, 4, 4)) < 0.6)
    p[:, :, 0] += 1.0 - p.sum(axis=2)
    r = rng.normal(size=(2, 4, 4))
    rows = {
        s: {a: [(p[a, s, to], to, r[a, s, to]) for to in range(4) if p[a, s, to]] for a in range(2)} for s in range(4)
    }
    one, two = from_arrays(p, r), from_transitions(rows)
    v = rng.normal(size=4)
    np.testing.assert_allclose(one.q_from_v(v, 0.9), two.q_from_v(v, 0.9), atol=1e-12)
