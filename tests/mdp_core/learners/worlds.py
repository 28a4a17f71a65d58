"""Small worlds whose answers are known by hand."""

import numpy as np

from mdp_core.tabular import TabularMDP

END = -1  # as a next state: the episode is over


def world(outcomes, start=0):
    """A TabularMDP of `outcomes[s][a]` = [(probability, next state, reward), ...]; END becomes one terminal state more.

    An empty list of outcomes: the action is not allowed.
    """
    S, A = len(outcomes) + 1, max(len(actions) for actions in outcomes)
    K = max(len(successors) for actions in outcomes for successors in actions)
    next_state = np.full((S, A, K), S - 1, dtype=np.int32)
    probability, reward = np.zeros((S, A, K)), np.zeros((S, A, K))
    terminated = np.ones((S, A, K), dtype=bool)
    allowed = np.zeros((S, A), dtype=bool)
    for s, actions in enumerate(outcomes):
        for a, successors in enumerate(actions):
            allowed[s, a] = bool(successors)
            for k, (p, to, r) in enumerate(successors):
                probability[s, a, k], reward[s, a, k] = p, r
                next_state[s, a, k], terminated[s, a, k] = (S - 1, True) if to == END else (to, False)
    probability[S - 1, :, 0] = 1.0
    terminal = np.arange(S) == S - 1
    begin = np.zeros(S)
    begin[start] = 1.0
    return TabularMDP(
        next_state, probability, reward, terminated, allowed, terminal, begin, states=range(S), actions_named=range(A)
    )


def fork():
    """One action in state 0 (reward 1), then two in state 1: 4 or -2, and the end."""
    return world([[[(1, 1, 1)], []], [[(1, END, 4)], [(1, END, -2)]]])


def again():
    """State 0 comes back with reward 1, or the episode ends with reward 2: a half each."""
    return world([[[(0.5, 0, 1), (0.5, END, 2)]]])


def random_walk():
    """Sutton & Barto, example 6.2: A to E, one action, half a step each way, 1 for leaving on the right."""
    return world(
        [[[(0.5, i - 1 if i else END, 0), (0.5, i + 1 if i < 4 else END, float(i == 4))]] for i in range(5)], 2
    )


def corridor(n):
    """n places in a row, from the left end: left and right, -1 a step, the end behind the right one."""
    return world([[[(1, max(i - 1, 0), -1)], [(1, i + 1 if i < n - 1 else END, -1)]] for i in range(n)])


def crossing():
    """Two places with noise and two ways each, one of them dangerous: no value is 0, and no two are equal."""
    return world(
        [
            [[(0.8, 1, 0.5), (0.2, 0, -0.5)], [(0.5, END, 1), (0.5, 0, 0)]],
            [[(0.7, END, 2), (0.3, 0, -1)], [(0.9, 0, 1), (0.1, END, -1)]],
        ]
    )
