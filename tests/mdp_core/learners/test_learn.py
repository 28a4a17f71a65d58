"""Running learners: independence of agents, reproducible snapshots, and what is refused."""

import numpy as np
import pytest

from mdp_core.distribution import Categorical
from mdp_core.learners import LEARNERS, DivergedError, LearnerSpec, learn
from mdp_core.learners.run import STEPS_BETWEEN_PAUSES, learn_with_pauses
from mdp_core.rollout import Draws, play
from tests.mdp_core.learners.worlds import END, again, corridor, crossing, random_walk, world

VARIANTS = [(name, kind, 0.7) for name in LEARNERS for kind in LEARNERS[name].traces]
VARIANTS += [(name, "replacing", 0.0) for name in LEARNERS]


def run(mdp, spec, every=None):
    snapshots = list(learn(mdp, spec, every=every))
    return snapshots[-1], np.concatenate([snapshot.returns for snapshot in snapshots], axis=1)


@pytest.mark.parametrize(("algorithm", "traces", "lambda_"), VARIANTS)
def test_every_agent_of_many_learns_what_it_learns_alone(algorithm, traces, lambda_):
    parameters = {"traces": traces, "lambda_": lambda_, "episodes": 40, "max_steps": 30}
    together, returns = run(crossing(), LearnerSpec(algorithm, seed=3, agents=4, **parameters))
    for i in range(4):
        alone, own = run(crossing(), LearnerSpec(algorithm, seed=3 + i, **parameters))
        assert np.array_equal(together.policy[i], alone.policy[0])
        assert np.array_equal(together.v[i], alone.v[0])
        assert np.array_equal(returns[i], own[0])
        assert together.steps[i] == alone.steps[0]
    assert len({row.tobytes() for row in returns}) == 4  # and they are four different lives


def test_a_pause_comes_before_too_many_steps_and_changes_nothing():
    """Episodes of 500 steps in a world without an end: a pause after at most 500 more steps than may pass without one."""
    spec = LearnerSpec("q_learning", episodes=20, max_steps=500, agents=4)
    endless = world([[[(1, 1, 0)]], [[(1, 0, 1)]]])
    moments = list(learn_with_pauses(endless, spec))
    plain = list(learn(endless, spec))
    shown = [moment for moment in moments if moment is not None]
    assert [one.episodes for one in shown] == [one.episodes for one in plain]
    assert all(np.array_equal(one.v, other.v) for one, other in zip(shown, plain, strict=True))
    pauses = len(moments) - len(shown) - 1 - spec.agents  # and one before each agent is made, and one behind them
    assert pauses == 20 * 4 * 500 // STEPS_BETWEEN_PAUSES


def test_of_many_agents_the_first_are_as_they_were():
    (*_, last) = learn(crossing(), LearnerSpec("actor_critic", episodes=5, agents=3, max_steps=30))
    first = last.of_first(2)
    assert np.array_equal(first.policy, last.policy[:2])
    assert np.array_equal(first.v, last.v[:2])
    assert first.returns.shape == first.lengths.shape == first.terminated.shape == (2, last.returns.shape[1])
    assert first.steps.tolist() == last.steps[:2].tolist()


def test_snapshots_begin_blank_and_miss_no_episode():
    spec = LearnerSpec("sarsa", episodes=25, agents=3)
    snapshots = list(learn(random_walk(), spec, every=10))
    assert [snapshot.episodes for snapshot in snapshots] == [0, 10, 20, 25]
    assert [snapshot.returns.shape for snapshot in snapshots] == [(3, 0), (3, 10), (3, 10), (3, 5)]
    assert [snapshot.progress for snapshot in snapshots] == [0, 0.4, 0.8, 1]
    assert not snapshots[0].q[:, :5].any()
    assert np.array_equal(sum(snapshot.lengths.sum(axis=1) for snapshot in snapshots), snapshots[-1].steps)
    # Earlier snapshots are not written into later on.
    assert not np.array_equal(snapshots[1].q, snapshots[2].q)


def test_a_snapshot_comes_early_where_episodes_are_long():
    snapshots = list(learn(corridor(50), LearnerSpec("q_learning", epsilon=1.0, episodes=15, agents=20), every=15))
    assert len(snapshots) > 8
    steps = np.diff([snapshot.steps.sum() for snapshot in snapshots])
    assert steps.max() < 20_000 + 20 * 1_000


