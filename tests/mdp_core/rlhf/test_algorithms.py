"""An algorithm is one entry of the table: made-up ones tune like those that are there."""

import numpy as np
import pytest

from mdp_core.rlhf.advantages import in_groups
from mdp_core.rlhf.algorithms import ALGORITHMS, SPECIAL, Algorithm, clipped
from mdp_core.rlhf.losses import text_sum, token_mean
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.scores import Sentiment

WORDS = {"title": "Made up", "formula": "x", "says": "Nothing.", "source": "here"}


def tuned(pocket, **changes):
    return list(tune(pocket, preset("made_up", texts=8, tokens=4, steps=3, beta=0.0, **changes), Sentiment()))


def moved(steps):
    return len({step.adapter.digest() for step in steps}) == len(steps)


def test_one_that_compares_a_text_to_the_best_of_its_group(pocket, monkeypatch):
    below_the_best = in_groups(lambda rewards: rewards - rewards.amax(-1, keepdim=True))
    made_up = Algorithm(**WORDS, advantages=below_the_best, weights=text_sum, grouped=True)
    monkeypatch.setitem(ALGORITHMS, "made_up", made_up)
    steps = tuned(pocket, group=4, epochs=3)
    for step in steps:
        groups = step.scores.reshape(2, 4)
        best = np.repeat(groups.max(axis=1), 4)
        expected = np.where(step.texts.tokens >= 0, (step.scores - best)[:, None], 0.0)
        np.testing.assert_allclose(step.advantages, expected, atol=1e-12)
        assert step.spec.updates == 1  # it has no ratio to clip
    assert moved(steps)


def test_one_that_has_values_and_goes_over_its_texts_twice(pocket, monkeypatch):
    twice = {"epochs": 2}
    made_up = Algorithm(
        **WORDS, advantages=lambda o: o.surprises * o.mask, weights=token_mean, terms=clipped, values=True, suits=twice
    )
    monkeypatch.setitem(ALGORITHMS, "made_up", made_up)
    steps = tuned(pocket, lambda_=1.0)
    first, second, _ = steps
    written = first.texts.tokens >= 0
    np.testing.assert_allclose(first.advantages, np.where(written, first.scores[:, None], 0.0))  # nothing was expected
    assert np.abs(second.advantages - np.where(second.texts.tokens >= 0, second.scores[:, None], 0.0)).max() > 1e-3
    assert first.spec.updates == 2
    assert moved(steps)


def test_no_table_no_name():
    with pytest.raises(ValueError, match="no algorithm 'made_up'"):
        preset("made_up")


def test_what_only_dapo_makes_use_of_is_nobody_else_s():
    users = {setting: [name for name, algorithm in ALGORITHMS.items() if algorithm.has(setting)] for setting in SPECIAL}
    assert users == {"clip_high": ["dapo"], "redraws": ["dapo"], "overlong": ["dapo"]}


def test_who_compares_within_a_group_who_clips_and_who_learns_values():
    def those(kind):
        return {name for name, algorithm in ALGORITHMS.items() if getattr(algorithm, kind)}

    in_a_group = {"rloo", "grpo", "dr_grpo", "dapo", "gspo", "cispo"}
    assert those("grouped") == in_a_group
    assert those("clipped") == in_a_group - {"rloo"} | {"ppo", "reinforce_pp"}
    assert those("values") == {"ppo"}
