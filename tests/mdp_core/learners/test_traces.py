"""Traces beside the tables of the textbook, in which every pair moves at every step."""

import numpy as np
import pytest

from mdp_core.learners import LearnerSpec, learn
from mdp_core.learners.choice import draw_epsilon_greedy
from mdp_core.learners.experience import Experience, Samples
from tests.mdp_core.learners.worlds import corridor

RAISED = {
    "replacing": lambda z, alpha: 1.0,
    "accumulating": lambda z, alpha: z + 1,
    "dutch": lambda z, alpha: z + 1 - alpha * z,
}


def textbook(mdp, spec):
    """Sarsa(lambda) as Sutton & Barto write it in section 12.7, True Online Sarsa(lambda) for dutch traces: q [S, A]."""
    samples = Samples(mdp)
    life = Experience(samples, spec.seed)
    q, z = np.where(mdp.allowed, 0.0, -np.inf), np.zeros(mdp.allowed.shape)

    def choose(state):
        return draw_epsilon_greedy(q[state].tolist(), life.allowed[state], spec.epsilon, next(life.actions))

    for _ in range(spec.episodes):
        z[:], old, ended = 0.0, 0.0, False
        state = life.start()
        action = choose(state)
        while not ended:
            next_state, reward, ended = life.step(state, action)
            next_action = -1 if ended else choose(next_state)
            rest = 0.0 if ended else q[next_state, next_action]
            now = q[state, action]
            error = reward + spec.gamma * rest - now
            z *= spec.gamma * spec.lambda_
            z[state, action] = RAISED[spec.traces](z[state, action], spec.alpha)
            if spec.traces == "dutch":
                q += spec.alpha * (error + now - old) * z
                q[state, action] -= spec.alpha * (now - old)
                old = rest
            else:
                q += spec.alpha * error * z
            state, action = next_state, next_action
    return q


@pytest.mark.parametrize("traces", RAISED)
@pytest.mark.parametrize("lambda_", [0.2, 0.95])
def test_a_table_in_which_only_what_was_visited_moves_is_the_textbooks(traces, lambda_):
    spec = LearnerSpec("sarsa", lambda_=lambda_, traces=traces, gamma=0.9, episodes=4, max_steps=100_000, seed=5)
    mdp = corridor(150)
    learned = list(learn(mdp, spec, every=4))[-1]
    assert learned.lengths[0].max() > 300  # so that hundreds of pairs are visited, and most traces have faded
    np.testing.assert_allclose(learned.q[0], textbook(mdp, spec), rtol=1e-12, atol=1e-25)
