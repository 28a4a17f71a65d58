"""All ways to the same values: sweeps, policies, linear programming and enumeration agree on random processes."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mdp_core.solvers.average_reward import average_reward, relative_value_iteration
from mdp_core.solvers.backward_induction import backward_evaluation, plan
from mdp_core.solvers.ending import Endings, EndlessError
from mdp_core.solvers.modified_policy_iteration import modified_policy_iteration
from mdp_core.solvers.policy import of_actions, uniform
from mdp_core.solvers.policy_evaluation import policy_evaluation, policy_evaluation_in_place, policy_values
from mdp_core.solvers.policy_improvement import policy_improvement
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.solvers.solution import solve
from mdp_core.solvers.value_iteration import value_iteration, value_iteration_in_place
from mdp_core.transitions import from_transitions
from tests.mdp_core.solvers.random_mdps import chain, deterministic_policies, random_mdp, undiscounted_values

seeds = st.integers(0, 2**32 - 1)
gammas = st.sampled_from([0.0, 0.3, 0.9, 0.97])


def last(iterates):
    *_, end = iterates
    return end


def by_linear_programming(mdp, gamma):
    """min sum v(s) under v(s) >= r(s, a) + gamma sum p v(s') for every pair (Puterman 1994, section 6.9.1)."""
    S = mdp.shape[0]
    rows, bounds = [], []
    for s, a in np.argwhere(mdp.allowed & ~mdp.terminal[:, None]):
        row = np.bincount(mdp.next_state[s, a], gamma * mdp.continuing[s, a], minlength=S)
        row[s] -= 1.0
        rows.append(row)
        bounds.append(-mdp.expected_reward[s, a])
    free = [(0.0, 0.0) if end else (None, None) for end in mdp.terminal]
    return linprog(np.ones(S), A_ub=np.array(rows), b_ub=np.array(bounds), bounds=free, method="highs").x


@settings(max_examples=60)
@given(seeds, gammas, st.sampled_from([0.0, 0.3]))
def test_every_solver_finds_the_same_values(seed, gamma, ends):
    mdp = random_mdp(seed, ends=ends)
    best = by_linear_programming(mdp, gamma)
    for v in (
        solve(mdp, gamma).v,
        last(policy_iteration(mdp, gamma)).v,
        last(value_iteration(mdp, gamma)).v,
        last(value_iteration_in_place(mdp, gamma)).v,
        last(modified_policy_iteration(mdp, gamma, sweeps=5)).v,
    ):
        np.testing.assert_allclose(v, best, atol=1e-7)
    policy = solve(mdp, gamma).policy
    np.testing.assert_allclose(policy_values(mdp, policy, gamma), best, atol=1e-7)


@settings(max_examples=60)
@given(seeds, gammas)
def test_every_evaluation_solves_the_linear_system(seed, gamma):
    mdp = random_mdp(seed)
    rng = np.random.default_rng(seed)
    actions = np.array([rng.choice(np.flatnonzero(row)) for row in mdp.allowed])
    P, r = chain(mdp, actions)
    exact = np.linalg.solve(np.eye(len(r)) - gamma * P, r)
    policy = of_actions(mdp, actions)
    np.testing.assert_allclose(policy_values(mdp, policy, gamma), exact, atol=1e-10)
    for evaluation in (policy_evaluation, policy_evaluation_in_place):
        swept = last(evaluation(mdp, policy, gamma, tolerance=1e-6))
        assert np.abs(swept.v - exact).max() <= 1e-6
    mixed = 0.5 * policy + 0.5 * uniform(mdp)
    swept = last(policy_evaluation(mdp, mixed, gamma, tolerance=1e-10))
    np.testing.assert_allclose(policy_values(mdp, mixed, gamma), swept.v, atol=2e-10)


@settings(max_examples=60)
@given(seeds, st.sampled_from([0.3, 0.9]), st.sampled_from([value_iteration, value_iteration_in_place]))
def test_a_sweep_is_a_contraction_and_keeps_the_order(seed, gamma, iterate):
    mdp = random_mdp(seed)
    rng = np.random.default_rng(seed)
    low = rng.normal(size=5) * ~mdp.terminal
    high = low + rng.random(5) * ~mdp.terminal
    (_, below), (_, above) = (list(iterate(mdp, gamma, v0=v, max_sweeps=1)) for v in (low, high))
    assert np.abs(above.v - below.v).max() <= gamma * np.abs(high - low).max() + 1e-12
    assert np.all(above.v >= below.v - 1e-12)


@settings(max_examples=40)
@given(seeds, gammas)
def test_improvement_improves(seed, gamma):
    mdp = random_mdp(seed)
    before = policy_values(mdp, uniform(mdp), gamma)
    after = policy_values(mdp, policy_improvement(mdp, before, gamma), gamma)
    assert np.all(after >= before - 1e-7)
    rounds = list(policy_iteration(mdp, gamma))
    assert [r.phase for r in rounds] == ["evaluation", "improvement"] * (len(rounds) // 2)
    values = [r.v for r in rounds[::2]]
    assert all(np.all(later >= earlier - 1e-9) for earlier, later in itertools.pairwise(values))
    assert [r.changed > 0 for r in rounds[1::2]] == [True] * (len(rounds) // 2 - 1) + [False]


@settings(max_examples=300)
@example(seed=98358, ends=0.0, rewards=(0, 0, -1))  # sealed off, and next to a state whose sum has no end
@given(seeds, st.sampled_from([0.0, 0.15, 0.5]), st.sampled_from([(0, 0, -1), (0, 0, 1), (-1, 0, 1), (-1, -2, 3)]))
def test_undiscounted_values_are_those_of_the_best_policy(seed, ends, rewards):
    """Against the enumeration of all policies: with free circles, traps, gains without end, and states nobody reaches."""
    mdp = random_mdp(seed, S=4, A=2, K=2, ends=ends, rewards=rewards)
    values = np.array([undiscounted_values(mdp, actions) for actions in deterministic_policies(mdp)])
    reached = Endings(mdp).reachable
    if np.isnan(values).any() or np.isposinf(values[:, ~reached]).any():
        return  # the best of sums that do not exist
    best = values.max(axis=0)
    if not np.isfinite(best[reached]).all():
        with pytest.raises(EndlessError):
            solve(mdp, 1.0)
        return
    expected = np.where(np.isneginf(best), np.nan, best)
    np.testing.assert_allclose(solve(mdp, 1.0).v, expected, atol=1e-9)
    old = np.random.default_rng(seed).normal(size=4)
    np.testing.assert_allclose(solve(mdp, 1.0, v0=old).v, expected, atol=1e-9)
    np.testing.assert_allclose(last(policy_iteration(mdp, 1.0)).v, expected, atol=1e-9)


@settings(max_examples=60)
@given(seeds)
def test_undiscounted_policies_have_a_sum_or_say_why_not(seed):
    mdp = random_mdp(seed, S=4, A=2, K=2, ends=0.2, rewards=(-1, 0, 0, 1))
    for actions in deterministic_policies(mdp):
        v = undiscounted_values(mdp, actions)
        if np.isfinite(v).all():
            np.testing.assert_allclose(policy_values(mdp, of_actions(mdp, actions), 1.0), v, atol=1e-9)
        else:
            with pytest.raises(EndlessError) as caught:
                policy_values(mdp, of_actions(mdp, actions), 1.0)
            assert not np.isfinite(v[list(caught.value.states)]).any()


@settings(max_examples=30)
@given(seeds, st.sampled_from([0.5, 1.0]), st.integers(0, 3))
def test_a_plan_is_the_best_of_all_plans(seed, gamma, horizon):
    """Against recursion over every action and outcome."""
    mdp = random_mdp(seed, S=3, A=2, K=2)

    def best(state, left):
        if left == 0:
            return 0.0
        return max(
            sum(
                p * (o.reward + (0.0 if o.terminated else gamma * best(o.next_state, left - 1)))
                for o, p in mdp.transition(state, action)
            )
            for action in mdp.actions(state)
        )

    found = plan(mdp, gamma, horizon)
    assert found.v.shape == (horizon + 1, 3)
    assert found.policy.shape == (horizon, 3, mdp.shape[1])
    for t in range(horizon + 1):
        np.testing.assert_allclose(found.v[t], [best(s, horizon - t) for s in range(3)], atol=1e-12)
    *_, first = backward_evaluation(mdp, uniform(mdp), gamma, horizon)
    swept = list(policy_evaluation(mdp, uniform(mdp), 0.5, max_sweeps=horizon)) if gamma < 1 else None
    assert np.all(first.v <= found.v[0] + 1e-12)
    if swept is not None and len(swept) == horizon + 1:
        np.testing.assert_allclose(first.v, swept[-1].v, atol=1e-12)


@settings(max_examples=60)
@given(seeds)
def test_the_best_average_is_that_of_the_best_policy(seed):
    rng = np.random.default_rng(seed)
    mdp = random_mdp(seed, S=4, A=2, K=2, ends=0.0)
    lazy = [0.1 * rng.integers(1, 9) for _ in range(4)]  # every state leads to state 0 now and then: one class
    tables = {
        s: {
            a: [(lazy[s], 0, 0.5), *((p * (1 - lazy[s]), o.next_state, o.reward) for o, p in mdp.transition(s, a))]
            for a in mdp.actions(s)
        }
        for s in range(4)
    }
    one_class = from_transitions(tables)
    *_, end = relative_value_iteration(one_class)
    gains = [average_reward(one_class, of_actions(one_class, a))[0] for a in deterministic_policies(one_class)]
    assert end.lower - 1e-12 <= max(gains) <= end.upper + 1e-12
    assert end.upper - end.lower <= 1e-9
    gain, h = average_reward(one_class, end.policy)
    assert gain == pytest.approx(max(gains), abs=1e-9)
    np.testing.assert_allclose(h, end.h, atol=1e-6)


@settings(max_examples=20)
@given(seeds, st.sampled_from([1, 2]))
def test_solvers_leave_the_tables_alone(seed, A):
    mdp = random_mdp(seed, A=A, K=2, ends=0.5)
    before = [a.copy() for a in (mdp.next_state, mdp.probability, mdp.reward, mdp.terminated, mdp.continuing)]
    v0 = np.ones(5)
    solve(mdp, 0.9, v0=v0)
    last(policy_iteration(mdp, 0.9))
    last(value_iteration_in_place(mdp, 0.9, v0=v0))
    last(policy_evaluation(mdp, uniform(mdp), 0.9, v0=v0))
    last(modified_policy_iteration(mdp, 0.9, v0=v0))
    policy_values(mdp, uniform(mdp), 0.5)
    for old, new in zip(
        before, (mdp.next_state, mdp.probability, mdp.reward, mdp.terminated, mdp.continuing), strict=True
    ):
        np.testing.assert_array_equal(old, new)
    assert v0.tolist() == [1.0] * 5
