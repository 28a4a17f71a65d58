"""What was recorded teaches every learner what living through it would have taught."""

import numpy as np
import pytest

from mdp_core.distribution import Categorical
from mdp_core.grid import ArrowPolicy, random_arrows, world
from mdp_core.learners import LEARNERS, DivergedError, LearnerSpec, Transition, learn, learn_from, transitions_of
from mdp_core.learners.spec import MAX_STEPS
from mdp_core.policy import epsilon_greedy_probabilities
from mdp_core.rollout import Draws, play
from mdp_core.solvers import policy_values, solve, uniform
from tests.mdp_core.learners.worlds import corridor, crossing, fork

HALVES = {"alpha": 0.5, "alpha_v": 0.25, "gamma": 0.5, "epsilon": 1.0}
KINDS = [(name, 0.0, "replacing") for name in LEARNERS] + [
    (name, 0.7, traces) for name in LEARNERS for traces in LEARNERS[name].traces
]


def last(snapshots):
    *_, snapshot = snapshots
    return snapshot


@pytest.mark.parametrize(("algorithm", "lambda_", "traces"), KINDS)
def test_two_recorded_episodes_teach_what_the_same_two_lived_ones_do(algorithm, lambda_, traces):
    spec = LearnerSpec(algorithm, lambda_=lambda_, traces=traces, episodes=2, seed=9, **HALVES)
    lived = last(learn(fork(), spec))
    assert lived.returns.ravel().tolist()[-1] == -1.0  # the fork is taken to 4, then to -2: see test_updates
    recorded = [(0, 0, 1, 1, False), (1, 0, 4, 2, True), (0, 0, 1, 1, False), (1, 1, -2, 2, True)]
    seen = last(learn_from(fork(), recorded, spec, every=2))
    for ours, theirs in ((seen.q, lived.q), (seen.preferences, lived.preferences), (seen.baseline, lived.baseline)):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            assert ours.tolist() == theirs.tolist()
    assert (seen.returns.tolist(), seen.lengths.tolist(), seen.steps.tolist()) == ([[5.0, -1.0]], [[2, 2]], [4])


@pytest.mark.parametrize("algorithm", LEARNERS)
def test_a_recording_that_stops_is_bootstrapped(algorithm):
    """One step of reward 1, twice, with halves: towards 1 + v / 2 as far as v is known then."""
    mdp = corridor(3)
    stopped = [Transition(0, 0, 1.0, 0, False, True), Transition(0, 0, 1.0, 0, False, True)]
    spec = LearnerSpec(algorithm, **(HALVES | {"alpha_v": 0.5, "epsilon": 0.0}))
    snapshot = last(learn_from(mdp, stopped, spec))
    assert snapshot.episodes == 2
    assert (snapshot.q if snapshot.q is not None else snapshot.baseline).ravel()[0] == 0.875
    # Without the mark they are one episode of two steps.
    both = [step._replace(truncated=False) for step in stopped]
    assert last(learn_from(mdp, both, spec)).lengths.ravel().tolist() == [2]


def test_single_transitions_in_any_order_teach_q_learning_the_optimum():
    mdp = corridor(4)
    singles = [
        Transition(s, a, o.reward, o.next_state, o.terminated)
        for s in range(4)
        for a in mdp.actions(s)
        for o, _ in mdp.transition(s, a)
    ]
    order = np.random.default_rng(3).permutation(len(singles))
    spec = LearnerSpec("q_learning", alpha=1.0, gamma=0.9)
    snapshot = last(learn_from(mdp, [singles[i] for i in order], spec, passes=20))
    np.testing.assert_allclose(snapshot.q[0, :4], solve(mdp, 0.9).q[:4], atol=1e-9)


def of_epsilon_greedy(mdp, gamma, epsilon):
    """[S, A], the action values of the policy that is epsilon-greedy on them, by its own equation."""
    q = np.where(mdp.allowed, 0.0, -np.inf)
    for _ in range(200):
        pi = epsilon_greedy_probabilities(np.where(mdp.terminal[:, None], 0.0, q), epsilon)
        q = mdp.q_from_v(np.where(mdp.terminal, 0.0, (pi * np.where(mdp.allowed, q, 0.0)).sum(axis=1)), gamma)
    return q


@pytest.mark.parametrize("algorithm", ["sarsa", "monte_carlo", "expected_sarsa", "q_learning"])
def test_whose_values_are_learned_from_somebody_elses_steps(algorithm):
    mdp, gamma = crossing(), 0.5
    recorded = []
    for seed in range(3_000):
        draws = Draws(seed)
        u, v = draws.actions(200), draws.outcomes(200)
        state, t, over = 0, 0, False
        while not over:
            action = int(u[t] * 2)
            outcome = mdp.transition(state, action).sample(v[t])
            recorded.append(Transition(state, action, outcome.reward, outcome.next_state, outcome.terminated))
            state, over, t = outcome.next_state, outcome.terminated, t + 1
    spec = LearnerSpec(algorithm, alpha=0.02, gamma=gamma, epsilon=0.2)
    q = last(learn_from(mdp, recorded, spec)).q[0, :2]
    acted = mdp.q_from_v(policy_values(mdp, uniform(mdp), gamma), gamma)
    whose = {
        "sarsa": acted,
        "monte_carlo": acted,
        "expected_sarsa": of_epsilon_greedy(mdp, gamma, 0.2),
        "q_learning": solve(mdp, gamma).q,
    }
    np.testing.assert_allclose(q, whose[algorithm][:2], atol=0.12)


