"""The film of a run: its numbers are the run's own, what it shows is bounded, and each frame is about one policy."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import AdapterSpec, new_adapter, numbers
from mdp_core.rlhf.exact import count_texts, policy_point
from mdp_core.rlhf.film import LARGE_POLICIES, LEAST_POLICIES, POLICIES, Film, kept_policies
from mdp_core.rlhf.frontier import best_score, objective_bound, optimum
from mdp_core.rlhf.measured import Measured
from mdp_core.rlhf.plane import frontier_curve
from mdp_core.rlhf.shown_texts import SHOWN, chosen_rows
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.thinned import Thinned
from mdp_core.rlhf.trainer import tune
from mdp_core.rlhf.tuning_step import change_of_log_probability
from mdp_core.tokens.generation import Texts, repeated
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import Score
from tests.mdp_core.rlhf import small
from tests.mdp_core.tokens import tiny

STEPS = 3
SPEC = preset("rloo", texts=8, tokens=4, steps=STEPS, learning_rate=0.05, temperature=0.8)


def counts_words(text):
    return Score(small.score(text), ())


@pytest.fixture(scope="module")
def words():
    return tiny.word_level_model()


@pytest.fixture(scope="module")
def longer(words):
    """One step more than the run has."""
    return list(tune(words, replace(SPEC, steps=STEPS + 1), counts_words))


@pytest.fixture(scope="module")
def run(words):
    return list(tune(words, SPEC, counts_words))


def film_of(words, run, **changes):
    film = Film(words, SPEC, counts_words, name="words", **changes)
    for snapshot in run:
        film.add(snapshot)
    return film


@pytest.fixture(scope="module")
def film(words, run):
    return film_of(words, run, true=lambda text: Score(float(text.count("w")), ()))


def shown(film, n):
    """The texts that the film shows at n, one dictionary each."""
    columns = film.data()["texts"][str(n)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_the_curves_are_the_run_s_numbers(film, run):
    curves = film.data()["curves"]
    assert curves["n"] == [0, 1, 2]  # updates that the policy had which wrote the texts
    for i, step in enumerate(run):
        ordered = np.sort(step.scores)
        true = np.array([text.count("w") for text in step.written])
        expected = {
            "score": step.scores.sum() / 8,
            "error": np.sqrt(((step.scores - step.scores.mean()) ** 2).sum() / 7 / 8),
            "low": np.interp(1.75, range(8), ordered),
            "high": np.interp(5.25, range(8), ordered),
            "true": true.mean(),
            "true_error": true.std(ddof=1) / np.sqrt(8),
            "kl": step.kl,
            "kl_error": step.kl_error,
            "entropy": step.entropy,
            "length": step.length,
            "seconds": step.seconds.total,
        }
        assert {name: curves[name][i] for name in expected} == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_the_last_policy_is_measured_as_one_more_step_would_do_it(words, run, longer):
    film = film_of(words, run)
    assert not film.data()["finished"]
    film.finish()
    film.finish()  # once is enough
    data, last = film.data(), longer[-1]
    assert data["finished"]
    assert data["curves"]["n"] == [0, 1, 2, 3]
    for name, value in {"score": last.score, "kl": last.kl, "entropy": last.entropy, "length": last.length}.items():
        assert data["curves"][name][3] == pytest.approx(value, rel=1e-3, abs=1e-4)
    texts = shown(film, 3)
    assert all(text["change"] is None and text["advantage"] is None for text in texts)
    assert sum(text["count"] for text in texts) <= 8
    assert max(text["score"] for text in texts) == pytest.approx(last.scores.max(), rel=1e-3)


def test_a_run_that_goes_on_from_an_adapter_begins_at_it_and_not_at_the_reference(words):
    start = small.adapter(words).map(lambda tensor: 3 * tensor.float())
    steps = list(tune(words, SPEC, counts_words, start))
    film = film_of(words, steps, start="<b>kind")
    assert torch.equal(film.adapters[0].vector(), start.vector())
    data = film.data()
    assert data["start"] == "<b>kind"
    assert film_of(words, []).data()["start"] is None
    prompt = words.encode(SPEC.prompt)
    begun = LMPolicy(AdaptedModel(words, start), Sampling(SPEC.temperature))(prompt)
    reference = LMPolicy(words, Sampling(SPEC.temperature))(prompt)
    for place, token in enumerate(data["next"]["ids"]):
        assert data["next"]["p"][0][place] == pytest.approx(begun.probability(token), rel=1e-3, abs=1e-4)
        assert data["next"]["reference"][place] == pytest.approx(reference.probability(token), rel=1e-3, abs=1e-4)
    assert data["curves"]["kl"][0] == pytest.approx(steps[0].kl, rel=1e-3)
    assert abs(steps[0].kl) > 1e-3


def test_a_film_without_a_step_says_so(words):
    film = Film(words, SPEC, counts_words)
    film.finish()
    data = film.data()
    assert data["curves"]["n"] == []
    assert data["next"]["at"] == []
    assert data["plane"] is None
    json.dumps(data, allow_nan=False)


def test_every_token_has_both_changes(words, film, run):
    data = film.data()
    for n, step in enumerate(run):
        changes = change_of_log_probability(words, step)
        for text in shown(film, n):
            pieces = [data["pieces"][piece] for piece in text["pieces"]]
            whole = "".join([*data["prompt"], *pieces])
            i = step.written.index(whole)
            T = step.texts.lengths[i]
            names = [data["pieces"][name] for name in text["names"]]
            assert names == [words.named(token) for token in step.texts.tokens[i, : len(names)].tolist()]
            assert len(names) == len(pieces)
            assert text["count"] == step.written.count(whole)
            assert text["score"] == pytest.approx(step.scores[i], rel=1e-3)
            assert text["advantage"] == pytest.approx(step.advantages[i, 0], rel=1e-3)
            assert text["ended"] == step.texts.terminated[i]
            assert text["tuned"] == pytest.approx(step.log_ratios[i, :T], abs=6e-4)
            assert text["change"] == pytest.approx(changes[i, :T], abs=6e-4)
    assert np.abs(change_of_log_probability(words, run[0])).max() > 0.01  # there was something to see


def test_the_next_token_is_the_policy_s_own(words, film, run):
    data = film.data()["next"]
    prompt = words.encode(SPEC.prompt)
    policies = [run[0].before, *(step.adapter for step in run)]
    assert data["prefix"] == SPEC.prompt
    assert data["at"] == [0, 1, 2, 3]
    assert data["p"][0] == data["reference"]  # a new adapter changes nothing
    assert data["p"][3] != data["reference"]
    sampling = Sampling(SPEC.temperature)
    for row, adapter in zip([data["reference"], *data["p"]], [None, *policies], strict=True):
        model = words if adapter is None else AdaptedModel(words, adapter)
        there = LMPolicy(model, sampling)(prompt)
        assert row[:-1] == pytest.approx([there.probability(token) for token in data["ids"]], rel=1e-3)
        assert sum(row) == pytest.approx(1, abs=1e-3)
    assert data["reference"][:-1] == sorted(data["reference"][:-1], reverse=True)


def test_a_film_is_begun_without_waiting_for_the_model(words, monkeypatch):
    monkeypatch.setattr(words, "logits", lambda ids: pytest.fail("a press of Start would wait for a pass"))
    assert Film(words, SPEC, lambda text: pytest.fail(text)).adapters == {}


def test_another_prefix_is_read_for_every_kept_policy(words, run):
    film = film_of(words, run[:2])
    before = film.data()["next"]
    with pytest.raises(ValueError, match="at least one token"):
        next(film.watch(()))
    assert film.data()["next"] == before
    prefix = film.prefix(1, 0, 1)
    assert prefix == words.encode(SPEC.prompt) + prefix[-1:]
    first, *rest = film.watch(prefix)
    assert (first, rest) == ((1, 3), [(2, 3), (3, 3)])
    assert film.data()["next"]["at"] == [0, 1, 2]
    film.add(run[2])  # goes on with it
    data = film.data()["next"]
    assert data["prefix"] == words.decode(prefix)
    there = LMPolicy(AdaptedModel(words, run[2].adapter), Sampling(SPEC.temperature))(prefix)
    assert data["p"][-1][:-1] == pytest.approx([there.probability(token) for token in data["ids"]], rel=1e-3)
    slow = film.watch(prefix[:-1])
    next(slow)
    list(film.watch(prefix))
    assert next(slow, None) is None  # somebody chose another one meanwhile
    assert film.data()["next"]["prefix"] == words.decode(prefix)


@pytest.mark.parametrize("place", [(99, 0, 0), (0, 99, 0), (0, 0, 99), (0, -1, 0)])
def test_what_is_not_shown_cannot_be_watched(film, place):
    with pytest.raises(KeyError):
        film.prefix(*place)


def test_what_could_be_reached_stands_beside_what_was(words, run):
    film = film_of(words, run)
    assert list(film.count()) == []  # nothing to compare with yet
    prompt, sampling = words.encode(SPEC.prompt), {"low": -4, "high": 4, "temperature": SPEC.temperature, "least": 0}
    reference = count_texts(words, prompt, 2, small.score, **sampling)
    film.spec = replace(SPEC, tokens=2)
    film.compare(reference)
    assert list(film.count()) == [3, 2, 1, 0]
    assert list(film.count()) == []
    plane = film.data()["plane"]
    best = optimum(reference, SPEC.beta)
    assert plane["optimum"] == pytest.approx({"kl": best.kl, "score": best.score}, rel=1e-3)
    for point, adapter in zip(plane["exact"], [run[0].before, *(step.adapter for step in run)], strict=True):
        counted = count_texts(AdaptedModel(words, adapter), prompt, 2, small.score, **{**sampling, "least": 1e-6})
        there = policy_point(words, counted, temperature=sampling["temperature"])
        assert point["score"] == pytest.approx(there.score, rel=1e-3)
        assert point["kl"] == pytest.approx(there.kl, rel=1e-3, abs=1e-9)
        assert point["score"] - point["bound"] <= best_score(reference, point["kl"]).bound + 1e-3


def test_the_curve_is_the_frontier(words):
    for least in (0.0, 1e-2):
        reference = count_texts(words, words.encode("the movie was"), 2, small.score, low=-2, high=2, least=least)
        curve = frontier_curve(reference)
        assert curve.kl[0] == 0
        assert curve.reached[0] == pytest.approx(reference.score - reference.bound)  # the reference itself
        assert (np.diff(curve.kl) >= 0).all()
        assert (np.diff(curve.reached) >= 0).all()
        for kl, reached, bound in list(zip(curve.kl, curve.reached, curve.bound, strict=True))[4::6]:
            assert reached == pytest.approx(best_score(reference, float(kl)).reached, abs=2e-3)
            betas = np.geomspace(1e-4, 1e4, 4000)  # of all these, each gives a bound: see `best_score`
            least_bound = min(objective_bound(reference, float(beta)) + float(beta) * kl for beta in betas)
            assert min(least_bound, 2) - 1e-3 <= bound <= min(least_bound, 2) + 0.03


def test_texts_are_chosen_from_best_to_worst():
    #                 a  b  a  c  d  e
    tokens = np.array([[1], [2], [1], [3], [4], [5]])
    scores = np.array([0.5, 0.9, 0.5, 0.5, -1.0, 0.0])
    texts = Texts(repeated((0,), 6), tokens, np.zeros((6, 1)), np.ones(6, dtype=int), np.zeros(6, dtype=bool))
    measured = Measured(texts, tuple("abacde"), scores, np.zeros((6, 1)), 0.0)
    assert chosen_rows(measured) == [(1, 1), (0, 2), (3, 1), (5, 1), (4, 1)]
    assert chosen_rows(measured, most=3) == [(1, 1), (3, 1), (4, 1)]  # best, middle, worst


@given(st.integers(2, 9), st.integers(1, 200))
def test_a_thinned_row_keeps_its_ends_and_equal_gaps(most, length):
    row = Thinned(most)
    for number in range(length):
        row.add(number, -number)
        assert len(row) <= most
        assert row[number] == -number
    kept = list(row)
    assert kept[0] == 0
    assert len({b - a for a, b in pairwise(kept[:-1])}) <= 1
    assert len(row) >= min(length, most // 2)
    with pytest.raises(ValueError, match="does not follow"):
        row.add(length - 1, 0)


def test_a_long_film_stays_small(words, run):
    spec = replace(SPEC, texts=64, tokens=16, steps=1)
    film = Film(words, spec, counts_words, true=counts_words)
    (step,) = tune(words, spec, counts_words)
    for number in range(1, 101):
        film.add(replace(step, step=number))
    data = film.data()
    assert len(data["curves"]["n"]) == 100
    assert len(data["texts"]) == 100
    assert all(len(columns["score"]) == SHOWN for columns in data["texts"].values())
    assert len(json.dumps(data, separators=(",", ":"), allow_nan=False)) < 300_000
    assert len(film.adapters) == 101


def test_large_models_keep_fewer_policies(words, run, monkeypatch):
    monkeypatch.setattr("mdp_core.rlhf.film.SMALL", 0)
    film = Film(words, SPEC, counts_words)
    for number in range(1, 2 * LARGE_POLICIES):
        film.add(replace(run[0], step=number))
    kept = list(film.adapters)
    assert LARGE_POLICIES // 2 <= len(kept) <= LARGE_POLICIES < POLICIES
    assert (kept[0], kept[-1]) == (0, 2 * LARGE_POLICIES - 1)
    assert film.data()["next"]["at"] == kept


def test_large_adapters_are_kept_of_fewer_policies(words, monkeypatch):
    shape = AdapterSpec(rank=3)
    count = numbers(words.model, shape)
    assert count == new_adapter(words.model, shape, torch.Generator()).parameters
    monkeypatch.setattr("mdp_core.rlhf.film.ROOM", 20 * count)
    assert [kept_policies(words, replace(shape, rank=rank)) for rank in (1, 3, 6, 30)] == [60, 20, 10, LEAST_POLICIES]
    monkeypatch.setattr("mdp_core.rlhf.film.ROOM", POLICIES * count)
    assert kept_policies(words, replace(shape, rank=1)) == POLICIES


def test_a_policy_that_cannot_write_is_left_unmeasured(words, run):
    film = film_of(words, run[:1])
    film.add(replace(run[1], adapter=run[1].adapter.map(lambda tensor: tensor * float("nan"))))
    film.finish()
    assert film.data()["curves"]["n"] == [0, 1]