@pytest.mark.parametrize("every", [1, 7, 1000])
def test_what_is_learned_does_not_depend_on_who_looks(every):
    spec = LearnerSpec("actor_critic", episodes=30, agents=2)
    snapshot, returns = run(crossing(), spec, every)
    expected, same = run(crossing(), spec)
    assert np.array_equal(snapshot.preferences, expected.preferences)
    assert np.array_equal(returns, same)


def test_the_first_episode_is_the_rollout_of_the_same_seed():
    """The same draws fall on the same actions and the same outcomes as in the one loop."""
    mdp = crossing()
    for seed in range(30):
        trajectory = play(mdp, lambda state: Categorical.uniform(mdp.actions(state)), rng=Draws(seed), max_steps=50)
        spec = LearnerSpec("monte_carlo", epsilon=1.0, episodes=1, max_steps=50, seed=seed)
        snapshot, returns = run(mdp, spec)
        assert snapshot.lengths[0, 0] == len(trajectory)
        np.testing.assert_allclose(returns[0, 0], trajectory.rewards.sum())


def test_the_start_is_drawn():
    """From either end of a corridor of 3: with a quarter of the starts on the left, a greedy walk takes 3 steps or 1."""
    mdp = corridor(3)
    start = np.array([0.25, 0.0, 0.75, 0.0])
    mdp = type(mdp)(**{name: getattr(mdp, name) for name in mdp.__dataclass_fields__} | {"start": start})
    spec = LearnerSpec("q_learning", alpha=1.0, epsilon=0.0, gamma=1.0, episodes=2_000)
    lengths = np.concatenate([snapshot.lengths for snapshot in learn(mdp, spec)], axis=1)[0, 1_000:]
    assert set(lengths) == {1, 3}
    # A binomial share of 1,000: its standard deviation is 0.0137.
    assert abs(np.mean(lengths == 3) - 0.25) < 4 * 0.0137


def test_a_start_that_may_be_terminal_gives_an_episode_without_steps():
    mdp = corridor(2)
    start = np.array([0.5, 0.0, 0.5])
    mdp = type(mdp)(**{name: getattr(mdp, name) for name in mdp.__dataclass_fields__} | {"start": start})
    for algorithm in LEARNERS:
        spec = LearnerSpec(algorithm, episodes=20, lambda_=0.5)
        lengths = np.concatenate([snapshot.lengths for snapshot in learn(mdp, spec)], axis=1)
        ended = np.concatenate([snapshot.terminated for snapshot in learn(mdp, spec)], axis=1)
        assert 0 in lengths
        assert np.all(ended[lengths == 0])
        returns = np.concatenate([snapshot.returns for snapshot in learn(mdp, spec)], axis=1)
        assert np.all(returns[lengths == 0] == 0)


def test_policies_are_distributions_over_what_is_allowed():
    mdp = world([[[(1, 1, 1)], []], [[(1, END, 4)], [(1, END, -2)]]])
    for algorithm in LEARNERS:
        snapshot, _ = run(mdp, LearnerSpec(algorithm, episodes=20, epsilon=0.5))
        for policy in (snapshot.policy[0], snapshot.greedy[0]):
            np.testing.assert_allclose(policy.sum(axis=1), 1.0)
            assert policy[0].tolist() == [1.0, 0.0]


def test_what_was_learned_is_greedy_on_values_and_of_preferences_the_softmax_itself():
    values = run(crossing(), LearnerSpec("sarsa", epsilon=0.5, episodes=20))[0]
    assert np.array_equal(values.learned_policy, values.greedy)
    assert not np.array_equal(values.learned_policy, values.policy)
    preferences = run(crossing(), LearnerSpec("reinforce", episodes=20))[0]
    assert np.array_equal(preferences.learned_policy, preferences.policy)
    assert not np.array_equal(preferences.learned_policy, preferences.greedy)


def test_the_policy_is_epsilon_greedy_on_q():
    snapshot, _ = run(corridor(4), LearnerSpec("q_learning", alpha=1.0, epsilon=0.2, gamma=1.0, episodes=100))
    np.testing.assert_allclose(snapshot.policy[0, :4], [[0.1, 0.9]] * 4)
    assert snapshot.greedy[0, :4].tolist() == [[0.0, 1.0]] * 4
    np.testing.assert_allclose(snapshot.v[0], [-4, -3, -2, -1, 0])


