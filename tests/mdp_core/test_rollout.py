"""The loop: what is recorded, how it ends, and what a forced action changes."""

import numpy as np
import pytest

from mdp_core.distribution import Categorical
from mdp_core.mdp import Outcome
from mdp_core.rollout import Draws, play


class Walk:
    """States 0..n, from 0; `right` goes right with probability 3/4 and stays otherwise, `left` goes left; n ends it."""

    def __init__(self, n=3):
        self.n = n

    def initial_state(self):
        return 0

    def actions(self, state):
        return ("left", "right") if state else ("right",)

    def transition(self, state, action):
        if action == "left":
            return Categorical.certain(Outcome(state - 1, -1.0, False))
        there = Outcome(state + 1, float(state + 1), state + 1 == self.n)
        return Categorical((there, Outcome(state, 0.0, False)), (0.75, 0.25))

    def is_terminal(self, state):
        return state == self.n


def right(state):
    return Categorical.certain("right")


def test_draws_are_two_streams_and_a_longer_call_begins_with_the_shorter():
    draws = Draws(7)
    np.testing.assert_array_equal(draws.actions(10)[:4], draws.actions(4))
    np.testing.assert_array_equal(draws.outcomes(10)[:4], draws.outcomes(4))
    assert not np.any(draws.actions(10) == draws.outcomes(10))
    assert not np.any(draws.actions(10) == Draws(8).actions(10))
    with pytest.raises(ValueError, match="seed"):
        Draws(-1)


@pytest.mark.parametrize("seed", range(5))
def test_right_and_only_right_follows_the_outcome_draws(seed):
    run = play(Walk(3), right, rng=Draws(seed), max_steps=50)
    arrived = np.cumsum(Draws(seed).outcomes(50) < 0.75)
    assert len(run) == int(np.argmax(arrived == 3)) + 1
    assert run.rewards.sum() == 1 + 2 + 3
    assert run.states[-1] == 3
    assert run.terminated
    assert not run.truncated
    assert run.states == (0, *arrived[: len(run)].tolist())


def test_the_limit_truncates_and_does_not_terminate():
    run = play(Walk(100), right, rng=Draws(1), max_steps=4)
    assert [step.truncated for step in run.steps] == [False, False, False, True]
    assert run.truncated
    assert not run.terminated


def test_a_run_that_ends_on_the_last_allowed_step_is_terminated_and_not_truncated():
    steps = len(play(Walk(3), right, rng=Draws(1), max_steps=50))
    run = play(Walk(3), right, rng=Draws(1), max_steps=steps)
    assert run.terminated
    assert not run.truncated


def test_no_step_from_a_terminal_start_and_none_under_a_limit_of_zero():
    assert len(play(Walk(0), right, rng=Draws(1), max_steps=9)) == 0
    assert play(Walk(0), right, rng=Draws(1), max_steps=9).terminated
    assert len(play(Walk(3), right, rng=Draws(1), max_steps=0)) == 0
    with pytest.raises(ValueError, match="max_steps"):
        play(Walk(3), right, rng=Draws(1), max_steps=-1)


def test_a_forced_action_is_taken_marked_and_its_draw_kept():
    free = play(Walk(5), right, rng=Draws(3), max_steps=20)
    t = next(t for t, state in enumerate(free.states) if state > 0)
    run = play(Walk(5), right, rng=Draws(3), max_steps=20, forced={t: "left"})
    assert run.actions[t] == "left"
    assert run.steps[t].forced
    assert run.steps[t].u == free.steps[t].u
    assert [step.forced for step in run.steps].count(True) == 1
    assert run.actions[:t] == free.actions[:t]
    with pytest.raises(ValueError, match="not allowed at t = 0"):
        play(Walk(5), right, rng=Draws(3), max_steps=20, forced={0: "left"})
