"""Over-optimisation, for real: the proxy rises, what it stood for falls, and a price on the divergence prevents it."""

from dataclasses import replace

import numpy as np
import pytest

from mdp_core.rlhf.overoptimisation import LOOSE, SHOWN, WONDERFUL, overoptimise, proxy_point
from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.rewards import reward_from
from mdp_core.tokens.scores import ScoreSpec, Sentiment

TRUE = reward_from(WONDERFUL.true)


def run(pocket, beta):
    spec = replace(WONDERFUL.spec(beta), texts=16, steps=24, learning_rate=0.01)  # the same in a third of the time
    return list(overoptimise(pocket, spec, reward_from(WONDERFUL.proxy), TRUE))


def end(points, name):
    return np.mean([getattr(point, name) for point in points[-5:]])


def test_the_proxy_rises_and_what_was_meant_falls_unless_beta_holds(pocket):
    loose, held = run(pocket, 0.0), run(pocket, WONDERFUL.beta)
    assert len(loose) == 24
    assert loose[0] == held[0]  # both begin with the reference's texts
    best = max(np.mean([point.true for point in loose[i : i + 3]]) for i in range(len(loose) - 2))
    assert end(loose, "proxy") > 12 > 3 > end(held, "proxy") > loose[0].proxy + 0.5
    assert best > loose[0].true + 0.3  # at first the proxy means what was meant
    assert end(loose, "true") < loose[0].true - 0.3
    assert end(held, "true") > loose[0].true + 0.05  # rounding alone moves it by hundredths
    assert end(loose, "likelihood") < -10 < -2.5 < end(held, "likelihood")  # language, and none
    assert end(loose, "kl") > 150 > 15 > end(held, "kl")
    assert loose[-1].texts[0].count("wonderful") > 12


def test_a_point_is_what_the_texts_score_and_what_the_reference_thinks_of_them(pocket):
    spec = replace(LOOSE, texts=6, tokens=5, steps=3, learning_rate=0.05)
    *_, last = tune(pocket, spec, Sentiment())
    point = proxy_point(last, reward_from(ScoreSpec("length", length=6)))
    lengths = [len(text.replace(",", " ").replace("!", " ").replace(".", " ").split()) for text in last.written]
    assert point.true == pytest.approx(np.mean([max(0, 1 - abs(n - 6) / 6) for n in lengths]))
    assert point.proxy == pytest.approx(np.mean([Sentiment()(text).total for text in last.written]))
    logp = log_probabilities(pocket, last.texts)
    assert point.likelihood == pytest.approx(float(logp.sum()) / last.texts.lengths.sum())
    assert (point.step, point.kl) == (3, last.kl)
    assert point.texts == last.written[:SHOWN]
    assert point.scores[0][0] == last.scores[0]
