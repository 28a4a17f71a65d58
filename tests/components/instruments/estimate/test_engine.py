"""The engine of the estimate gives the numbers that Python gives, for any baseline that it is dragged to."""

import numpy as np
import pytest

from components.instruments.estimate import packed
from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.convergence import BATCH, BLOCKS, converge
from mdp_core.rlhf.exact import count_texts
from tests.mdp_core.rlhf import small
from tests.node import engine


@pytest.fixture(scope="module")
def ask():
    return engine("components/instruments/estimate/engine.js")


@pytest.fixture(scope="module")
def found():
    model = small.model()
    adapter, prompt = small.adapter(model), model.encode("the movie was")
    counted = count_texts(AdaptedModel(model, adapter), prompt, small.T, small.score, low=-2, high=2, least=0)
    moments = small.moments(model, adapter, counted)
    run = converge(model, adapter, prompt, small.T, small.score, moments, texts=2 * BATCH, seed=1)
    while True:
        try:
            next(run)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("b", [0.0, 0.4, -2.0])
def test_what_is_drawn_is_what_python_says(ask, found, b):
    sent = packed(found)
    n = len(sent["counts"])
    errors = ask(*(["lengthAt", c, b] for c in sent["errors"]))
    assert errors == pytest.approx(found.error(b), rel=1e-4)
    cosines = ask(*(["cosine", sent["products"][i], sent["lengths"][i], sent["length"], b] for i in range(n)))
    assert cosines == pytest.approx(found.cosine(b), abs=1e-4)
    estimates = ask(*(["estimated", sent["estimates"][i], b] for i in range(n)))
    assert np.array(estimates) == pytest.approx(found.estimates[:, 0] - b * found.estimates[:, 1], abs=1e-5)
    variance, gain, slope = ask(
        ["lengthAt", sent["variance"], b],
        ["gain", sent["variance"], b],
        ["slope", sent["sizes"], found.block_error(b).tolist(), BLOCKS],
    )
    assert variance == pytest.approx(found.moments.expected_error(1, b))
    assert gain == pytest.approx(found.gain(b))
    assert slope == pytest.approx(found.slope(b))


def test_a_slope_is_that_of_the_line_and_none_where_there_is_no_error(ask):
    sizes = [1, 2, 4, 8, 16, 32, 64]
    line, none, few = ask(
        ["slope", sizes, [n**-0.5 for n in sizes], 4],
        ["slope", sizes, [0] * 7, 4],
        ["slope", sizes, [1] * 7, 64],
    )
    assert (line, none, few) == (pytest.approx(-0.5), None, None)


def test_the_slider_lands_on_the_counts_that_there_are(ask):
    counts = [1, 2, 3, 4, 8, 16, 64]
    found = ask(*(["nearest", counts, s] for s in (0, 0.5, 1)))
    assert [counts[i] for i in found] == [1, 8, 64]  # the geometric middle
    there = ask(*(["share", counts, i] for i in range(len(counts))))
    assert (there[0], there[-1], there[4]) == (0, 1, pytest.approx(0.5))
    assert ask(*(["nearest", counts, s] for s in there)) == list(range(len(counts)))


def test_an_axis_has_powers_of_ten_or_what_is_between(ask):
    tens, fine = ask(["powers", 0.01, 12], ["powers", 0.3, 4])
    assert tens == [0.01, 0.1, 1, 10]
    assert fine == [0.5, 1, 2]
