"""A table that was built from names answers to names."""

import numpy as np
import pytest

from mdp_core.grid import world
from mdp_core.solvers import policy_values, solve, value_iteration_in_place
from mdp_core.transitions import from_arrays, from_transitions


def game():
    return from_transitions(
        {
            "in": {"stay": [(2 / 3, "in", 4), (1 / 3, "end", 4)], "quit": [(1, "end", 10)]},
            "out": {"wait": [(1, "in", 0)]},
        }
    )


def test_values_and_policies_by_name():
    mdp = game()
    solution = solve(mdp, 1.0)
    assert mdp.names.values(solution.v) == pytest.approx({"in": 12, "out": 12, "end": 0})
    q = mdp.names.by_action(solution.q)
    assert q == {"in": {"stay": pytest.approx(12), "quit": 10}, "out": {"wait": pytest.approx(12)}}
    assert mdp.names.by_action(solution.policy)["in"] == {"stay": 1.0, "quit": 0.0}
    assert mdp.names.best(solution.policy) == {"in": ("stay",), "out": ("wait",)}
    assert mdp.names.best(solution.q) == {"in": ("stay",), "out": ("wait",)}
    assert mdp.names.best([[1.0, 1.0 + 1e-12, 5.0], [0.0, 0.0, 0.0], [0, 0, 0]])["in"] == ("stay", "quit")
    assert mdp.names.best([[1e6, 1e6 + 1e-4, 0.0], [0, 0, 0], [0, 0, 0]])["in"] == ("stay", "quit")
    assert mdp.names.best([[1e6, 1e6 + 1e-2, 0.0], [0, 0, 0], [0, 0, 0]])["in"] == ("quit",)


def test_indices_by_name():
    mdp = game()
    assert (mdp.names.state("end"), mdp.names.action("quit")) == (2, 1)
    cell = world("lake").tabular().names
    assert cell.states[cell.state((2, 3))] == (2, 3)
    numbered = from_arrays([[[0.0, 1.0], [0.0, 1.0]]], [[1.0], [0.0]], states=("a", "b"), actions=("go",))
    assert numbered.names.values([3.0, 4.0]) == {"a": 3.0, "b": 4.0}


def test_policies_and_values_from_names():
    mdp = game()
    quitting = mdp.names.policy({"in": "quit", "out": "wait"})
    assert quitting.tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
    assert mdp.names.values(policy_values(mdp, quitting, 1.0)) == pytest.approx({"in": 10, "out": 10, "end": 0})
    mixed = mdp.names.policy({"in": {"stay": 0.25, "quit": 0.75}, "out": "wait"})
    assert mdp.names.by_action(mixed)["in"] == {"stay": 0.25, "quit": 0.75}
    assert mdp.names.vector({"out": 2.0}).tolist() == [0.0, 2.0, 0.0]
    assert mdp.names.vector({"out": 2.0}, default=1.0).tolist() == [1.0, 2.0, 1.0]
    order = [mdp.names.state(name) for name in ("in", "out")]
    first = list(value_iteration_in_place(mdp, 0.5, order=order))[1]
    assert mdp.names.values(first.v) == {"in": 10.0, "out": 5.0, "end": 0.0}


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda names: names.state("nowhere"), "'nowhere' is no state: there are 'in', 'out', 'end'$"),
        (lambda names: names.action("fly"), "'fly' is no action: there are 'stay', 'quit', 'wait'"),
        (lambda names: names.values([1.0, 2.0]), r"shape \(3,\), not \(2,\)"),
        (lambda names: names.by_action(np.zeros(3)), r"shape \(3, 3\), not \(3,\)"),
        (lambda names: names.vector({"nowhere": 1.0}), "no state"),
        (lambda names: names.policy({"in": "quit"}), "in state 'out' the policy needs an action"),
        (lambda names: names.policy({"in": "wait", "out": "wait"}), "action 'wait' is not allowed in state 'in'"),
        (lambda names: names.policy(np.ones((3, 3)) / 3), r"a dict \{state: action\} .*, not ndarray"),
        (lambda names: names.vector([1.0, 2.0, 3.0]), r"a dict \{state: number\}, not list"),
        (lambda names: names.policy({"in": {"quit": 0.5}, "out": "wait"}), "in state 'in' .* sum to 1"),
        (lambda names: names.policy({"in": {"quit": 1.5, "stay": -0.5}, "out": "wait"}), "in state 'in'"),
    ],
)
def test_what_is_no_name_is_said(ask, says):
    with pytest.raises(ValueError, match=says):
        ask(game().names)


def test_of_many_names_a_few_are_said():
    with pytest.raises(ValueError, match=r"'x' is no state: there are 0, 1, 2, 3, 4, 5 and 4 more"):
        from_arrays([np.eye(10)], np.zeros((10, 1))).names.state("x")
