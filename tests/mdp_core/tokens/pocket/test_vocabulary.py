from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from mdp_core.tokens.pocket.grammar import END, review_grammar
from mdp_core.tokens.pocket.vocabulary import (
    SPECIAL,
    WEIGHTS,
    encode,
    ids,
    vocabulary,
    word_tokenizer,
)


def unknown_words(text):
    """The words and signs of `text` that Pocket does not know, as typed, in order, each once whatever its case."""
    encoding = word_tokenizer().encode(text, add_special_tokens=False)
    unknown = {}
    for token, (begin, end) in zip(encoding.ids, encoding.offsets, strict=True):
        if token == ids()["<unk>"]:
            unknown.setdefault(text[begin:end].lower(), text[begin:end])
    return list(unknown.values())


@pytest.fixture(scope="module")
def shipped():
    return AutoTokenizer.from_pretrained(WEIGHTS)


def test_at_most_512_tokens_the_special_ones_first():
    assert len(vocabulary()) == len(set(vocabulary())) <= 512
    assert vocabulary()[:3] == ("<bos>", "<eos>", "<unk>")
    assert list(vocabulary()[3:]) == sorted(vocabulary()[3:])
    assert ids()["movie"] == vocabulary().index("movie")


def test_the_shipped_tokenizer_is_this_one(shipped):
    assert Tokenizer.from_file(str(WEIGHTS / "tokenizer.json")).get_vocab() == ids()
    assert len(shipped) == len(vocabulary())
    assert (shipped.bos_token_id, shipped.eos_token_id, shipped.unk_token_id) == (0, 1, 2)
    text = "The movie was NOT good, but <eos> the é! ending's 映画 <bos>."
    assert shipped(text).input_ids == word_tokenizer().encode(text).ids


def test_text_to_ids_and_back(shipped):
    words = ["the", "movie", "was", "long", ",", "but", "i", "loved", "the", "ending", "!"]
    assert shipped("The movie was long, but I loved\tthe  ending!").input_ids == [0, *encode(words)]
    assert (
        shipped.decode([0, *encode(words)], skip_special_tokens=True) == "the movie was long, but i loved the ending!"
    )
    assert shipped.decode([]) == ""


def test_every_review_survives_the_round_trip(shipped):
    rng = np.random.default_rng(5)
    for _ in range(300):
        written = encode(review_grammar().sample(rng))
        text = shipped.decode(written, skip_special_tokens=True)
        assert " ." not in text
        assert shipped(text, add_special_tokens=False).input_ids == written[:-1]
        assert unknown_words(text) == []


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("", []),
        (" \t\n ", []),
        ("The MOVIE was great!!", []),
        ("the spaceship was GRAND, the Spaceship was grand", ["spaceship", "GRAND"]),
        ("<eos>", ["<", "eos", ">"]),
        ("the <bos> movie<unk>", ["<", "bos", ">", "unk"]),
        ("i don't like well-made soup", ["don't", "well-made"]),
        ("the movie 🎬 was שלום \x00 ok?", ["🎬", "שלום", "\x00", "ok", "?"]),
        ("İstanbul was great", ["İstanbul"]),
        ("great\u200bgreat", ["\u200b"]),
    ],
)
def test_unknown_words_are_named_in_order_each_once(text, unknown):
    assert unknown_words(text) == unknown


@given(st.lists(st.one_of(st.sampled_from([*SPECIAL, *(s.upper() for s in SPECIAL), "the", "<", ">"]), st.text())))
def test_no_text_becomes_a_special_token(shipped, pieces):
    text = "".join(pieces)
    for found in (shipped(text, add_special_tokens=False).input_ids, word_tokenizer().encode(text).ids[1:]):
        assert not {ids()["<bos>"], ids()[END]} & set(found)
    assert (ids()["<unk>"] in found) == bool(unknown_words(text))


def test_a_very_long_text_is_read():
    assert unknown_words("x" * 100_000) == ["x" * 100_000]
    assert unknown_words("the movie " * 10_000) == []
    assert unknown_words("zzz " * 25_000) == ["zzz"]
