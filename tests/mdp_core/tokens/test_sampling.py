"""Temperature, top-k, top-p: the library's own numbers, and the corners that it leaves open."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from mdp_core.tokens.sampling import Sampling, descending

any_logits = hnp.arrays(np.float32, st.integers(1, 40), elements=st.floats(-20, 20, width=32))
# Far enough from one another to be no ties after division, in either precision.
distinct_logits = st.lists(st.integers(-2000, 2000), min_size=1, max_size=40, unique=True).map(
    lambda hundredths: np.array(hundredths, dtype=np.float32) / 100
)
tied_logits = hnp.arrays(np.float32, st.integers(1, 12), elements=st.sampled_from([-2.0, 0.0, 0.5, 1.0]))
temperatures = st.floats(0.05, 2)
top_ps = st.floats(0.01, 1)


def by_the_library(logits, sampling, dtype):
    """[V], the processors of transformers and a softmax."""
    scores = torch.tensor(logits[None], dtype=dtype)
    scores = TemperatureLogitsWarper(sampling.temperature)(None, scores)
    if sampling.top_k:
        scores = TopKLogitsWarper(sampling.top_k)(None, scores)
    if sampling.top_p < 1:
        scores = TopPLogitsWarper(sampling.top_p)(None, scores)
    return scores.softmax(dim=-1)[0].double().numpy()


def distance_to_cut(logits, sampling):
    """How far, in mass, top-p's cut is from the next edge: nearer than rounding, and either side of it is right."""
    p = np.sort(Sampling(sampling.temperature, sampling.top_k).probabilities(logits))
    return np.abs(np.cumsum(p) - (1 - sampling.top_p)).min()


