"""A reward model learned from choices: what it could read, what it ranks, and how its growth is told."""

import numpy as np
import pytest

from mdp_core.rlhf.features import TextFeatures
from mdp_core.rlhf.learned_reward import learn_reward
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.reward_training import FewChoicesError

NOUNS = ("movie", "film", "plot", "story", "music", "acting", "ending")
TEXTS = [
    f"the {noun} was {how}." for noun in NOUNS for how in ("good", "great", "bad", "boring", "slow", "really good")
]


@pytest.fixture(scope="module")
def features(pocket):
    found = TextFeatures(pocket)
    for text in TEXTS:
        found.check(text)
    return found


def choices(count):
    """The first of each pair, which is of another kind than the second, is always the better one."""
    return [Comparison(TEXTS[i], TEXTS[(i + 3) % len(TEXTS)], 0) for i in range(count)]


def test_what_cannot_be_read_is_left_out_and_counted(features):
    unreadable = Comparison("the movie was good.", "der Film war gut.", 0)
    learned = learn_reward(features, [*choices(20), unreadable], [*TEXTS, "", "der Film war gut."], "theirs")
    assert learned.unread == 1
    assert learned.pool == tuple(TEXTS)
    assert len(learned.examples) == 20
    assert learned.model.name == "theirs"
    with pytest.raises(FewChoicesError, match="of the 8 that are here it can read 7"):
        learn_reward(features, [*choices(7), unreadable], TEXTS, "theirs")


def test_the_best_and_the_worst_stand_most_extreme_first_and_no_text_in_both(features):
    pool = TEXTS[:7]
    learned = learn_reward(features, choices(30), pool, "theirs")
    scores = dict(zip(pool, (score.total for score in learned.model.score_many(pool)), strict=True))
    ascending = sorted(pool, key=scores.__getitem__)
    best, worst = learned.ranked(2)
    assert best == [(text, scores[text]) for text in ascending[:-3:-1]]
    assert worst == [(text, scores[text]) for text in ascending[:2]]
    best, worst = learned.ranked(5)  # of seven: three each
    assert [text for text, _ in best] == ascending[:-4:-1]
    assert [text for text, _ in worst] == ascending[:3]


def test_strengths_are_the_chances_that_bradley_and_terry_give_the_choices(features):
    learned = learn_reward(features, choices(12), TEXTS, "theirs")
    first, second = (learned.model.score_many([getattr(c, side) for c in choices(12)]) for side in ("one", "other"))
    margins = np.array([a.total - b.total for a, b in zip(first, second, strict=True)])
    np.testing.assert_allclose(learned.strengths, 1 / (1 + np.exp(-margins)))


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (19, []),  # ten are left to be foretold by at most nine, and five is too few to learn from
        (20, [10]),
        (30, [10, 15, 20]),  # five more each time
        (36, [12, 18, 24]),  # a sixth more each time: 30 would leave only six to foretell
    ],
)
def test_growth_is_told_at_every_sixth_that_leaves_ten_choices_to_foretell(features, count, sizes):
    assert [size for size, _ in learn_reward(features, choices(count), TEXTS, "theirs").growth] == sizes
