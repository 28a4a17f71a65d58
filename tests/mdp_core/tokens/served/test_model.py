"""A served model against Pocket's own numbers: the server tells them, and what is made of them has to agree."""

import threading

import numpy as np
import pytest

from mdp_core.rollout import Draws, play
from mdp_core.scenarios import TextScenario
from mdp_core.stage.text import policy_of, token_mdp
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.served.address import read_address
from mdp_core.tokens.served.model import ServedModel
from mdp_core.tokens.served.policy import OTHERS, ServedPolicy
from mdp_core.tokens.served.vocabulary import id_of
from mdp_core.tokens.sources import drain
from mdp_core.tokens.writers import write_by_token
from tests.served import Server, serving

PROMPT = "the movie was"


@pytest.fixture
def server(pocket):
    with serving(Server(pocket)) as running:
        yield running


def served(server):
    return ServedModel.connect(read_address(server.address, server.key))


@pytest.mark.parametrize("form", ["lists", "content"])
def test_the_told_probabilities_are_pockets_own(server, pocket, form):
    server.form = form
    model = served(server)
    distribution = ServedPolicy(model)(model.encode(PROMPT))
    tokens, p = server.distribution(PROMPT)
    assert [model.piece(token) for token in distribution.outcomes[:-1]] == tokens[:20]
    assert np.abs(distribution.probabilities[:-1] - p[:20]).max() < 1e-6
    assert distribution.others == pytest.approx(p[20:].sum(), abs=1e-6)
    assert distribution.outcomes[-1] == OTHERS


@pytest.mark.parametrize(
    "sampling",
    [Sampling(0.5), Sampling(1.7), Sampling(0.0), Sampling(1.0, 5), Sampling(1.0, 40), Sampling(1.0, 0, 0.4)],
)
def test_sampling_acts_on_the_told_tokens_and_leaves_the_others_whole_or_cuts_them_off(server, pocket, sampling):
    model = served(server)
    distribution = ServedPolicy(model, sampling)(model.encode(PROMPT))
    _, p = server.distribution(PROMPT)
    others = p[20:].sum()
    if sampling.temperature == 0:
        expected, rest = np.eye(20)[0], 0.0
    elif sampling.top_k == 5 or sampling.top_p < 1:
        kept = 5 if sampling.top_k else int(np.searchsorted(np.cumsum(p), sampling.top_p)) + 1
        expected, rest = np.where(np.arange(20) < kept, p[:20], 0) / p[:kept].sum(), 0.0
    else:
        tempered = p[:20] ** (1 / sampling.temperature)
        expected, rest = tempered / tempered.sum() * (1 - others), others
    assert distribution.probabilities[:-1] == pytest.approx(expected, abs=1e-6)
    assert distribution.others == pytest.approx(rest, abs=1e-6)


def test_the_others_are_drawn_by_the_server_as_pocket_has_them(server, pocket):
    model = served(server)
    state = model.encode(PROMPT)
    distribution = ServedPolicy(model)(state)
    tokens, p = server.distribution(PROMPT)
    n, start = 300, 1 - distribution.others
    drawn = [distribution.sample(start + (i + 0.5) / n * distribution.others) for i in range(n)]
    names = [model.piece(token) for token in drawn]
    assert set(names) <= set(tokens[20:])
    share = p[20:] / p[20:].sum()
    counted = np.array([names.count(token) for token in tokens[20:]]) / n
    assert 0.5 * np.abs(counted - share).sum() < 0.25  # 0.16 is what so few draws of 244 tokens differ by
    token = drawn[0]
    assert distribution.probability(token) == pytest.approx(p[tokens.index(names[0])], abs=1e-6)


def test_the_loop_writes_a_text_that_pocket_could_write_and_writes_it_again_without_a_question(server, pocket):
    model, scenario = served(server), TextScenario(model="served", prompt=PROMPT)
    mdp, policy = token_mdp(model, scenario), policy_of(model, scenario)
    first = play(mdp, policy, rng=Draws(3), max_steps=16)
    questions = len(server.asked)
    again = play(mdp, policy, rng=Draws(3), max_steps=16)
    assert len(server.asked) == questions
    assert again.states == first.states
    text = model.decode(first.states[-1])
    assert text.startswith(PROMPT)
    assert pocket.decode(pocket.encode(text)) == text
    other = served(server)
    anew = play(token_mdp(other, scenario), policy_of(other, scenario), rng=Draws(3), max_steps=16)
    assert anew.states == first.states  # nothing but the seeds decides


def test_texts_are_those_of_the_loop(server, pocket):
    model, scenario = served(server), TextScenario(model="served", prompt=PROMPT)
    u = Draws(11).actions(16)[None]
    writing = write_by_token(model, model.encode(PROMPT), u, Sampling())
    texts = drain(writing)
    walked = play(token_mdp(model, scenario), policy_of(model, scenario), rng=Draws(11), max_steps=16)
    assert texts.ids(0) == walked.states[-1]
    assert texts.log_probabilities[0, : texts.lengths[0]] == pytest.approx(
        [np.log(step.policy.probability(step.action)) for step in walked.steps]
    )


def test_an_end_without_a_word_is_asked_again_until_something_else_is_drawn(server, pocket):
    server.silent_end = True
    model = served(server)
    text = next(
        text
        for text in ("the movie was good .", "the movie was really good .", "i loved it .")
        if server.distribution(text)[1][server.distribution(text)[0].index("")] > 0.3
    )
    for words in (text, text.replace("movie", "film"), text.replace("good", "bad")):
        tokens, p = server.distribution(words)
        distribution = ServedPolicy(model)(model.encode(words))
        assert distribution.probability(id_of("")) == pytest.approx(p[tokens.index("")], abs=1e-6)
    assert id_of("") in model.end_tokens


def test_a_server_that_tells_five_is_asked_for_five(server, pocket):
    server.told = 5
    model = served(server)
    assert len(ServedPolicy(model)(model.encode(PROMPT))) == 6


def test_ids_are_the_same_in_every_process():
    assert id_of(" wonderful") == 4200878804409538


def test_a_prompt_is_cut_at_its_blanks_and_joins_again(server):
    model = served(server)
    for prompt in ("the movie", " two  blanks\n and a line ", "مرحبا 🎬🎬 x"):
        assert model.decode(model.encode(prompt)) == prompt
        assert "".join(model.pieces(model.encode(prompt))) == prompt


def test_nobody_waits_for_anothers_question(server):
    model = served(server)
    known = model.encode(PROMPT)
    first = model.told(known)[0]
    server.delay = 5.0
    asking = threading.Thread(target=lambda: model.told((*known, first[0])))
    asking.start()
    assert model.told(known)[0] == first
    assert asking.is_alive()  # its answer is not there yet
    server.delay = 0.0
    asking.join(30)
    assert len(model.told((*known, first[0]))[0]) == 20
