"""The other run: what it shares with the first, and what is its own."""

from dataclasses import replace

import numpy as np
import pytest

from mdp_core.rlhf.side_by_side import by_another, same_draws
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.scores import Score
from tests.mdp_core.rlhf import small
from tests.mdp_core.tokens import tiny

SPEC = preset("grpo", texts=16, tokens=4, steps=2, seed=5, learning_rate=0.01, beta=0.02)


def test_the_other_run_begins_with_the_very_same_texts():
    words = tiny.word_level_model()
    runs = [list(tune(words, s, lambda t: Score(small.score(t), ()))) for s in (SPEC, by_another(SPEC, "dapo"))]
    assert runs[0][0].written == runs[1][0].written
    np.testing.assert_array_equal(runs[0][0].texts.log_probabilities, runs[1][0].texts.log_probabilities)
    assert runs[0][-1].adapter.digest() != runs[1][-1].adapter.digest()


def test_what_is_shared_and_what_is_its_own():
    other = by_another(SPEC, "dapo")
    assert (other.seed, other.texts, other.steps, other.learning_rate, other.beta) == (5, 16, 2, 0.01, 0.02)
    assert (other.epochs, other.group, other.clip_high) == (2, 8, 0.28)
    assert by_another(SPEC, "ipo").beta == 0.5
    assert same_draws(SPEC, other)
    assert not same_draws(SPEC, replace(other, seed=6))
    with pytest.raises(ValueError, match="12 texts do not make whole groups of 8"):
        by_another(replace(SPEC, texts=12), "dapo")
