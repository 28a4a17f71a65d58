"""What every world, policy, trajectory and frame has to keep, as functions that any test can call."""

from __future__ import annotations

import json
import math
from collections import deque

import numpy as np

from mdp_core.rollout import Draws, play

FRAME_KEYS = {"id", "title", "caption", "words", "map", "prompt", "steps", "ending", "score", "ghost"}
WORDS = {"state", "policy", "action", "transition", "reward", "next"}


def check_distribution(distribution):
    """Probabilities are not negative, sum to one, and no outcome is there twice."""
    p = np.asarray(distribution.probabilities)
    assert np.all(p >= 0)
    assert abs(p.sum() - 1.0) < 1e-9
    assert len(set(distribution.outcomes)) == len(distribution.outcomes)


def reachable(mdp, limit=200):
    """Up to `limit` states that can be reached from the start, breadth first."""
    seen, queue = {mdp.initial_state()}, deque([mdp.initial_state()])
    while queue and len(seen) < limit:
        state = queue.popleft()
        if mdp.is_terminal(state):
            continue
        for action in list(mdp.actions(state))[:8]:
            for outcome in mdp.transition(state, action).outcomes:
                if outcome.next_state not in seen:
                    seen.add(outcome.next_state)
                    queue.append(outcome.next_state)
    return seen


def check_mdp(mdp, limit=200):
    """In every state reached: actions are distinct, transitions are distributions, rewards finite, ends really ends."""
    for state in reachable(mdp, limit):
        hash(state)
        if mdp.is_terminal(state):
            continue
        actions = list(mdp.actions(state))
        assert actions
        assert len(set(actions)) == len(actions)
        assert actions == list(mdp.actions(state))
        for action in actions[:8]:
            distribution = mdp.transition(state, action)
            check_distribution(distribution)
            for outcome in distribution.outcomes:
                assert math.isfinite(outcome.reward)
                assert outcome.terminated == mdp.is_terminal(outcome.next_state)


def check_policy(mdp, policy, limit=200):
    """In every state reached: a distribution, the same when asked again, over allowed actions only."""
    for state in reachable(mdp, limit):
        if mdp.is_terminal(state):
            continue
        distribution = policy(state)
        check_distribution(distribution)
        again = policy(state)
        assert list(again.outcomes) == list(distribution.outcomes)
        np.testing.assert_array_equal(again.probabilities, distribution.probabilities)
        allowed = set(mdp.actions(state))
        assert all(action in allowed for action, p in distribution if p > 0)


def check_trajectory(mdp, trajectory, max_steps):
    """The steps hang together, the draws fall where the record says, and the end is one of the two kinds."""
    assert len(trajectory) <= max_steps
    state = trajectory.start
    for t, step in enumerate(trajectory.steps):
        assert step.t == t
        assert step.state == state
        assert 0 <= step.u < 1
        assert 0 <= step.v < 1
        assert step.forced or step.policy.sample(step.u) == step.action
        assert step.action in mdp.actions(state)
        landed = step.outcomes.sample(step.v)
        assert (landed.next_state, landed.reward, landed.terminated) == (step.next_state, step.reward, step.terminated)
        assert math.isfinite(step.reward)
        assert not (step.terminated and step.truncated)
        assert (step.terminated or step.truncated) == (t == len(trajectory) - 1)
        state = step.next_state
    if trajectory.terminated:
        assert mdp.is_terminal(state)
    else:
        assert len(trajectory) == max_steps


def check_reproducible(mdp, policy, seed, max_steps):
    """The same seed gives the same trajectory, a longer limit begins with the shorter one's steps, as plain values."""
    first = play(mdp, policy, rng=Draws(seed), max_steps=max_steps)
    again = play(mdp, policy, rng=Draws(seed), max_steps=max_steps)
    longer = play(mdp, policy, rng=Draws(seed), max_steps=max_steps + 5)
    check_trajectory(mdp, first, max_steps)
    assert first.states == again.states
    assert first.actions == again.actions
    np.testing.assert_array_equal(first.rewards, again.rewards)
    assert longer.actions[: len(first)] == first.actions
    assert longer.states[: len(first) + 1] == first.states