def test_a_robots_walks_are_recorded_by_the_names_of_its_world():
    lake = world("lake").with_slip(0)
    table = lake.tabular()
    walks = [play(lake, ArrowPolicy(lake, random_arrows(lake)), rng=Draws(seed), max_steps=60) for seed in range(800)]
    recorded = [step for walk in walks for step in transitions_of(walk, table.names)]
    assert recorded[0].state == table.names.state(walks[0].states[0])
    snapshot = last(learn_from(table, recorded, LearnerSpec("q_learning", alpha=0.2, gamma=0.9), passes=3))
    assert snapshot.episodes == 3 * sum(len(walk) > 0 for walk in walks)
    run = play(lake, ArrowPolicy(lake, snapshot.greedy[0]), rng=Draws(0), max_steps=20)
    best = play(lake, ArrowPolicy(lake, solve(table, 0.9).policy), rng=Draws(0), max_steps=20)
    assert len(run) == len(best)
    assert run.rewards.sum() == 1.0
    in_table = play(table, lambda s: Categorical.uniform(table.actions(s)), rng=Draws(1), max_steps=5)
    assert [step.state for step in transitions_of(in_table)] == list(in_table.states[:-1])
    with pytest.raises(ValueError, match="is no state"):
        transitions_of(in_table, table.names)


def test_the_same_recording_gives_the_same_snapshots_one_by_one():
    recorded = [Transition(0, 0, 1, 1, False), Transition(1, 0, 4, 2, True)] * 3
    spec = LearnerSpec("sarsa", seed=1, agents=5, episodes=9, max_steps=1)
    one, two = (list(learn_from(fork(), iter(recorded), spec, passes=2, every=4)) for _ in range(2))
    assert [s.episodes for s in one] == [0, 4, 6]
    assert [s.q.tolist() for s in one] == [s.q.tolist() for s in two]
    assert [s.progress for s in one] == [0, 4 / 6, 1]
    assert one[-1].q.shape == (1, 3, 2)
    for every in (1, None):
        looks = list(learn_from(fork(), recorded, spec, every=every))
        assert [s.episodes for s in looks] == [0, 1, 2, 3]
        assert (looks[-1].spec.agents, looks[-1].spec.episodes) == (1, 3)
    many = list(learn_from(fork(), recorded, spec, passes=100))
    assert [s.episodes for s in many] == list(range(0, 301, 3))  # a hundred looks, as `learn` has them


@pytest.mark.parametrize(
    ("recorded", "says"),
    [
        ([], "Nothing was recorded"),
        ([(0, 0, 1.0, 1)], "Transition 0 is"),
        ([("on", 0, 1.0, 1, False)], "Transition 0 is .* the table's indices"),
        ([(0, 0, 1.0, 1, False), (5, 0, 1.0, 1, False)], "Transition 1 goes from 5"),
        ([(0, 0, 1.0, -1, False)], "to -1; there are 3 states and 2 actions"),
        ([(0, 2, 1.0, 1, False)], "by 2"),
        ([(3, 0, 1.0, 1, False)], "from 3"),
        ([(-1, 0, 1.0, 1, False)], "from -1"),
        ([(0, 0, 1.0, 3, False)], "to 3"),
        ([(0, -1, 1.0, 1, False)], "by -1"),
        ([(0, 1, 1.0, 1, False)], "Transition 0 takes action 1 in state 0, which does not allow it"),
        ([(2, 0, 1.0, 2, True)], "in state 2, which does not allow"),
        ([(0, 0, float("nan"), 1, False)], "must be finite"),
    ],
)
def test_what_does_not_fit_is_refused_at_once(recorded, says):
    with pytest.raises(ValueError, match=says):
        learn_from(fork(), recorded, LearnerSpec())


def test_an_episode_longer_than_any_is_cut_and_goes_on():
    endless = [Transition(0, 0, -1.0, 0, False)] * (MAX_STEPS + 2)
    assert last(learn_from(corridor(2), endless, LearnerSpec("q_learning"))).steps.tolist() == [MAX_STEPS + 2]
    lengths = [s.lengths.tolist() for s in learn_from(corridor(2), endless, LearnerSpec("q_learning"), every=2)]
    assert lengths == [[[]], [[MAX_STEPS, 2]]]


def test_counts_and_values_that_grow():
    step = [Transition(0, 0, 1e200, 1, True)]
    for wrong in ({"passes": 0}, {"every": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            learn_from(fork(), step, LearnerSpec(), **wrong)
    huge = [Transition(0, 0, 1e308, 1, False), Transition(1, 0, 1e308, 2, True)]
    with pytest.raises(DivergedError):
        list(learn_from(fork(), huge, LearnerSpec("monte_carlo", alpha=1.0, gamma=1.0)))
