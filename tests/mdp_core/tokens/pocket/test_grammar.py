from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from mdp_core.tokens.pocket.automaton import Arc, Automaton
from mdp_core.tokens.pocket.grammar import (
    END,
    START,
    is_grammatical,
    next_distribution,
    review_grammar,
    state_after,
)
from mdp_core.tokens.pocket.lexicon import HATED, JOY, LOVED, MESS, SUBJECTS


@pytest.fixture(scope="module")
def grammar():
    return review_grammar()


@pytest.fixture(scope="module")
def reviews(grammar):
    rng = np.random.default_rng(11)
    return [grammar.sample(rng) for _ in range(4000)]


def review(words: str) -> list[str]:
    return words.split()


def plain(tokens) -> str:
    return " ".join(token for token in tokens if token != END)


def test_it_is_small_and_its_texts_are_very_many(grammar):
    assert len(grammar.arcs) == len(grammar.ordered) < 300  # every state can be reached
    assert grammar.number[START] >= 10**6
    # Counted a second way: the paths of every length, by powers of the matrix that counts the arcs between states.
    index = {state: n for n, state in enumerate(grammar.ordered)}
    arcs = np.zeros((len(index), len(index)), dtype=object)
    for state in grammar.ordered:
        for arc in grammar.arcs[state]:
            arcs[index[state], index[arc.target]] += 1
    paths, ways = 0, arcs[index[START]]
    while any(ways):
        paths += ways[index["ended"]]
        ways = ways @ arcs
    assert paths == grammar.number[START]


def test_the_verdicts_counted_by_hand(grammar):
    # nothing; "what a" + 7 nouns, "my" + 6 relatives * 5 verbs "it", "everyone" + 4 verbs, "highly recommended"; . or !
    assert grammar.number["end good"] == 1 + 2 * (7 + 6 * 5 + 4 + 1)
    assert grammar.number["end bad"] == 1 + 2 * (6 + 6 * 4 + 4 + 1)


def test_a_thinned_grammar_enumerated_agrees_with_the_sums_over_states(grammar):
    def thin(arcs: tuple[Arc, ...]) -> tuple[Arc, ...]:
        kept = sorted(arcs, key=lambda arc: -arc.probability)[:2]
        total = sum(arc.probability for arc in kept)
        return tuple(Arc(arc.token, arc.probability / total, arc.target) for arc in kept)

    small = Automaton(START, {state: thin(arcs) for state, arcs in grammar.arcs.items()})
    texts = list(small.texts())
    assert 1000 < len(texts) == len(set(texts)) == small.number[START]
    assert sum(p for _, p in texts) == pytest.approx(1)
    assert sum(-p * log(p) for _, p in texts) == pytest.approx(small.entropy[START])
    assert sum(p * len(text) for text, p in texts) == pytest.approx(small.length[START])
    assert all(is_grammatical(text) for text, _ in texts)


def test_reviews_are_of_readable_length(grammar, reviews):
    assert 8 <= grammar.length[START] <= 16
    lengths = np.array([len(r) for r in reviews])
    assert lengths.max() <= 32
    # After the default prompt most reviews end within the default limit of 16 tokens.
    after = state_after(review("the movie was"))
    rng = np.random.default_rng(2)
    assert np.mean([len(grammar.sample(rng, after)) <= 16 for _ in range(2000)]) > 0.97


def test_the_default_prompt_leaves_much_open():
    then = next_distribution(review("the movie was"))
    assert then.probability("a") == pytest.approx(0.07)
    # "boring" has rank 0 of eight mild words that share 0.14, with weights 1/3 ... 1/10
    assert then.probability("boring") == pytest.approx(0.14 * (1 / 3) / sum(1 / n for n in range(3, 11)))
    assert then.top(1)[0][1] < 0.1
    assert then.entropy() > 3


def test_the_text_says_the_state():
    assert next_distribution(review("the movie was long , but the")).probability("acting") > 0.1
    assert next_distribution(review("the movie was long , but the ending was")).probability("wonderful") > 0.05
    assert next_distribution(review("the movie was long , and the ending was")).probability("wonderful") == 0
    assert next_distribution(review("i loved the soup , though the bread was")).probability("awful") > 0.05
    assert next_distribution(review("i loved the soup , and i would")).probability("hate") == 0
    assert next_distribution([]).probability("the") > 0.3
    assert next_distribution(review("the movie was good .")).probability(END) == pytest.approx(0.64)
    assert next_distribution(review("the movie was good . highly recommended !")).probability(END) == 1
    assert next_distribution(["the", "movie", "was", "good", ".", END]).probability(END) == 1


