"""Writing a text as a Markov decision process: what ends it, what it pays, what it says."""

import pytest

from mdp_core.mdp import Outcome
from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.prompts import LongPromptError
from mdp_core.tokens.scores import WishedLength, WishedWord
from tests.contracts import check_mdp
from tests.mdp_core.tokens.tiny import byte_level_model, word_level_model

END, THE, MOVIE, WAS, WONDERFUL, FULL_STOP = 0, 2, 3, 4, 5, 15


@pytest.fixture(scope="module")
def model():
    return word_level_model()


def world(model, max_tokens=3, reward=None, prompt="the movie"):
    return TokenMDP(model, model.encode(prompt), max_tokens, reward or WishedLength(4))


def test_the_words_are_where_this_test_thinks(model):
    assert model.encode("the movie was wonderful .") == (THE, MOVIE, WAS, WONDERFUL, FULL_STOP)


def test_appending_is_certain_and_pays_nothing_before_the_end(model):
    mdp = world(model)
    assert mdp.initial_state() == (THE, MOVIE)
    transition = mdp.transition((THE, MOVIE), WAS)
    assert transition.outcomes == (Outcome((THE, MOVIE, WAS), 0.0, False),)
    assert transition.probabilities.tolist() == [1.0]
    assert mdp.actions((THE, MOVIE)) == range(17)


def test_both_ends_pay_the_score_of_the_whole_text(model):
    mdp = world(model)
    # "the movie was": three of four words.
    assert mdp.transition((THE, MOVIE, WAS), END).outcomes == (Outcome((THE, MOVIE, WAS, END), 0.75, True),)
    full = (THE, MOVIE, WAS, WONDERFUL)
    assert mdp.transition(full, FULL_STOP).outcomes == (Outcome((*full, FULL_STOP), 1.0, True),)
    assert mdp.reward("the movie was").total == 0.75


def test_the_prompt_is_part_of_the_text(model):
    assert world(model, reward=WishedWord("movie")).transition((THE, MOVIE), END).outcomes[0].reward == 1.0


def test_the_ending_says_which_it_was(model):
    mdp = world(model)
    assert mdp.ending((THE, MOVIE, END)) == "the model chose <end>"
    assert mdp.ending((THE, MOVIE, WAS, WAS, WAS)) == "cut off after 3 tokens"
    assert mdp.ending((THE, MOVIE, WAS, WAS, END)) == "the model chose <end>"
    assert mdp.ending((THE, MOVIE, WAS)) == "not finished"
    assert world(model, max_tokens=1).ending((THE, MOVIE, WAS)) == "cut off after 1 token"


def test_the_window_ends_a_text_too():
    model = byte_level_model(window=8)
    prompt = model.encode("zzzzz")
    assert len(prompt) == 6
    mdp = TokenMDP(model, prompt, 50, WishedLength(1))
    assert mdp.limit == 8
    state = (*prompt, 40, 41)
    assert mdp.is_terminal(state)
    assert mdp.transition(state[:-1], 41).outcomes[0].terminated
    assert mdp.ending(state) == "the model's window of 8 tokens is full"
    with pytest.raises(LongPromptError, match="8 tokens and at most 7 fit"):
        TokenMDP(model, model.encode("zzzzzzz"), 50, WishedLength(1))


def test_an_end_token_in_the_prompt_ends_nothing(model):
    mdp = TokenMDP(model, (THE, END), 3, WishedLength(4))
    assert not mdp.is_terminal((THE, END))
    assert mdp.is_terminal((THE, END, END))


def test_a_finished_text_offers_no_action(model):
    mdp = world(model)
    for finished in ((THE, MOVIE, END), (THE, MOVIE, WAS, WAS, WAS)):
        assert mdp.is_terminal(finished)
        with pytest.raises(ValueError, match="finished"):
            mdp.actions(finished)
        with pytest.raises(ValueError, match="finished"):
            mdp.transition(finished, WAS)


@pytest.mark.parametrize("action", [-1, 17, "was"])
def test_what_is_no_token_is_refused(model, action):
    with pytest.raises(ValueError, match="is no token: they go from 0 to 16"):
        world(model).transition((THE, MOVIE), action)


@pytest.mark.parametrize(("prompt", "max_tokens"), [((), 3), ((17,), 3), ((-1,), 3), ((THE,), 0), ((THE,), -5)])
def test_worlds_that_cannot_be_are_refused(model, prompt, max_tokens):
    with pytest.raises(ValueError, match="at least"):
        TokenMDP(model, prompt, max_tokens, WishedLength(4))


def test_it_keeps_the_contract_of_a_markov_decision_process(model):
    check_mdp(world(model), limit=60)