def changed(algorithm, name):
    """True if another value of that parameter makes another life."""
    values = {"alpha": 0.3, "alpha_v": 0.3, "epsilon": 0.6, "lambda_": 0.9, "traces": "accumulating"}
    base = {"episodes": 60, "seed": 2, "lambda_": 0.5 if name == "traces" else 0.0}
    one, returns = run(crossing(), LearnerSpec(algorithm, **base))
    other, others = run(crossing(), LearnerSpec(algorithm, **(base | {name: values[name]})))
    return not (np.array_equal(one.v, other.v) and np.array_equal(returns, others))


@pytest.mark.parametrize("algorithm", LEARNERS)
def test_a_learner_listens_to_the_parameters_that_it_names_and_to_no_other(algorithm):
    heard = {name for name in ("alpha", "alpha_v", "epsilon", "lambda_", "traces") if changed(algorithm, name)}
    assert heard == set(LEARNERS[algorithm].parameters)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"algorithm": "dyna"}, "There is no learner 'dyna': choose one of monte_carlo, sarsa"),
        ({"alpha": 0}, "alpha 0 learns nothing: choose a step size above 0, up to 1."),
        ({"alpha": -0.5}, "alpha -0.5 is no step size"),
        ({"alpha": float("nan")}, "alpha nan is no step size"),
        ({"alpha_v": 2}, "alpha of the baseline 2 is no step size"),
        ({"epsilon": 1.5}, "epsilon 1.5 is not between 0 and 1: it is the share of actions chosen at random."),
        ({"epsilon": float("nan")}, "epsilon nan"),
        ({"lambda_": -1}, "lambda -1 is not between 0 and 1"),
        ({"gamma": 1.01}, "gamma 1.01 is not between 0 and 1"),
        ({"traces": "golden"}, "There are no 'golden' traces"),
        ({"lambda_": 0.5, "traces": "dutch"}, "Q-learning has no dutch traces: choose replacing or accumulating."),
        ({"episodes": 0}, "episodes must be a whole number from 1 to"),
        ({"episodes": 2.5}, "episodes must be a whole number"),
        ({"max_steps": 10**9}, "max_steps must be a whole number from 1 to 100000"),
        ({"agents": 0}, "agents must be a whole number"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"agents": 100, "max_steps": 100_000}, "lower max_steps to 20000"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused_in_one_sentence(parameters, words):
    with pytest.raises(ValueError, match=r"^[^\n]*[.]$") as refused:
        LearnerSpec(**parameters)
    assert words in str(refused.value)


def test_gamma_one_needs_an_end_that_can_be_reached():
    for_ever = world([[[(1, 0, 1)]]])
    with pytest.raises(ValueError, match="With gamma 1 and no end that can be reached"):
        learn(for_ever, LearnerSpec("sarsa", gamma=1.0))
    list(learn(for_ever, LearnerSpec("sarsa", gamma=0.9, episodes=2, max_steps=10)))


def test_a_terminal_start_and_a_step_of_nothing_are_refused_at_once():
    mdp = corridor(1)
    fields = {name: getattr(mdp, name) for name in mdp.__dataclass_fields__} | {"start": np.array([0.0, 1.0])}
    with pytest.raises(ValueError, match="The start is already the end"):
        learn(type(mdp)(**fields), LearnerSpec())
    with pytest.raises(ValueError, match="every must be at least 1 episode, not 0"):
        learn(mdp, LearnerSpec(), every=0)


def test_values_without_bound_are_reported():
    """Accumulating traces that never fade, on a state that comes back: every surprise is counted many times over."""
    loop = world([[[(0.99, 0, 1), (0.01, END, 0)]]])
    spec = LearnerSpec("sarsa", alpha=1.0, lambda_=1.0, traces="accumulating", gamma=1.0, max_steps=5_000)
    with pytest.raises(DivergedError, match="grew beyond all bounds"):
        list(learn(loop, spec))


def test_huge_rewards_stay_numbers_or_are_reported():
    for algorithm in LEARNERS:
        spec = LearnerSpec(algorithm, episodes=20, gamma=0.5)
        try:
            snapshot, _ = run(world([[[(0.5, 0, 1e308), (0.5, END, -1e308)]]]), spec)
        except DivergedError:
            continue
        assert np.all(np.isfinite(snapshot.v))


def test_again_is_seen_as_often_as_its_probability_says():
    """10,000 episodes of `again`: the number of steps is geometric, its mean 2, its variance 2."""
    spec = LearnerSpec("monte_carlo", episodes=10_000)
    lengths = np.concatenate([snapshot.lengths for snapshot in learn(again(), spec)], axis=1)
    assert abs(lengths.mean() - 2) < 4 * (2 / 10_000) ** 0.5
