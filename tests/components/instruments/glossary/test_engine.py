"""The browser finds the same terms in a sentence as Python does, and reads what no sentence is."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from mdp_core.glossary import TERMS, find, spans
from tests.node import engine
from tests.page_words import said

CASES = json.loads((Path(__file__).parents[3] / "cases/glossary.json").read_text(encoding="utf-8"))
TABLE = [asdict(term) for term in TERMS]


@pytest.fixture(scope="module")
def ask():
    return engine("components/instruments/glossary/engine.js")


def units(text):
    """The place of each character as JavaScript counts, in which an emoji is two."""
    return [len(text[:i].encode("utf-16-le")) // 2 for i in range(len(text) + 1)]


def test_both_languages_find_the_same_spans(ask):
    """In the cases by hand, in every spelling, and in every sentence of the pages."""
    texts = [case["text"] for case in CASES]
    texts += [f"x {spelling}, y" for term in TERMS for spelling in (term.name, *term.also)]
    texts += [sentence.text for sentence in said()]
    (found,) = ask(["spansBy", TABLE, texts])
    for text, here in zip(texts, found, strict=True):
        at = units(text)
        assert [(span["begin"], span["end"], span["term"]) for span in here] == [
            (at[span.begin], at[span.end], span.term) for span in spans(text)
        ]


def test_signs_of_formulas(ask):
    signs = {
        ("G", "t"): "return-to-go",
        ("G", ""): "group",
        ("γ", ""): "discount factor",
        ("A", "i"): "advantage",
        ("A", "t"): "action",
        ("S", "t+1"): "next state",
        ("v", "∗"): "optimal value",
        ("v", "k"): "state value",
        ("π", "0"): "policy",
        ("ϵ", ""): "clip",
        ("κ", ""): "rationality",
        ("(", ""): None,
        ("", ""): None,
    }
    (found,) = ask(["signsBy", TABLE, [list(sign) for sign in signs]])
    assert [None if term is None else TERMS[term].name for term in found] == list(signs.values())


def test_the_number_behind_a_name(ask):
    texts = {
        " 0.90": "0.90",
        " = −1.5 nats": "−1.5 nats",
        ": 0.42 nats a text": "0.42 nats",
        " 12,345": "12,345",
        " 1, and so on": "1",
        " 95 %": "95 %",
        " 1/N": "1",
        " falls": "",
        " 3x": "",
        "": "",
    }
    assert ask(*(["numberIn", text] for text in texts)) == list(texts.values())


def test_what_is_quoted_is_somebody_elses(ask):
    text = "the policy “policy” and “a policy"
    places = [{"begin": i, "end": i + 6, "term": 0} for i in (4, 12, 27)]
    assert ask(["unquoted", places, text]) == [places[:1]]


def test_a_search_finds_names_first(ask):
    numbers = {term.name: i for i, term in enumerate(TERMS)}
    (gamma,), (kappa, nothing) = (
        ask(["found", TABLE, "GAMMA"])[:1],
        ask(["found", TABLE, "κ"], ["found", TABLE, "qwxz"]),
    )
    assert gamma[0] == numbers["discount factor"]
    assert kappa == [numbers["rationality"]]
    assert nothing == []
    assert find("gamma").name == "discount factor"
