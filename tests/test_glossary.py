"""No word on a page is left unexplained: it is an everyday one, or the glossary has it."""

import re
from functools import cache
from pathlib import Path

import pytest

from mdp_core.glossary import TERMS, spans
from tests.page_words import said

# Read through by eye: words that a newcomer knows, and proper names. A new one goes in here only if that is true of it;
# any other goes into mdp_core/glossary.
PLAIN = set((Path(__file__).parent / "plain_words.txt").read_text(encoding="utf-8").split())
SIGNS = set("−×÷–→←↑↓▲²’´✕∎")
LATER = {"bootstrap", "Bradley-Terry", "undiscounted"}  # a formula has it, or a page will
WORD = re.compile(r"[^\W\d_][\w'’]*|[^\s\w.,:;!?()\[\]\"'“”…·/<>=+*%|&#{}$@^~-]")
ENDINGS = ("'s", "s", "es", "ed", "d", "ing", "ly", "er", "est", "r")


spans_of = cache(spans)


@cache
def is_plain(word):
    small = word.lower() if len(word) > 1 else word
    stems = [small, *(small.removesuffix(ending) for ending in ENDINGS if small.endswith(ending))]
    return word in SIGNS or any(stem in PLAIN or f"{stem}e" in PLAIN for stem in stems)


def unexplained(text):
    """The words of `text` that are neither everyday ones nor in the glossary."""
    for span in reversed(spans_of(text)):
        text = f"{text[: span.begin]} {text[span.end :]}"
    return [word for word in WORD.findall(text) if not is_plain(word)]


def test_every_word_of_the_pages_is_plain_or_in_the_glossary():
    strange = [(word, sentence.place, sentence.text) for sentence in said() for word in unexplained(sentence.text)]
    assert strange == [], (
        "each is missing in mdp_core/glossary, or is an everyday word: then add it to tests/plain_words.txt"
    )


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_term_is_explained_by_plain_words_and_other_terms(term):
    assert unexplained(" ".join((term.says, term.grid, term.text))) == []


def test_every_term_stands_on_some_page():
    met = {TERMS[span.term].name for sentence in said() for span in spans_of(sentence.text)}
    assert {term.name for term in TERMS} - met == LATER


def test_an_unknown_word_is_found():
    assert unexplained("The policy's logits, gamma 0.9 and a spline ∮") == ["spline", "∮"]


def test_no_sign_of_a_formula_means_two_things():
    signs = [sign for term in TERMS for sign in term.signs]
    assert len(signs) == len(set(signs))
