"""A learned policy is found again from its description: the same one, at the same episode, and never without bound."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world
from mdp_core.grid.world import GridWorld
from mdp_core.learners import learn
from mdp_core.scenarios import EXACT, LEARNED_BY, GridScenario, Learned
from mdp_core.stage.grid import grid_frames, policy_of, run_grid
from mdp_core.stage.learned import (
    MAX_STEPS,
    details_of,
    episode_limit,
    kept_arrows,
    learned_arrows,
    learning,
    name_of,
    relearning,
    short_name,
    spec_of,
)

CLIFF = Learned("q_learning", alpha=0.5, epsilon=0.1, gamma=1.0, episodes=500, seed=0)


def play(**changes):
    """The sum of rewards of one walk over the cliff by what was learned."""
    scenario = GridScenario(world="cliff", policy="learned", learned=Learned(**({"gamma": 1.0} | changes)))
    return run_grid(scenario, 7).rewards.sum()


def test_q_learning_plays_along_the_edge_and_sarsa_goes_around():
    assert play(by="q_learning") == -13
    assert play(by="sarsa") == -17
    assert play(by=EXACT) == -13


def test_what_is_sent_after_some_episodes_is_what_was_seen_then():
    """Agent 0 of many, after 60 of 200 episodes, is the agent that learns alone for 60 episodes."""
    lake = world("lake")
    many = spec_of(lake, Learned("sarsa", alpha=0.2, episodes=200, seed=3), agents=4)
    seen = next(s for s in learn(lake.tabular(), many, every=20) if s.episodes == 60)
    again = learned_arrows(lake, Learned("sarsa", alpha=0.2, episodes=60, seed=3))
    assert np.array_equal(seen.learned_policy[0], again)


def test_what_was_learned_is_played_without_exploring():
    assert set(np.unique(learned_arrows(world("cliff"), CLIFF)[:3])) <= {0.0, 0.25, 1 / 3, 0.5, 1.0}
    softmax = learned_arrows(world("norvig"), Learned("actor_critic", alpha=0.1, episodes=50))
    assert np.all((softmax > 0) & (softmax < 1))


def test_the_bound_holds_however_much_is_asked_for():
    """No end in reach: 100 steps an episode, 5,000 episodes would be half a million steps."""
    lost = GridWorld(parse_map("step: -1\nS.#G"))
    assert episode_limit(lost) == 100
    shares = list(learning(lost, Learned("q_learning", episodes=5_000, gamma=0.9)))
    assert shares[-1] == pytest.approx(MAX_STEPS / 100 / 5_000, abs=0.05)


def test_episodes_are_long_where_there_is_an_end_to_be_found():
    assert episode_limit(world("cliff")) == 1_000
    assert episode_limit(GridWorld(parse_map("\n".join(["S" + "." * 98 + "G", *["." * 100] * 9])))) == 2_000


def test_it_is_kept_for_the_next_one_who_asks():
    lake, asked = world("lake"), Learned("q_learning", episodes=37, seed=11)
    assert kept_arrows(lake, asked) is None
    list(relearning(lake, asked))
    assert list(relearning(lake, asked)) == []
    assert kept_arrows(lake, asked) is learned_arrows(lake, asked)


def test_the_stage_says_how_it_was_learned():
    caption = grid_frames(GridScenario(world="cliff", policy="learned", learned=CLIFF), 7)["caption"]
    assert caption == "learned: Q-learning, 500 episodes, alpha 0.5, epsilon 0.1, gamma 1, seed 0"
    exact = Learned(EXACT, gamma=0.95)
    assert (name_of(exact), short_name(exact), details_of(exact)) == (
        "optimal for gamma 0.95",
        "optimal",
        "greedy on v*, gamma 0.95",
    )
    assert "alpha of the baseline 0.1" in details_of(Learned("reinforce"))
    assert "epsilon" not in details_of(Learned("reinforce"))


@pytest.mark.parametrize("by", LEARNED_BY)
def test_every_way_of_learning_makes_a_policy(by):
    policy = policy_of(GridScenario(world="norvig", policy="learned", learned=Learned(by, alpha=0.2, episodes=20)))
    assert np.allclose(policy.arrows.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("learned", "message"),
    [
        (Learned("sarsa", alpha=0.0), "alpha 0 learns nothing"),
        (Learned("sarsa", epsilon=1.5), "epsilon 1.5 is not between 0 and 1"),
        (Learned("sarsa", episodes=9_999), "at most 5,000 episodes"),
        (Learned("osmosis"), "There is no learner “osmosis”"),
        (Learned("sarsa", gamma=1.0), "With gamma 1 and no end that can be reached"),
        (Learned(EXACT, gamma=1.0), "With gamma 1 the sum of rewards need not exist"),
    ],
)
def test_what_cannot_be_learned_is_said(learned, message):
    with pytest.raises(ValueError, match=message):
        learned_arrows(world("jumps"), learned)
