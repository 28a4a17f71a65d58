"""The glossary is found in sentences by its spellings, and explains itself by nothing but itself."""

import json
from collections import Counter
from pathlib import Path

import pytest

from mdp_core.glossary import TERMS, find, spans, terms_in
from mdp_core.glossary.reading import Reader
from mdp_core.glossary.term import Term

CASES = json.loads((Path(__file__).parents[2] / "cases/glossary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_terms_by_hand(case):
    found = [[case["text"][span.begin : span.end], TERMS[span.term].name] for span in spans(case["text"])]
    assert found == case["terms"]
    assert [term.name for term in terms_in(case["text"])] == list(dict.fromkeys(name for _, name in case["terms"]))


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_every_spelling_finds_its_term(term):
    assert all(find(spelling) is term for spelling in (term.name, *term.also))


def test_what_is_no_whole_spelling_finds_nothing():
    assert find("the policy") is None
    assert find("") is None


def test_names_are_unique_and_sentences_are_sentences():
    assert max(Counter(term.name for term in TERMS).values()) == 1
    for term in TERMS:
        for sentence in filter(None, (term.says, term.grid, term.text)):
            assert sentence[-1] == "."
            assert sentence == " ".join(sentence.split())
            assert len(sentence) < 200


def test_one_spelling_has_one_meaning():
    with pytest.raises(ValueError, match="“gamma”"):
        Reader([Term("gamma", "", (), "One."), Term("discount", "", ("gamma",), "Two.")])
