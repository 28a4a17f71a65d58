"""A room's taste: what is learned from votes, and how honestly it is told how good that is."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from mdp_core.rlhf.features import TextFeatures
from mdp_core.rlhf.raters import TASTES, SimulatedRater
from mdp_core.rlhf.reward_training import FewChoicesError
from mdp_core.rlhf.taste import chance_of_second, foretold_by, learn_taste
from mdp_core.rlhf.votes import FIRST, SAME, SECOND
from mdp_core.scenarios import TextScenario
from mdp_core.stage.text_pool import TextPool


@dataclass(frozen=True)
class Vote:
    """What one rater says of one pair."""

    pair: int
    phone: int
    answer: int


@pytest.fixture(scope="module")
def features(pocket):
    return TextFeatures(pocket)


@pytest.fixture(scope="module")
def texts(pocket):
    """Twenty-four pairs of Pocket's texts, numbered from 100."""
    pool = TextPool(pocket, TextScenario(), 64)
    while pool.needs(48):
        pool.work()
    return {100 + i: (pool.texts[2 * i], pool.texts[2 * i + 1]) for i in range(24)}


def room(texts, raters, *, rationality=4.0, seed=0):
    rng, rater = np.random.default_rng(seed), SimulatedRater(TASTES["gentle"], rationality)
    return [
        Vote(pair, phone, rater.choose(*both, rng.random()).chosen)
        for phone in range(raters)
        for pair, both in texts.items()
    ]


def test_a_room_that_likes_kind_words_is_foretold_up_to_its_own_disagreement(features, texts):
    taste = learn_taste(features, texts, room(texts, 12), "the room")
    told = taste.foretold
    assert told.votes == 12 * 24
    assert 0.7 < told.accuracy <= told.ceiling <= 1
    assert taste.model.name == "the room"
    scores = [score for _, score in taste.ranked]
    assert len(scores) == 48
    assert all(one >= other for one, other in pairwise(scores))
    assert sum(TASTES["gentle"](text).total for text, _ in taste.ranked[:8]) > sum(
        TASTES["gentle"](text).total for text, _ in taste.ranked[-8:]
    )


def test_votes_that_fall_as_by_chance_cannot_be_foretold(features, texts):
    told = foretold_by(features, texts, room(texts, 12, rationality=0.0))
    assert abs(told.accuracy - 0.5) < 3 * told.error


def test_the_error_is_that_of_pairs_and_not_of_votes_that_repeat_each_other(features, texts):
    once = room(texts, 1, rationality=100.0)
    all_alike = [Vote(vote.pair, phone, vote.answer) for phone in range(50) for vote in once]
    assert foretold_by(features, texts, all_alike).error > 0.8 * foretold_by(features, texts, once).error


def test_the_same_teaches_and_is_no_choice_to_foretell(features, texts):
    votes = room(texts, 3, rationality=100.0)
    shy = [Vote(pair, 99, SAME) for pair in texts]
    with_shy = foretold_by(features, texts, [*votes, *shy])
    assert with_shy.votes == 4 * 24
    assert with_shy.ceiling == 1.0  # all who chose agree
    assert (
        learn_taste(features, texts, [*votes, *shy] * 1, "a").model.key
        != learn_taste(features, texts, votes, "a").model.key
    )


def test_choices_of_either_side_are_foretold(features, texts):
    """Everybody takes the first text of a pair: what is foretold of choices is the share of pairs where it looks better."""
    firsts = [Vote(pair, phone, FIRST) for pair in texts for phone in range(3)]
    seconds = [Vote(pair, phone, SECOND) for pair in texts for phone in range(3)]
    told = foretold_by(features, texts, firsts)
    assert 0.0 < told.accuracy < 1.0  # which of two texts stands first says nothing of them
    assert told.votes == 72
    turned = {pair: (second, first) for pair, (first, second) in texts.items()}
    assert foretold_by(features, turned, seconds).accuracy == pytest.approx(told.accuracy, abs=0.1)
    assert foretold_by(features, texts, seconds).error > 0


def test_one_pair_alone_has_no_spread_of_pairs(features, texts):
    """Texts are held out two by two: of these pairs only the first has both of its texts held out at once."""
    a, b, c, d, e, f, g, h = list(dict.fromkeys(text for both in texts.values() for text in both))[:8]
    pairs = dict(enumerate([(a, b), (a, c), (a, d), (c, e), (d, f), (e, g), (f, h)]))
    votes = [Vote(pair, phone, answer) for pair in pairs for phone, answer in enumerate((FIRST, FIRST, SECOND))]
    told = foretold_by(features, pairs, votes)
    assert told.accuracy in (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert told.error == pytest.approx((0.6 * 0.4 / 5) ** 0.5)  # of three choices, one more on either side


def test_few_votes_and_unreadable_texts_are_told_or_left_out(features, texts):
    with pytest.raises(FewChoicesError):
        learn_taste(features, texts, room(texts, 1)[:5], "a")
    odd = texts | {7: ("", "the movie was silly."), 8: ("zzzqqq xkcd", "the movie was silly.")}
    votes = room(texts, 2)
    taste = learn_taste(features, odd, [*votes, Vote(7, 1, FIRST), Vote(8, 1, SECOND), Vote(9, 1, FIRST)], "a")
    assert taste.foretold.votes == len(votes)
    assert set(taste.probabilities) == set(texts)


def test_what_a_reward_model_foretells_of_before_and_after_is_the_mean_of_its_chances(features, texts):
    model = learn_taste(features, texts, room(texts, 4), "a").model
    pairs = list(texts.values())
    assert chance_of_second(model, pairs) + chance_of_second(model, [pair[::-1] for pair in pairs]) == pytest.approx(1)
    one, other = pairs[0]
    r = [model(text).total for text in (one, other)]
    assert chance_of_second(model, [(one, other)]) == pytest.approx(1 / (1 + np.exp(r[0] - r[1])))
    with pytest.raises(ValueError, match="no pair"):
        chance_of_second(model, [])