def check_same_draws(one, other):
    """Two runs of one seed in different worlds, or by different policies, read the same uniforms at the same t."""
    for a, b in zip(one.steps, other.steps, strict=False):
        assert (a.u, a.v) == (b.u, b.v)


def check_tabular(table, mdp=None):
    """Probabilities sum to one, terminal states absorb; and it says what `mdp` says, where one is given."""
    S, A, _ = table.shape
    np.testing.assert_allclose(table.probability.sum(axis=2)[table.allowed], 1.0, atol=1e-12)
    assert np.all(np.isfinite(table.reward))
    used = table.probability > 0
    home = np.broadcast_to(np.arange(S)[:, None, None], table.next_state.shape)
    at_end = used & table.terminal[:, None, None]
    np.testing.assert_array_equal(table.next_state[at_end], home[at_end])
    assert np.all(table.terminated[at_end])
    assert np.all(table.reward[at_end] == 0)
    np.testing.assert_array_equal(table.terminated[used], table.terminal[table.next_state][used])
    if mdp is None:
        return
    assert table.states[table.initial_state()] == mdp.initial_state()
    for s, state in enumerate(table.states):
        assert mdp.is_terminal(state) == table.terminal[s]
        if table.terminal[s]:
            continue
        allowed = [a for a in range(A) if table.allowed[s, a]]
        assert [table.actions_named[a] for a in allowed] == list(mdp.actions(state))
        for a in allowed:
            written: dict[tuple[object, float, bool], float] = {}
            for outcome, p in table.transition(s, a):
                key = (table.states[outcome.next_state], outcome.reward, outcome.terminated)
                written[key] = written.get(key, 0.0) + p
            said = {(o.next_state, o.reward, o.terminated): p for o, p in mdp.transition(state, table.actions_named[a])}
            assert set(written) == set(said)
            assert all(abs(written[key] - said[key]) < 1e-12 for key in said)


def check_frames(frames):
    """Plain JSON without nan; the keys that the player reads; bars that the draw falls on."""
    assert json.loads(json.dumps(frames, allow_nan=False)) == frames
    assert set(frames) >= FRAME_KEYS
    assert set(frames["words"]) == WORDS
    assert all(isinstance(word, str) and 0 < len(word) <= 60 for word in frames["words"].values())
    assert (frames["map"] is None) != (frames["prompt"] is None)
    assert isinstance(frames["ending"], str)
    assert {"name", "total", "parts"} <= set(frames["score"])
    for step in frames["steps"]:
        chosen = step["bars"][step["chosen"]]
        if not step["forced"]:
            assert chosen["from"] <= step["u"] < chosen["from"] + chosen["p"] + 1e-9
        total = sum(bar["p"] for bar in step["bars"]) + (step["rest"]["p"] if step["rest"] else 0.0)
        assert abs(total - 1.0) < 1e-6
        assert abs(sum(outcome["p"] for outcome in step["outcomes"]) - 1.0) < 1e-6
        assert step["outcomes"][step["outcome"]]["reward"] == step["reward"]
        assert {"text"} <= set(step["state"]) & set(step["next"])
    for one, following in zip(frames["steps"], frames["steps"][1:], strict=False):
        assert one["next"]["text"] == following["state"]["text"]
    if frames["map"] is not None:
        check_map(frames)


def check_map(frames):
    """The map's tables have its shape, its arrows are distributions, and every cell that is named lies on it."""
    shown = frames["map"]
    for name in ("signs", "arrows", "values"):
        assert len(shown[name]) == shown["rows"]
        assert all(len(row) == shown["cols"] for row in shown[name])
    for row in shown["arrows"]:
        assert all(cell is None or (len(cell) == 4 and abs(sum(cell) - 1.0) < 1e-6) for cell in row)
    steps = frames["steps"]
    cells = [shown["start"], *(s[k]["cell"] for s in steps for k in ("state", "next"))]
    cells += [outcome["cell"] for step in steps for outcome in step["outcomes"]]
    cells += [jump[end] for jump in shown["jumps"] for end in ("from", "to")]
    cells += (frames["ghost"] or {}).get("cells") or []
    for r, c in cells:
        assert 0 <= r < shown["rows"]
        assert 0 <= c < shown["cols"]
        assert shown["legend"][shown["signs"][r][c]]["kind"] not in ("wall", "cliff")
