"""Votes, agreement, win rate and the choice of pairs: against hand counts, a published table and exact enumerations."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest

from mdp_core.rlhf.agreement import accuracy_ceiling, krippendorff_alpha, pairwise_agreement
from mdp_core.rlhf.pair_choice import NEAREST, next_pairs, swapped, worth_asking
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.votes import FIRST, SAME, SECOND, tallies, voted_choices
from mdp_core.rlhf.win_rate import win_rate


@dataclass(frozen=True)
class Vote:
    """A vote."""

    pair: int
    phone: int
    answer: int


@dataclass(frozen=True)
class Pair:
    """A pair that may be asked about."""

    id: int
    shared: bool = False
    priority: float = 0.0


def votes_of(table):
    """The votes of a table: a row a rater, a column a pair, None where there is none."""
    return [
        Vote(pair, phone, answer)
        for phone, row in enumerate(table)
        for pair, answer in enumerate(row)
        if answer is not None
    ]


def test_votes_are_counted_a_pair():
    table = [[FIRST, SAME], [FIRST, SECOND], [SECOND, None]]
    assert tallies(votes_of(table)) == {0: (2, 1, 0), 1: (0, 1, 1)}


def test_a_tie_is_half_a_choice_each_way():
    table = [[FIRST, SAME, FIRST], [FIRST, SECOND, FIRST], [SECOND, None, FIRST]]
    texts = {0: ("a", "b"), 1: ("c", "d"), 2: ("same", "same")}
    assert voted_choices(texts, votes_of(table)) == (
        Comparison("a", "b", 0, weight=2.0),
        Comparison("a", "b", 1, weight=1.0),
        Comparison("c", "d", 0, weight=0.5),
        Comparison("c", "d", 1, weight=1.5),
    )


def test_alpha_of_krippendorffs_own_two_raters():
    # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section A: binary data, two observers; 0.095
    table = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
    assert krippendorff_alpha(votes_of(table)) == pytest.approx(0.095, abs=5e-4)


def test_alpha_with_the_same_in_the_middle_by_hand():
    # Three pairs, two votes each: (first, first), (second, second), (first, same). Squared distances within: 0, 0, 1/4.
    # Of the six values 3 are 0, 2 are 1, 1 is 1/2: expected (3*2*1 + 3*1/4 + 2*1/4) / 15 a pair = 7.25 / 15.
    table = [[FIRST, SECOND, FIRST], [FIRST, SECOND, SAME]]
    assert krippendorff_alpha(votes_of(table)) == pytest.approx(1 - (0.25 / 3) / (7.25 / 15))


@pytest.mark.parametrize("table", [[], [[FIRST, SECOND]], [[FIRST, FIRST], [FIRST, FIRST]]])
def test_nothing_can_be_told_of_no_doubles_or_no_difference(table):
    assert krippendorff_alpha(votes_of(table)) is None


def test_agreement_counts_pairs_of_raters():
    # four raters, 3 to 1: 3 of 6 pairs of raters agree; two raters, both the second: 1 of 1; weights 4 and 2
    table = [[FIRST, SECOND], [FIRST, SECOND], [FIRST, SAME], [SECOND, None]]
    assert pairwise_agreement(votes_of(table)) == pytest.approx((4 * 3 / 6 + 2 * 1) / 6)
    assert pairwise_agreement(votes_of([[FIRST, SAME]])) is None


@pytest.mark.parametrize("p", [0.5, 0.7, 0.95])
def test_the_ceiling_is_that_of_the_raters_by_enumeration(p):
    # The mean agreement over all outcomes of four raters is p^2 + (1 - p)^2, and the ceiling of that is max(p, 1 - p).
    mean = sum(
        p ** (4 - sum(outcome)) * (1 - p) ** sum(outcome) * pairwise_agreement(votes_of([[a] for a in outcome]))
        for outcome in product((FIRST, SECOND), repeat=4)
    )
    assert mean == pytest.approx(p * p + (1 - p) ** 2)
    assert (1 + (2 * mean - 1) ** 0.5) / 2 == pytest.approx(max(p, 1 - p))


def test_the_ceiling_of_raters_who_agree_and_of_raters_who_toss():
    assert accuracy_ceiling(votes_of([[FIRST], [FIRST], [FIRST]])) == 1.0
    assert accuracy_ceiling(votes_of([[FIRST], [SECOND]])) == 0.5  # they agree less than chance would
    assert accuracy_ceiling([]) is None


def test_a_win_rate_counts_ties_half():
    said = [Vote(i, i, answer) for i, answer in enumerate([SECOND] * 6 + [SAME] * 2 + [FIRST] * 2)]
    rate = win_rate(said)
    assert (rate.wins, rate.ties, rate.losses, rate.votes, rate.rate) == (6, 2, 2, 10, 0.7)
    assert rate.low < 0.7 < rate.high
    assert win_rate([]) is None


def test_the_interval_is_never_narrower_than_wilsons():
    # Wilson 1927 for 10 of 10: [n / (n + z^2), 1]
    rate = win_rate([Vote(i, i, SECOND) for i in range(10)])
    assert (rate.low, rate.high) == (pytest.approx(10 / (10 + 1.959964**2)), 1.0)
    assert rate.told


def test_a_rater_who_votes_often_counts_as_one_rater():
    """Ten raters of whom five always say yes: ten times as many votes on ten times as many pairs tell little more."""

    def width(pairs):
        said = [Vote(pair, phone, SECOND if phone % 2 else FIRST) for phone in range(10) for pair in range(pairs)]
        rate = win_rate(said)
        return rate.high - rate.low

    assert width(100) > 0.9 * width(10)
    assert width(100) > 2 * 1.959964 * (0.25 / 1000) ** 0.5 * 5  # five times what 1,000 tosses would say


def test_the_interval_holds_what_it_says():
    """Raters and pairs with tastes of their own around 0.5: about 95 of 100 intervals, and not fewer, hold it."""
    rng, held = np.random.default_rng(5), 0
    for _ in range(100):
        margin = rng.normal(0, 1, (12, 1)) + rng.normal(0, 1, (1, 12))
        won = rng.random((12, 12)) < 1 / (1 + np.exp(-margin))
        rate = win_rate([Vote(q, r, SECOND if won[r, q] else FIRST) for r in range(12) for q in range(12)])
        held += rate.low <= 0.5 <= rate.high
    assert 93 <= held <= 98  # seen: 95; Wilson's interval alone holds it 58 times


def test_what_is_worth_asking():
    worth = worth_asking({1: 0.5, 2: 0.9, 3: 0.5}, {3: 4})
    assert worth == {1: pytest.approx(0.25), 2: pytest.approx(0.09), 3: pytest.approx(0.05)}


PAIRS = [Pair(i, shared=i < 4, priority=i / 100) for i in range(40)]


def test_every_third_question_is_one_that_everybody_is_asked():
    shared = [pair.shared for pair in next_pairs(PAIRS, (), "a phone", 12)]
    assert shared == [True, False, False] * 4


def test_the_others_are_among_those_that_teach_the_most():
    chosen = [pair.id for pair in next_pairs(PAIRS, (), "a phone", 9) if not pair.shared]
    assert all(number >= 40 - NEAREST - i for i, number in enumerate(chosen))
    orders = {tuple(pair.id for pair in next_pairs(PAIRS, (), rater, 9)) for rater in range(20)}
    assert len(orders) == 20


def test_all_pairs_come_once_in_the_same_order_however_many_are_asked_for_at_a_time():
    whole = [pair.id for pair in next_pairs(PAIRS, (), 7, 100)]
    assert sorted(whole) == list(range(40))
    done = []
    while step := next_pairs(PAIRS, set(done), 7, 1):
        done.append(step[0].id)
    assert done == whole
    assert next_pairs((), (), 7, 3) == ()


def test_half_of_all_see_the_second_text_first():
    share = np.mean([swapped(rater, pair) for rater in range(60) for pair in range(60)])
    assert share == pytest.approx(0.5, abs=0.03)  # the standard error is 0.008
    assert len({swapped("one", pair) for pair in range(20)}) == 2
