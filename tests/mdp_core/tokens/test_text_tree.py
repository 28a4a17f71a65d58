"""The walk over a model's texts against its policy, written down text by text."""

from functools import partial

import numpy as np
import pytest

from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.text_tree import TextWalk, tempered
from tests.mdp_core.tokens import tiny


@pytest.fixture(scope="module")
def model():
    return tiny.word_level_model()


def every_text(model, prompt, limit):
    """{what is written: its probability}"""
    policy, open_texts, ended = LMPolicy(model, Sampling()), {(): 1.0}, {}
    for length in range(1, limit + 1):
        longer = {(*w, a): p * q for w, p in open_texts.items() for a, q in policy((*prompt, *w))}
        over = {w for w in longer if w[-1] in model.end_tokens or length == limit}
        ended |= {w: longer[w] for w in over}
        open_texts = {w: p for w, p in longer.items() if w not in over}
    return ended


def walked(walk):
    parts = list(walk.texts())
    for part in parts:
        np.testing.assert_allclose(np.exp(part.log_probabilities.sum(axis=1)), part.probabilities)
    written = [tuple(row) for part in parts for row in part.tokens.tolist()]
    return dict(zip(written, np.concatenate([part.probabilities for part in parts]).tolist(), strict=True))


def test_every_text_is_met_once_and_the_bands_of_probability_part_them(model):
    prompt = model.encode("the movie was")
    expected = every_text(model, prompt, 2)
    log_pi = partial(tempered, temperature=1.0)
    walk = TextWalk(model, prompt, 2, log_pi, least=0.0)
    assert walked(walk) == pytest.approx(expected, abs=1e-6)
    assert walk.rest == 0
    middle = float(np.median(list(expected.values())))
    upper = TextWalk(model, prompt, 2, log_pi, least=middle)
    lower = TextWalk(model, prompt, 2, log_pi, least=0.0, below=middle)
    likely, unlikely = walked(upper), walked(lower)
    assert likely.keys() | unlikely.keys() == expected.keys()
    assert not likely.keys() & unlikely.keys()
    assert upper.rest == pytest.approx(sum(unlikely.values()), abs=1e-6)
    few = TextWalk(model, prompt, 2, log_pi, least=max(expected.values()))
    assert len(walked(few)) == 1
    assert few.prefixes < upper.prefixes <= walk.prefixes


def test_a_temperature_divides_the_logits(model):
    logits = model.continuations(model.encode("the movie"), 1, 2).logits
    half = np.exp(tempered(logits, 0.5))
    np.testing.assert_allclose(half.sum(axis=1), 1.0)
    square = np.exp(tempered(logits, 1.0)) ** 2
    np.testing.assert_allclose(half, square / square.sum(axis=1, keepdims=True))
