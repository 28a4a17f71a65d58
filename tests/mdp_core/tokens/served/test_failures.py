"""Every way in which a server may fail: a sentence each, and it goes on when the server does."""

import math
import time

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse

import mdp_core.tokens.served.model as serving_model
from mdp_core.tokens.served.address import read_address
from mdp_core.tokens.served.client import Client, RefusedError, ServerError
from mdp_core.tokens.served.model import ServedModel
from tests.served import Server, serving

KEY = "sk-very-secret"


@pytest.fixture(scope="module")
def running(pocket):
    with serving(Server(pocket)) as server:
        yield server


@pytest.fixture
def server(running):
    running.damage, running.key, running.delay, running.form, running.slots = None, "", 0.0, "lists", 128
    return running


def asked(server, key="", prompt="the movie was", **patience):
    """The answer to one question."""
    client = Client(read_address(server.address, key), **patience)
    return ServedModel(client, "pocket", 20), prompt


def failure(server, **how):
    model, prompt = asked(server, **how)
    with pytest.raises(ServerError) as error:
        model.told(model.encode(prompt))
    return str(error.value)


def changed(path, value):
    """The answer with one of its parts replaced."""

    def damage(answer):
        *way, last = path
        part = answer
        for name in way:
            part = part[name]
        part[last] = value
        return answer

    return damage


LOGPROBS = ("choices", 0, "logprobs")
TOP = (*LOGPROBS, "top_logprobs", 0)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (changed(LOGPROBS, None), "has no log-probabilities"),
        (changed(LOGPROBS, []), "has no log-probabilities"),
        (changed((*LOGPROBS, "top_logprobs"), None), "has no log-probabilities"),
        (changed(TOP, {}), "has no log-probabilities"),
        (changed(TOP, {" a": math.nan}), "no number"),
        (changed(TOP, {" a": None}), "no number"),
        (changed(TOP, {" a": True}), "no number"),
        (changed(TOP, {" a": "-1"}), "no number"),
        (changed(TOP, {" a": 0.7}), "above 0"),
        (changed(TOP, {" a": math.inf}), "above 0"),
        (changed(TOP, {" a": -math.inf}), "no token can come"),
        (changed(TOP, {" a": -0.1, " b": -0.1}), "sum to 1.81"),
        (changed(TOP, {"x" * 201: -1.0}), "201 characters"),
        (changed(TOP, {f" {i}": -9.0 for i in range(22)}), "tells 22 tokens where 20"),
        (changed(TOP, {f" {i}": -9.0 for i in range(5_000)}), "tells 5,000 tokens"),
        (changed((*LOGPROBS, "tokens"), [" a", " b"]), "tells 2 tokens and 1 distributions"),
        (changed((*LOGPROBS, "tokens"), [7]), "no text"),
        (changed(("choices",), []), "has no choices"),
        (changed(("choices",), ["a"]), "has no choices"),
        (lambda answer: [1, 2], "has no choices"),
        (lambda answer: PlainTextResponse("<html>Log in</html>"), "is not JSON"),
        (lambda answer: PlainTextResponse("[" * 100_000), "is not JSON"),
        (lambda answer: PlainTextResponse('{"choices": 1, "choices": 2}'), "says something twice"),
        (lambda answer: PlainTextResponse("x" * 4_100_000), "so long"),
        (lambda answer: JSONResponse({}, 429), "too much to do"),
        (lambda answer: JSONResponse({}, 503), "not ready yet"),
        (lambda answer: PlainTextResponse("no", 500), "HTTP status 500"),
        (lambda answer: RedirectResponse("http://127.0.0.1:1/"), "elsewhere"),
        (lambda answer: JSONResponse({"error": {"message": "no\nlogits_all."}}, 500), "saying “no logits_all”."),
        (lambda answer: JSONResponse({"detail": "model not found"}, 404), "saying “model not found”."),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_sentence(server, damage, said):
    server.damage = damage
    sentence = failure(server)
    assert said in sentence
    assert sentence.startswith("The model server")
    assert sentence.endswith(".")
    assert str(server.port) not in sentence
    server.damage = None
    model, prompt = asked(server)
    assert len(model.told(model.encode(prompt))[0]) == 20  # a failure is not kept


def test_a_token_told_twice_by_its_number_is_refused(server):
    server.form = "content"

    def damage(answer):
        top = answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        top[1] |= {"id": top[0]["id"]}
        return answer

    server.damage = damage
    assert "tells a token twice" in failure(server)


def test_two_tokens_that_read_the_same_are_one_and_half_a_character_is_none(server):
    server.form = "content"

    def damage(answer):
        top = answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        top[1]["token"], top[2]["token"] = top[0]["token"], "\N{REPLACEMENT CHARACTER}"
        top[3] |= {"token": "", "bytes": [0xF0, 0x9F]}  # as llama.cpp writes half of an emoji
        return answer

    server.damage = damage
    model, prompt = asked(server)
    _, told = model.told(model.encode(prompt))
    _, p = server.distribution(prompt)
    assert math.exp(told.log_probabilities[0]) == pytest.approx(p[0] + p[1], abs=1e-6)
    assert told.others == pytest.approx(p[20:].sum() + p[2] + p[3], abs=1e-6)
    assert "" not in told.tokens


