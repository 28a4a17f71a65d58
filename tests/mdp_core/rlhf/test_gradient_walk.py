"""One text and the way to its score: it is the loop's own, and torch answers at each of its tokens."""

import pytest

from mdp_core.rlhf.gradient_walk import CALLS, pass_through, walk
from mdp_core.rlhf.principle import Principle
from mdp_core.tokens.scores import Sentiment


@pytest.fixture(scope="module")
def walked(pocket):
    return walk(pocket, pocket.encode("the movie was"), 7, Principle(), 16)


def test_a_walk_is_the_text_that_the_loop_writes(walked, pocket):
    assert walked.text == "the movie was great. highly recommended."
    assert walked.score == Sentiment()(walked.text).total
    assert len(walked.tokens) == len(walked.draws)
    assert walked.state(0) == walked.prompt
    assert pocket.decode(walked.state(len(walked.tokens))) == walked.text


@pytest.mark.parametrize("t", [0, 2])
def test_only_the_log_probability_has_a_gradient(walked, pocket, t):
    token = pass_through(pocket, walked, t, Principle())
    assert token.forth.token == walked.tokens[t]
    assert [token.back[name].works for name in CALLS] == [True, False, False]
    assert token.back["log_probability"].distribution == pytest.approx(
        1 / token.forth.probabilities[walked.tokens[t]], rel=1e-5
    )
