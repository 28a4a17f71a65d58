"""The span rule: stop when the values still move, but all by nearly as much, because the policy is settled by then.

The values themselves may be far from v* at that time; other programs print them (Puterman 1994, section 6.6.3).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from mdp_core.solvers.bellman import Bellman
from mdp_core.solvers.iterate import Iterate
from mdp_core.tabular import TabularMDP


def until_span(iterates: Iterable[Iterate], gamma: float, epsilon: float) -> Iterator[Iterate]:
    """Pass on `iterates` up to the first whose span is below epsilon (1 - gamma) / gamma.

    The policy that is greedy there is worth within `epsilon` of v* in every state, if no episode ends.
    Raises ValueError unless gamma is in (0, 1) and `epsilon` is positive.
    """
    wanted = _wanted(gamma, epsilon)
    for iterate in iterates:
        yield iterate
        if iterate.span < wanted:
            return


def span_sweeps(mdp: TabularMDP, gamma: float, epsilon: float) -> int:
    """How many sweeps of value iteration from 0, after the first, it takes at most until the span rule stops it.

    ceil(log(wanted / sp(v_1 - v_0)) / log(gamma k)) with k = 1 - sum_s' min_{s, a} P(s' | s, a), where wanted is
    epsilon (1 - gamma) / gamma (Puterman 1994, prop. 6.6.5 and th. 6.6.6); 0 where the first is enough.
    Raises ValueError unless gamma is in (0, 1) and `epsilon` is positive.
    """
    wanted = _wanted(gamma, epsilon)
    S = mdp.shape[0]
    first = float(np.ptp(Bellman(mdp, gamma).q(np.zeros(S)).max(axis=0)))
    common = np.full(S, np.inf)
    for s, a in np.argwhere(mdp.allowed).tolist():
        row = np.bincount(mdp.next_state[s, a], weights=mdp.continuing[s, a], minlength=S)
        common = np.minimum(common, row)
    shrinking = gamma * (1.0 - float(common.sum()))
    if first <= wanted:
        return 0
    if shrinking <= 0:
        return 1
    return max(0, math.ceil(math.log(wanted / first) / math.log(shrinking)))


def _wanted(gamma: float, epsilon: float) -> float:
    if not 0.0 < gamma < 1.0:
        raise ValueError(f"gamma must be in (0, 1) for the span rule, not {gamma}")
    if not epsilon > 0:
        raise ValueError(f"epsilon must be positive, not {epsilon}")
    return epsilon * (1.0 - gamma) / gamma
