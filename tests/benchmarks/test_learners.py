"""Environment steps per second: our agents against the same algorithm in a plain loop over Gymnasium's FrozenLake.

    python -m pytest -q -s tests/benchmarks/test_learners.py

Both sides learn with the same alpha, epsilon and gamma on the same slippery 8x8 lake; the ratios are of one run, best of
three each, in CPU seconds. Nothing is asserted of the clock: the numbers are printed.
"""

import time

import gymnasium
import numpy as np

from mdp_core.grid.presets import world
from mdp_core.learners import LEARNERS, LearnerSpec, learn

ALPHA, EPSILON, GAMMA, MAX_STEPS = 0.1, 0.1, 0.99, 200
STEPS = 20_000  # of Gymnasium's loop; ours do as many episodes as come to more


def choose(q, rng):
    """Epsilon-greedy with ties broken at random, as the textbook has it."""
    if rng.random() < EPSILON:
        return int(rng.integers(len(q)))
    return int(rng.choice(np.flatnonzero(q == q.max())))


def average(q):
    """The epsilon-greedy policy's value."""
    return (1 - EPSILON) * q.max() + EPSILON * q.mean()


def plain_one_step(env, algorithm, steps):
    rng, q = np.random.default_rng(0), np.zeros((env.observation_space.n, env.action_space.n))
    state, _ = env.reset(seed=0)
    action = choose(q[state], rng)
    for _ in range(steps):
        following, reward, terminated, truncated, _ = env.step(action)
        next_action = choose(q[following], rng)
        if algorithm == "sarsa":
            bootstrap = q[following, next_action]
        elif algorithm == "expected_sarsa":
            bootstrap = average(q[following])
        else:
            bootstrap = q[following].max()
        q[state, action] += ALPHA * (reward + GAMMA * (not terminated) * bootstrap - q[state, action])
        state, action = following, next_action
        if terminated or truncated:
            state, _ = env.reset()
            action = choose(q[state], rng)
    return q


def plain_sarsa_lambda(env, lambda_, steps):
    rng, q = np.random.default_rng(0), np.zeros((env.observation_space.n, env.action_space.n))
    z = np.zeros_like(q)
    state, _ = env.reset(seed=0)
    action = choose(q[state], rng)
    for _ in range(steps):
        following, reward, terminated, truncated, _ = env.step(action)
        next_action = choose(q[following], rng)
        error = reward + GAMMA * (not terminated) * q[following, next_action] - q[state, action]
        z *= GAMMA * lambda_
        z[state, action] = 1.0
        q += ALPHA * error * z
        state, action = following, next_action
        if terminated or truncated:
            state, _ = env.reset()
            action, z[:] = choose(q[state], rng), 0.0
    return q


def plain_monte_carlo(env, steps):
    rng, q, done = np.random.default_rng(0), np.zeros((env.observation_space.n, env.action_space.n)), 0
    while done < steps:
        state, _ = env.reset(seed=0) if not done else env.reset()
        episode, over = [], False
        while not over:
            action = choose(q[state], rng)
            following, reward, terminated, truncated, _ = env.step(action)
            episode.append((state, action, reward))
            state, over = following, terminated or truncated
        done += len(episode)
        g, first = (0.0 if terminated else average(q[state])), {}
        for s, a, reward in reversed(episode):
            g = reward + GAMMA * g
            first[s, a] = g
        for (s, a), value in first.items():
            q[s, a] += ALPHA * (value - q[s, a])
    return q


def plain_policy_gradient(env, algorithm, steps):
    rng, done = np.random.default_rng(0), 0
    h, v = np.zeros((env.observation_space.n, env.action_space.n)), np.zeros(env.observation_space.n)

    def softmax(row):
        weights = np.exp(row - row.max())
        return weights / weights.sum()

    def update(state, action, step):
        gradient = -softmax(h[state])
        gradient[action] += 1
        h[state] += step * gradient

    while done < steps:
        state, _ = env.reset(seed=0) if not done else env.reset()
        episode, over, discount = [], False, 1.0
        while not over:
            action = int(rng.choice(len(h[state]), p=softmax(h[state])))
            following, reward, terminated, truncated, _ = env.step(action)
            if algorithm == "actor_critic":
                error = reward + GAMMA * (not terminated) * v[following] - v[state]
                v[state] += ALPHA * error
                update(state, action, ALPHA * discount * error)
                discount *= GAMMA
            episode.append((state, action, reward))
            state, over = following, terminated or truncated
        done += len(episode)
        if algorithm == "reinforce":
            g, returns = (0.0 if terminated else v[state]), []
            for _, _, reward in reversed(episode):
                g = reward + GAMMA * g
                returns.append(g)
            for t, ((s, a, _), g) in enumerate(zip(episode, reversed(returns), strict=True)):
                error = g - v[s]
                v[s] += ALPHA * error
                update(s, a, ALPHA * GAMMA**t * error)
    return h


def gymnasium_rate(algorithm, lambda_):
    """Steps per second of the plain loop."""
    env = gymnasium.make("FrozenLake-v1", map_name="8x8", max_episode_steps=MAX_STEPS)
    begin = time.process_time()
    if algorithm == "monte_carlo":
        plain_monte_carlo(env, STEPS)
    elif algorithm in ("reinforce", "actor_critic"):
        plain_policy_gradient(env, algorithm, STEPS)
    elif lambda_:
        plain_sarsa_lambda(env, lambda_, STEPS)
    else:
        plain_one_step(env, algorithm, STEPS)
    return STEPS / (time.process_time() - begin)


def our_rate(mdp, algorithm, lambda_, agents):
    """Steps per second of all agents together, snapshots included."""
    spec = LearnerSpec(
        algorithm,
        alpha=ALPHA,
        alpha_v=ALPHA,
        epsilon=EPSILON,
        lambda_=lambda_,
        gamma=GAMMA,
        episodes=2_000 if agents == 1 else 200,
        max_steps=MAX_STEPS,
        agents=agents,
    )
    begin = time.process_time()
    for snapshot in learn(mdp, spec):
        steps = int(snapshot.steps.sum())
    assert steps >= STEPS
    return steps / (time.process_time() - begin)


def test_environment_steps_per_second():
    mdp = world("lake8").tabular()
    print("\nenvironment steps per second (and the ratio to the plain Gymnasium loop)")
    print(f"{'algorithm':<22}{'Gymnasium loop':>16}{'ours, N = 1':>20}{'ours, N = 20':>20}")
    for algorithm in LEARNERS:
        for lambda_ in (0.0, 0.8) if algorithm == "sarsa" else (0.0,):
            plain = max(gymnasium_rate(algorithm, lambda_) for _ in range(3))
            one, twenty = (max(our_rate(mdp, algorithm, lambda_, n) for _ in range(3)) for n in (1, 20))
            name = algorithm + (f", lambda {lambda_}" if lambda_ else "")
            shown = [f"{rate:>12,.0f} ({rate / plain:.1f})" for rate in (one, twenty)]
            print(f"{name:<22}{plain:>16,.0f}{shown[0]:>20}{shown[1]:>20}")