@pytest.mark.parametrize(("dtype", "rounding"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@given(logits=distinct_logits, temperature=temperatures, top_k=st.integers(0, 50), top_p=top_ps)
def test_equal_to_the_library(dtype, rounding, logits, temperature, top_k, top_p):
    sampling = Sampling(temperature, top_k, top_p)
    assume(distance_to_cut(logits, sampling) > rounding)
    np.testing.assert_allclose(sampling.probabilities(logits), by_the_library(logits, sampling, dtype), atol=1e-6)


@given(logits=tied_logits, temperature=st.sampled_from([0.5, 1.0, 2.0]), top_k=st.integers(0, 13), top_p=top_ps)
def test_equal_to_the_library_up_to_which_of_equals_top_p_cuts_off(logits, temperature, top_k, top_p):
    sampling = Sampling(temperature, top_k, top_p)
    assume(distance_to_cut(logits, sampling) > 1e-12)
    ours, theirs = sampling.probabilities(logits), by_the_library(logits, sampling, torch.float64)
    np.testing.assert_allclose(np.sort(ours), np.sort(theirs), atol=1e-12)
    for value in set(logits.tolist()):
        kept = ours[logits == value] > 0
        assert not (~kept[:-1] & kept[1:]).any()  # ours keeps the lower ids


def test_temperature_by_hand():
    # Logits log 1, log 2, log 4 at temperature 1/2: weights 1, 4, 16.
    np.testing.assert_allclose(Sampling(0.5).probabilities(np.log([1, 2, 4])), np.array([1, 4, 16]) / 21)


def test_top_k_by_hand_with_a_tie_at_the_edge():
    np.testing.assert_allclose(Sampling(top_k=2).probabilities(np.log([1, 2, 2, 4])), [0, 2 / 8, 2 / 8, 4 / 8])
    np.testing.assert_allclose(Sampling(top_k=1).probabilities(np.log([4, 2, 2, 4])), [1 / 2, 0, 0, 1 / 2])
    np.testing.assert_allclose(Sampling(top_k=9).probabilities(np.log([1, 3])), [1 / 4, 3 / 4])


def test_top_p_by_hand():
    logits = np.log([0.5, 0.3, 0.15, 0.05])
    for top_p, kept in ((0.4, 1), (0.6, 2), (0.79, 2), (0.81, 3), (0.97, 4), (1.0, 4)):
        expected = np.where(np.arange(4) < kept, [0.5, 0.3, 0.15, 0.05], 0)
        np.testing.assert_allclose(Sampling(top_p=top_p).probabilities(logits), expected / expected.sum())


def test_top_p_that_is_reached_exactly_takes_no_token_more():
    # Halves and quarters have no rounding: the mass of the first reaches top-p, as it is in the library.
    for size, top_p, kept in ((2, 0.5, 1), (4, 0.25, 1), (4, 0.5, 2), (4, 0.75, 3)):
        expected = np.where(np.arange(size) < kept, 1 / kept, 0)
        logits = np.zeros(size)
        np.testing.assert_array_equal(Sampling(top_p=top_p).probabilities(logits), expected)
        theirs = by_the_library(logits, Sampling(top_p=top_p), torch.float64)
        assert np.count_nonzero(theirs) == kept


def test_top_k_comes_before_top_p():
    # Of 0.4, 0.3, 0.2, 0.1 top-k 2 leaves 4/7 and 3/7, and 4/7 reaches top-p 0.5 alone; top-p first would keep two.
    np.testing.assert_allclose(Sampling(top_k=2, top_p=0.5).probabilities(np.log([0.3, 0.4, 0.2, 0.1])), [0, 1, 0, 0])


def test_temperature_comes_before_top_p():
    # At temperature 2 the weights 16, 4, 1 become 4, 2, 1: the first has 4/7 of the mass, not 16/21.
    probabilities = Sampling(2.0, top_p=0.7).probabilities(np.log([16, 4, 1]))
    np.testing.assert_allclose(probabilities, [4 / 6, 2 / 6, 0])


@given(any_logits, st.integers(0, 50), top_ps)
def test_temperature_zero_is_the_first_of_the_most_likely(logits, top_k, top_p):
    probabilities = Sampling(0, top_k, top_p).probabilities(logits)
    assert probabilities[np.argmax(logits)] == 1
    assert probabilities.sum() == 1
    warm = Sampling(1e-4).probabilities(logits)
    if (np.sort(logits)[-1] - np.sort(logits)[-2:][0] > 0.01) or len(logits) == 1:
        np.testing.assert_allclose(warm, probabilities, atol=1e-9)


def test_the_smallest_temperature_is_still_a_distribution():
    np.testing.assert_array_equal(Sampling(5e-324).probabilities([1.0, 3.0, 3.0, -np.inf]), [0, 0.5, 0.5, 0])


@given(any_logits, temperatures, st.integers(0, 50), top_ps)
def test_ranked_is_the_same_distribution_in_the_order_of_the_ranking(logits, temperature, top_k, top_p):
    sampling = Sampling(temperature, top_k, top_p)
    order = descending(logits)
    np.testing.assert_array_equal(sampling.ranked(logits[order]), sampling.probabilities(logits)[order])


@given(hnp.arrays(np.float32, (3, 20), elements=st.floats(-20, 20, width=32)), temperatures, top_ps)
def test_a_batch_is_its_rows(logits, temperature, top_p):
    sampling = Sampling(temperature, 7, top_p)
    rows = np.stack([sampling.probabilities(row) for row in logits])
    np.testing.assert_array_equal(sampling.probabilities(logits), rows)


@given(any_logits, temperatures, st.integers(1, 40))
def test_a_head_and_the_weight_outside_of_it_are_enough(logits, temperature, K):
    sampling = Sampling(temperature)
    values = logits[descending(logits)]
    K = min(K, len(values))
    outside = sampling.weight(values) - sampling.weight(values[:K])
    np.testing.assert_allclose(sampling.ranked(values[:K], outside), sampling.ranked(values)[:K], atol=1e-12)


@given(
    hnp.arrays(np.float32, st.integers(1, 60), elements=st.floats(width=32, allow_nan=False, allow_subnormal=True))
    | hnp.arrays(np.float32, st.integers(1, 20), elements=st.sampled_from([0.0, -0.0, 1.0, -1.0, -np.inf]))
)
def test_descending_is_the_stable_sort(values):
    expected = np.argsort(-values, kind="stable")
    np.testing.assert_array_equal(descending(values), expected)
    np.testing.assert_array_equal(descending(values.astype(np.float64)), expected)


@pytest.mark.parametrize("bad", [[np.nan, 1.0], [np.inf, 1.0], [-np.inf, -np.inf]])
@pytest.mark.parametrize("sampling", [Sampling(), Sampling(0), Sampling(1, 1, 0.5)])
def test_numbers_that_are_none_are_refused(bad, sampling):
    with pytest.raises(ValueError, match="not finite"):
        sampling.probabilities(bad)


@pytest.mark.parametrize(
    ("controls", "named"),
    [
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"top_k": -1}, "top-k"),
        ({"top_k": 1.5}, "top-k"),
        ({"top_p": 0.0}, "top-p"),
        ({"top_p": 1.01}, "top-p"),
        ({"top_p": float("nan")}, "top-p"),
    ],
)
def test_controls_out_of_range_are_named(controls, named):
    with pytest.raises(ValueError, match=f"{named} .*outside|{named} .*neither"):
        Sampling(**controls)
