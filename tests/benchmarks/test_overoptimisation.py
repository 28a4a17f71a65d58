"""Over-optimisation over seeds: a naive formula, and reward models of simulated raters, with and without a price.

python -m pytest -q -s tests/benchmarks/test_overoptimisation.py
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from components.score.preferences import Preferences
from mdp_core.rlhf.overoptimisation import LEARNED_BETA, WONDERFUL, overoptimise
from mdp_core.rlhf.proxy_runs import turned
from mdp_core.rlhf.raters import TASTES
from mdp_core.scenarios import TextScenario
from mdp_core.tokens.rewards import reward_from

CHOICES = 100


def both(pocket, proxy, true, beta, seed):
    """(the run that nothing holds, the one that pays `beta`), each as its points; both are printed."""
    runs = []
    for price in (0.0, beta):
        began = time.process_time()
        points = list(overoptimise(pocket, WONDERFUL.spec(price, seed), proxy, true))
        start, best, end = turned(points)
        print(
            f"\nseed {seed}, beta {price:g}: proxy {points[0].proxy:.2f} -> {points[-1].proxy:.2f}, true {start:.2f}, at "
            f"best {best:.2f}, in the end {end:.2f}; log pi_ref a token {points[-1].likelihood:.1f}, "
            f"KL {points[-1].kl:.0f}; {time.process_time() - began:.1f} s of the processor; {points[-1].texts[0]!r}"
        )
        runs.append(points)
    return runs


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 7])
def test_a_naive_formula(pocket, seed):
    loose, held = both(pocket, reward_from(WONDERFUL.proxy), reward_from(WONDERFUL.true), WONDERFUL.beta, seed)
    start, best, end = turned(loose)
    assert best > start + 0.3
    assert end < start - 0.3
    assert turned(held)[2] > start + 0.1
    assert loose[-1].proxy > 10 * held[-1].proxy / 3


@pytest.mark.parametrize("rater", range(len(TASTES)))
def test_a_reward_model(pocket, rater):
    """What was learned from a hundred choices holds near the reference, and nowhere else."""
    asked = Preferences(rater=rater)
    pool = asked.see(pocket, TextScenario(), slow=False)
    while pool.needs(2 * CHOICES):
        pool.work()
    asked.simulate(CHOICES)
    loose, held = both(pocket, asked.learn(pocket).model, asked.simulated.taste, LEARNED_BETA, 7)
    assert turned(held)[2] > turned(held)[0] + 0.5
    assert loose[-1].likelihood < held[-1].likelihood
    assert np.mean([point.kl for point in held[-5:]]) < 6
