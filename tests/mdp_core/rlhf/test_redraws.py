"""Groups with equal scores are drawn again: which ones, with which draws, and what is told of it."""

import numpy as np
import pytest

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.redraws import draw_again, equal_groups, rows_of
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import step_uniforms, tune
from mdp_core.tokens.generation import Texts, generate, repeated
from mdp_core.tokens.scores import Score
from tests.mdp_core.tokens import tiny


@pytest.fixture(scope="module")
def words():
    return tiny.word_level_model()


def says_good(text):
    return Score(float("wonderful" in text), ())


def numbered(numbers):
    """Texts of one token."""
    n = np.array(numbers)
    return Texts(
        repeated((1,), len(n)),
        n[:, None],
        np.zeros((len(n), 1)),
        np.ones(len(n), dtype=np.int64),
        np.zeros(len(n), dtype=bool),
    )


def test_only_groups_that_do_not_differ_are_drawn_again_until_they_do():
    asked, coming = [], iter([[1.0, 1.0, 0.0, 1.0], [0.5, 1.0]])

    def draw(rows, time):
        asked.append((rows.tolist(), time))
        return numbered(100 * time + rows), np.array(next(coming))

    first, scores = numbered(range(6)), np.array([0, 1, 1, 1, 0, 0], dtype=float)
    lesson = draw_again(first, scores, 2, 5, draw)
    assert asked == [([2, 3, 4, 5], 1), ([2, 3], 2)]
    assert lesson.texts.tokens[:, 0].tolist() == [0, 1, 202, 203, 104, 105]
    assert lesson.scores.tolist() == [0, 1, 0.5, 1, 0, 1]
    assert lesson.again.tolist() == [2, 3, 4, 5]
    assert first.tokens[:, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert scores.tolist() == [0, 1, 1, 1, 0, 0]
    assert rows_of(lesson.texts, lesson.again).tokens[:, 0].tolist() == [202, 203, 104, 105]


def test_it_ends_after_so_many_times_and_never_begins_where_all_groups_differ():
    def same(rows, time):
        return numbered(rows), np.ones(len(rows))

    lesson = draw_again(numbered(range(4)), np.array([0.0, 1, 1, 1]), 2, 3, same)
    assert equal_groups(lesson.scores, 2).tolist() == [False, True]
    assert draw_again(numbered(range(4)), np.array([0.0, 1, 0, 1]), 2, 3, same).again.tolist() == []


def test_a_step_learns_from_the_redrawn_texts_and_measures_the_first_ones(words):
    spec = preset("dapo", texts=32, group=2, tokens=4, steps=1, beta=0.0, redraws=2)
    (step,) = tune(words, spec, says_good)
    (plain,) = tune(words, preset("dapo", texts=32, group=2, tokens=4, steps=1, beta=0.0, redraws=0), says_good)
    assert step.written == plain.written  # the same first draws
    np.testing.assert_array_equal(step.scores, plain.scores)
    # By hand: the two times that equal groups were drawn, of uniforms of their own.
    scores, prompt = step.scores.copy(), words.encode(spec.prompt)
    again = np.zeros(32, dtype=bool)
    for time in (1, 2):
        rows = np.repeat(equal_groups(scores, 2), 2)
        texts = generate(AdaptedModel(words, step.before), prompt, step_uniforms(spec, 1, time))
        redrawn = np.array([says_good(words.decode(ids)).total for ids in texts])
        scores, again = np.where(rows, redrawn, scores), again | rows
    assert (step.redrawn, step.equal) == (again.sum() // 2, equal_groups(scores, 2).sum())
    assert step.redrawn > 0
    assert plain.redrawn == 0
    assert plain.equal == step.redrawn
    assert step.equal < plain.equal  # more of them teach
    assert not step.advantages[again].any()
    np.testing.assert_allclose(step.advantages[~again], plain.advantages[~again])
    assert step.adapter.digest() != plain.adapter.digest()


def test_where_every_draw_is_equal_it_is_said(words):
    spec = preset("dapo", texts=8, group=2, tokens=4, steps=1, redraws=2)
    (step,) = tune(words, spec, lambda text: Score(0.4, ()))
    assert (step.redrawn, step.equal, step.signal) == (4, 4, False)
    assert "so have those drawn in their place" in step.message
    assert step.gradient_norm == 0
