"""Small random Markov decision processes, and what can be said of them by enumeration."""

import itertools

import numpy as np

from mdp_core.transitions import from_transitions


def random_mdp(seed, S=5, A=3, K=3, ends=0.2, rewards=None):
    """S states with 1 to A actions each and 1 to K successors a pair; about a share `ends` of them ends the episode.

    Rewards are normal, or drawn from `rewards`. Probabilities are multiples of an eighth, so that ties happen.
    """
    rng = np.random.default_rng(seed)

    def reward():
        return float(rng.normal() if rewards is None else rng.choice(rewards))

    def successors():
        k = rng.integers(1, K + 1)
        p = 1 + rng.multinomial(8 - k, np.full(k, 1 / k))
        return [(n / 8, int(rng.integers(S)), reward(), bool(rng.random() < ends)) for n in p.tolist()]

    return from_transitions({s: {a: successors() for a in range(rng.integers(1, A + 1))} for s in range(S)})


def deterministic_policies(mdp):
    """[S] each, every way to choose one allowed action a state."""
    for actions in itertools.product(*(np.flatnonzero(row).tolist() for row in mdp.allowed)):
        yield np.array(actions)


def chain(mdp, actions):
    """[S, S] the probability of going on in s', and [S] the expected reward, read one outcome after the other."""
    S = mdp.shape[0]
    P, r = np.zeros((S, S)), np.zeros(S)
    for s in np.flatnonzero(~mdp.terminal):
        for outcome, p in mdp.transition(int(s), int(actions[s])):
            r[s] += p * outcome.reward
            if not outcome.terminated:
                P[s, outcome.next_state] += p
    return P, r


def undiscounted_values(mdp, actions):
    """[S], the sum of rewards of a deterministic policy: inf or -inf where it grows without end, nan where it swings."""
    P, r = chain(mdp, actions)
    S = len(r)
    reach = np.eye(S, dtype=bool) | (P > 0)
    for k in range(S):
        reach |= reach[:, [k]] & reach[[k], :]
    lasting = np.array(
        [all(reach[j, i] and P[j].sum() > 1 - 1e-12 for j in np.flatnonzero(reach[i])) for i in range(S)]
    )
    paid = np.array([any(o.reward for o, _ in mdp.transition(s, int(actions[s]))) for s in range(S)])
    gain = np.zeros(S)
    for i in np.flatnonzero(lasting):
        here = np.flatnonzero(reach[i])
        system = np.vstack([(P[np.ix_(here, here)].T - np.eye(len(here))), np.ones(len(here))])
        share = np.linalg.lstsq(system, np.append(np.zeros(len(here)), 1.0), rcond=None)[0]
        gain[i] = share @ r[here]
        if abs(gain[i]) < 1e-9:
            gain[i] = np.nan if paid[here].any() else 0.0
    v = np.zeros(S)
    rest = np.flatnonzero(~lasting)
    v[rest] = np.linalg.solve(np.eye(len(rest)) - P[np.ix_(rest, rest)], r[rest])
    for i in range(S):
        g = gain[reach[i] & lasting]
        if np.isnan(g).any() or (np.any(g > 0) and np.any(g < 0)):
            v[i] = np.nan
        elif np.any(g):
            v[i] = np.inf if np.any(g > 0) else -np.inf
    return v