def test_a_wrong_key_and_a_missing_one_are_told_apart_and_none_is_shown(server):
    server.key = KEY
    assert failure(server) == "The model server wants a key, and ONE_LOOP_LM_KEY has none."
    assert failure(server, key="sk-other") == "The model server does not take the key in ONE_LOOP_LM_KEY."
    model, prompt = asked(server, key=KEY)
    assert len(model.told(model.encode(prompt))[0]) == 20
    server.damage = lambda answer: JSONResponse({"error": {"message": f"{KEY} has no credit"}}, 402)
    assert failure(server, key=KEY, prompt="a") == "The model server refused, saying “… has no credit”."
    assert KEY not in repr(read_address(server.address, KEY))


def test_a_server_that_is_late_is_given_up(server):
    server.delay = 30.0
    began = time.monotonic()
    assert "within 0.2 seconds" in failure(server, answer=0.2)
    assert time.monotonic() - began < 10
    server.delay = 0.0


def test_a_server_that_goes_away_and_comes_back_goes_on(pocket):
    here = Server(pocket)
    with serving(here):
        model, prompt = asked(here)
        state = model.encode(prompt)
        first = model.told(state)[0]
    assert model.told(state)[0] == first  # known without it
    further = (*state, first[0])
    with pytest.raises(ServerError, match="cannot be reached; it may be back"):
        model.told(further)
    with serving(here):
        assert len(model.told(further)[0]) == 20


def test_a_server_that_never_draws_one_of_the_others_is_not_asked_for_ever(server):
    model, prompt = asked(server)
    state = model.encode(prompt)
    likeliest, _ = server.distribution(prompt)

    def damage(answer):
        for choice in answer["choices"]:
            choice["logprobs"]["tokens"] = [likeliest[0]]
        return answer

    server.damage = damage
    with pytest.raises(ServerError, match="in 200 tries the model server drew none of them"):
        model.draw_other(state, 0.999)


@pytest.mark.parametrize("slots", [1, 3])
def test_a_server_that_draws_fewer_at_once_is_asked_for_as_many(server, slots):
    model, prompt = asked(server)
    server.slots = slots
    state = model.encode(prompt)
    told, _ = model.told(state)
    server.asked.clear()
    for u in (0.991, 0.999):
        assert model.draw_other(state, u) not in told
    numbers = [request["n"] for request in server.asked]
    most = 1 if slots == 1 else 2
    assert numbers[: numbers.index(most) + 1] == [n for n in (8, 4, 2, 1) if n >= most]
    assert set(numbers[numbers.index(most) :]) == {most}
    # However few, it draws from all tokens: what servers cut off by themselves is switched off.
    assert all(request["top_k"] == 0 and request["min_p"] == 0 for request in server.asked)


def test_a_server_that_refused_a_draw_whole_is_asked_for_as_many_as_before(server):
    model, prompt = asked(server)
    state = model.encode(prompt)
    told, _ = model.told(state)
    server.slots = 0
    with pytest.raises(RefusedError):
        model.draw_other(state, 0.991)
    server.slots = 128
    server.asked.clear()
    assert model.draw_other(state, 0.991) not in told
    assert {request["n"] for request in server.asked} == {8}


@pytest.mark.parametrize(
    "address",
    [
        "openai:",
        "openai:ftp://host/v1",
        "openai:http://",
        "openai:file:///etc/passwd",
        "openai:http://user:secret@host/v1",
        "openai:http://host:99999/v1",
        "openai:http://host:0/v1",
        "openai:http://host/v1?key=secret",
        "openai:http://ho st/v1",
        "openai:http://host/" + "x" * 500,
        "http://host/v1",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_repeated(address):
    with pytest.raises(ValueError, match=r"\.$") as error:
        read_address(address)
    assert "secret" not in str(error.value)


def test_an_address_is_read():
    read = read_address(" OpenAI:https://host:8000/v1/#some/name ", "k")
    assert (read.url, read.model, read.key) == ("https://host:8000/v1", "some/name", "k")
    with pytest.raises(ValueError, match="ONE_LOOP_LM_KEY"):
        read_address("openai:http://host/v1", "ké")


U = 0.999  # a draw that falls on the others


def test_a_server_that_draws_slowly_goes_on_where_it_was(server, monkeypatch):
    model, prompt = asked(server)
    monkeypatch.setattr(serving_model, "PATIENCE", 0.0)
    state = model.encode(prompt)
    told, _ = model.told(state)
    server.asked.clear()
    likeliest, _ = server.distribution(prompt)

    def damage(answer):
        for choice in answer["choices"] if len(server.asked) < 3 else ():
            choice["logprobs"]["tokens"] = [likeliest[0]]
        return answer

    server.damage = damage
    failures, token = [], None
    while token is None and len(failures) < 100:
        try:
            token = model.draw_other(state, U)
        except ServerError as error:
            failures.append(str(error))
    assert all("ask again, and it goes on" in said for said in failures)
    assert len(failures) >= 2
    assert token not in told
    seeds = [request["seed"] for request in server.asked]
    assert len(set(seeds)) == len(seeds)  # nothing was asked twice
