"""One text and the way to its score: it is the loop's own, and torch answers at each of its tokens."""

import pytest

from mdp_core.rlhf.gradient_walk import pass_token, walk_text
from mdp_core.tokens.scores import Sentiment


@pytest.fixture(scope="module")
def walk(pocket):
    return walk_text(pocket, pocket.encode("the movie was"), 7, Sentiment(), tokens=16)


def test_a_walk_is_the_text_that_the_loop_writes(walk, pocket):
    assert walk.text == "the movie was great. highly recommended."
    assert walk.score == Sentiment()(walk.text).total
    assert len(walk.tokens) == len(walk.draws)
    assert pocket.decode(walk.state(len(walk.tokens))) == walk.text
    assert walk.state(0) == walk.prompt


def test_only_the_log_probability_has_a_gradient(walk, pocket):
    passage = pass_token(pocket, walk, 0, Sentiment())
    assert passage.forward.token == walk.tokens[0]
    assert {name: back.works for name, back in passage.backward.items()} == {
        "log_probability": True,
        "token": False,
        "score": False,
    }