def test_a_complete_review_may_be_followed_by_another():
    assert state_after(review("the soup was cold , but the bread was good . what a joy ! the movie was")) == "film: was"
    assert state_after(review("this game was fun . i loved that")) == "felt good the"
    with pytest.raises(ValueError, match=r"no “soup” after “the movie was good \."):
        state_after(review("the movie was good . soup"))
    assert not is_grammatical([*review("the movie was good . the movie was good ."), END])
    assert not is_grammatical(review("the movie was"))
    assert is_grammatical([*review("the movie was not bad ."), END])


def test_how_a_review_begins_never_continues_a_complete_one(grammar):
    # So a prompt of several reviews has one reading only.
    begin = set(grammar.targets[START])
    for targets in grammar.targets.values():
        if END in targets:
            assert not begin & set(targets)


def test_samples_have_the_frequencies_of_the_grammar(grammar, reviews):
    # Hoeffding: each of m frequencies is off by more than sqrt(log(2 m / delta) / 2 n) with probability under delta / m.
    n, delta = len(reviews), 1e-6
    distribution = grammar.distributions["noun"]
    described = [r[1] for r in reviews if r[0] in ("the", "this", "that")]
    bound = sqrt(log(2 * len(distribution) / delta) / (2 * len(described)))
    for noun, p in distribution:
        assert abs(described.count(noun) / len(described) - p) < bound
    # The two means, by their standard errors; five of them happen once in two million.
    for value, exact in (
        ([len(r) for r in reviews], grammar.length[START]),
        ([-grammar.log_probability(r) for r in reviews], grammar.entropy[START]),
    ):
        assert abs(np.mean(value) - exact) < 5 * np.std(value) / sqrt(n)
    assert all(is_grammatical(r) for r in reviews)
    assert len(set(reviews)) > 0.95 * n


def test_at_least_five_subjects_with_nouns_of_their_own(reviews):
    assert len(SUBJECTS) >= 5
    nouns = [noun for subject in SUBJECTS for noun in subject.nouns.split()]
    assert len(set(nouns)) == len(nouns)
    for subject in SUBJECTS:
        assert sum(any(noun in r for noun in subject.nouns.split()) for r in reviews) > 0.1 * len(reviews)


def test_words_that_carry_feeling_carry_it_for_vader_too():
    lexicon = SentimentIntensityAnalyzer().lexicon
    neutral = {"masterpiece", "left", "despised", "silly"}
    for subject in SUBJECTS:
        assert all(lexicon[word] > 1 for word in f"{subject.good} {subject.superb} {JOY} {LOVED}".split())
        bad = set(f"{subject.bad} {subject.awful} {MESS} {HATED}".split()) - neutral
        assert all(lexicon[word] < -0.5 for word in bad)
        named = f"{subject.nouns} {subject.parts} {subject.met} {subject.plain}".split()
        assert not [word for word in named if word in lexicon]


def test_sentiment_ranges_from_clearly_bad_over_mixed_to_clearly_good(reviews):
    analyzer = SentimentIntensityAnalyzer()
    scores = np.array([analyzer.polarity_scores(plain(r))["compound"] for r in reviews])
    assert scores.min() < -0.9
    assert scores.max() > 0.9
    assert np.mean(scores < -0.5) > 0.2
    assert np.mean(scores > 0.5) > 0.2
    assert np.mean(np.abs(scores) < 0.5) > 0.2
    assert abs(scores.mean()) < 0.15  # so there is something to learn for a policy that wants a good score


def test_no_adjective_comes_twice_in_a_clause(reviews):
    for r in reviews:
        assert not [w for w, joined, again in zip(r, r[1:], r[2:], strict=False) if joined == "and" and w == again]
    praised = next_distribution(review("the movie was really funny and"))
    assert praised.probability("wonderful") > 0.05
    assert praised.probability("funny") == 0
    assert "and" not in next_distribution(review("the movie was wonderful")).outcomes


def test_all_is_lower_case_words_and_three_signs(grammar):
    for token in grammar.tokens:
        assert token in {".", ",", "!", END} or (token.isalpha() and token.islower() and token.isascii())
