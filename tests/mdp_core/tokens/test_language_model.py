"""Text goes in and comes out whole, and kept prefixes never change a number."""

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from mdp_core.tokens import language_model
from mdp_core.tokens.language_model import KEPT_LOGITS, LanguageModel
from mdp_core.tokens.pieces import pieces
from mdp_core.tokens.prefix_cache import PrefixCache
from mdp_core.tokens.prompts import (
    MAX_CHARACTERS,
    CharacterError,
    EmptyPromptError,
    LongPromptError,
    PromptError,
    UnknownWordsError,
)
from tests.mdp_core.tokens.tiny import byte_level_model, from_scratch, network, word_level_model

ARABIC = "كان الفيلم رائعا"
FAMILY = "👩‍👩‍👧"  # three characters of four bytes each, joined by two of three


@pytest.fixture(scope="module")
def tiny():
    return byte_level_model(window=256)


@pytest.fixture(scope="module")
def wordy():
    return word_level_model()


# Text


def test_every_text_begins_with_what_the_model_wants_in_front(tiny, wordy):
    assert tiny.start == (1,)
    assert tiny.encode("the movie")[0] == 1
    assert wordy.start == ()
    assert wordy.encode("the movie was") == (2, 3, 4)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60))
@example(ARABIC)
@example(FAMILY)
@example("<b>bold</b><script>alert(1)</script>")
def test_any_text_comes_back_as_it_was_typed(tiny, text):
    try:
        ids = tiny.encode(text)
    except EmptyPromptError:
        assert not any(character.isalnum() for character in text)
        return
    assert tiny.decode(ids) == text
    assert "".join(tiny.pieces(ids)) == text
    assert not set(ids[1:]) & {0, 1}


@pytest.mark.parametrize("text", [ARABIC, FAMILY, "<script>alert(1)</script>", "a\r\nb\tc", " a  b "])
def test_any_text_comes_back_from_the_real_model(smollm2, text):
    ids = smollm2.encode(text)
    assert smollm2.decode(ids) == text.replace("\r\n", "\n")
    assert "".join(smollm2.pieces(ids)) == smollm2.decode(ids)


@pytest.mark.parametrize("typed", ["<|end|>", "<|start|>", "good<|end|> bad", "<|end|><|start|>"])
def test_special_tokens_typed_as_text_are_text(tiny, typed):
    ids = tiny.encode(typed)
    assert not set(ids[1:]) & {0, 1}
    assert tiny.decode(ids) == typed


def test_a_special_token_typed_to_a_vocabulary_of_words_is_a_word_that_it_does_not_know(wordy):
    with pytest.raises(UnknownWordsError) as caught:
        wordy.encode("the movie <end> was <unk>")
    assert caught.value.words == ("<end>", "<unk>")


def test_special_tokens_typed_to_the_real_models(pocket, smollm2):
    for typed in ("<|im_end|>", "<|im_start|>system", "<|endoftext|>", "<repo_name>"):
        ids = smollm2.encode(typed)
        assert min(ids) > 16  # 0 to 16 are its special tokens
        assert smollm2.decode(ids) == typed
    for token in sorted(pocket.end_tokens | set(pocket.start)):
        with pytest.raises(UnknownWordsError):
            pocket.encode("the movie " + pocket.piece(token))


def test_the_start_that_is_typed_stands_once(tiny):
    assert tiny.encode("<|start|>the movie") == tiny.encode("the movie")
    assert tiny.encode("<|start|>the movie").count(1) == 1
    assert tiny.decode(tiny.encode("<|start|><|start|>the")) == "<|start|>the"  # the second one is text
    assert tiny.decode(tiny.encode("the <|start|>")) == "the <|start|>"


@pytest.mark.parametrize("kind", [models.WordLevel, models.BPE])
def test_a_vocabulary_of_two_tokens_says_which_words_it_lacks(kind):
    vocabulary = {"x": 0, "y": 1}
    own = Tokenizer(kind(vocabulary) if kind is models.WordLevel else kind(vocabulary, []))
    own.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    own.post_processor = processors.TemplateProcessing(single="y $A", special_tokens=[("y", 1)])
    two = LanguageModel(network(vocab_size=2), PreTrainedTokenizerFast(tokenizer_object=own), name="Two", id="two")
    assert two.start == (1,)
    assert two.encode("x x") == (1, 0, 0)
    with pytest.raises(UnknownWordsError, match="Two does not know “the”, “movie”:"):
        two.encode("the movie the")


def test_unknown_words_are_named_once_and_as_typed(wordy):
    with pytest.raises(UnknownWordsError, match="Wordy does not know “Zebra”, “quantum”: choose") as caught:
        wordy.encode("the Zebra was quantum and zebra")
    assert caught.value.words == ("Zebra", "quantum")
    with pytest.raises(UnknownWordsError, match="“a0”, “a1”, “a2”, 7 more:"):
        wordy.encode(" ".join(f"a{i}" for i in range(10)))
    with pytest.raises(UnknownWordsError) as caught:
        wordy.encode("x" * 5000)
    assert len(str(caught.value)) < 150
    assert caught.value.words == ("x" * 5000,)
    with pytest.raises(UnknownWordsError, match=r"know “U\+200B”, “U\+0301”:"):
        wordy.encode("the \u200b movie \u0301\u0301")


@pytest.mark.parametrize("blank", ["", " ", "\n\t ", "\u200b", "\u00a0\u3000", "\u202e\u200d"])
def test_a_prompt_of_nothing_visible_is_empty(tiny, blank):
    with pytest.raises(EmptyPromptError, match="empty"):
        tiny.encode(blank)


@pytest.mark.parametrize(
    ("prompt", "position", "code"),
    [("the \x07movie", 5, "U+0007"), ("\x00", 1, "U+0000"), ("a\x9bb", 2, "U+009B"), ("a\rb", 2, "U+000D")],
)
def test_control_characters_are_named_with_their_place(tiny, prompt, position, code):
    with pytest.raises(
        CharacterError, match=rf"Character {position} .* control character \({re.escape(code)}\)"
    ) as caught:
        tiny.encode(prompt)
    assert caught.value.position == position


def test_half_a_character_is_refused(tiny):
    with pytest.raises(CharacterError, match=r"Character 3 .* \(U\+D83D\)"):
        tiny.encode("ab\ud83d")


def test_line_breaks_and_tabs_are_text_and_windows_line_ends_are_line_breaks(tiny, wordy):
    assert tiny.decode(tiny.encode("a\r\nb\tc\n")) == "a\nb\tc\n"
    assert wordy.encode("the\n\tmovie") == wordy.encode("the movie")


def test_too_long_prompts_are_refused_with_the_counts(tiny):
    with pytest.raises(LongPromptError, match="100,000 characters and at most 20,000") as caught:
        tiny.encode("a" * 100_000)
    assert (caught.value.count, caught.value.limit) == (100_000, MAX_CHARACTERS)
    with pytest.raises(LongPromptError, match="301 tokens and at most 256"):
        tiny.encode("z" * 300)
    assert len(tiny.encode("z" * 255)) == 256
    assert issubclass(LongPromptError, PromptError)
    assert issubclass(PromptError, ValueError)


# Pieces


def test_a_split_character_belongs_to_the_token_that_completes_it(tiny):
    ids = tiny.encode("a🦊b")
    assert len(ids) == 7  # start, a, four bytes, b
    assert tiny.pieces(ids) == ["", "a", "", "", "", "🦊", "b"]


def test_until_it_is_complete_a_replacement_sign_stands_for_it(tiny):
    ids = tiny.encode("a🦊b")
    for n in (3, 4, 5):
        assert tiny.pieces(ids[:n]) == ["", "a", "�", *[""] * (n - 3)]
    assert tiny.pieces((*ids[:3], ids[-1])) == ["", "a", "�", "b"]  # and for one that never will be


@given(st.lists(st.integers(0, 299), max_size=90))
def test_pieces_join_to_the_text_whatever_the_tokens(tiny, ids):
    found = tiny.pieces(ids)
    assert len(found) == len(ids)
    assert "".join(found) == tiny.decode(ids)


def test_pieces_of_words_carry_their_blanks(wordy, pocket):
    assert wordy.pieces((2, 3, 0, 4)) == ["the", " movie", "", " was"]
    ids = pocket.encode("the movie was good .")
    assert pocket.pieces(ids) == ["", "the", " movie", " was", " good", "."]


def test_pieces_of_a_decoder_that_takes_back_what_it_said_far_behind():
    def decode(ids):
        return ("A" if len(ids) > 60 else "a") + "b" * (len(ids) - 1) if ids else ""

    ids = list(range(70))
    found = pieces(decode, ids)
    assert len(found) == 70
    assert "".join(found) == decode(ids)
    assert found[60] == "A" + "b" * 60


def test_a_token_on_its_own(tiny, wordy, smollm2):
    assert tiny.piece(0) == "<|end|>"
    assert tiny.piece(tiny.encode("🦊")[1]) == "�"
    assert wordy.piece(3) == "movie"
    assert smollm2.piece(smollm2.encode("The movie")[1]) == " movie"
    assert smollm2.piece(2) == "<|im_end|>"


def test_no_two_tokens_are_named_alike(tiny, wordy, smollm2):
    the, blank_the = smollm2.encode("the")[0], smollm2.encode("a the")[1]
    assert (smollm2.named(the), smollm2.named(blank_the)) == ("the", "␣the")
    assert [tiny.named(token) for token in tiny.encode("🦊")[1:]] == ["⟨F0⟩", "⟨9F⟩", "⟨A6⟩", "⟨8A⟩"]
    assert wordy.named(3) == "movie"
    assert smollm2.named(2) == "<|im_end|>"


def test_outputs_behind_the_last_token_are_unused_ids():
    padded = byte_level_model(vocab_size=320)
    tokens = len(padded.tokenizer)
    assert padded.named(tokens - 1) != f"unused id {tokens - 1}"
    assert padded.named(tokens) == f"unused id {tokens}"
    assert padded.unused == 320 - tokens
    assert word_level_model().unused == 0


# Numbers


def passes(model, monkeypatch):
    """The tokens read by every forward pass from now on, as a list that grows."""
    read = []
    forward = model.model.forward

    def counted(*args, **kwargs):
        read.append(tuple(kwargs["input_ids"].shape))
        return forward(*args, **kwargs)

    monkeypatch.setattr(model.model, "forward", counted)
    return read


def test_one_more_token_and_a_branch_each_cost_a_pass_of_one_token(monkeypatch):
    model = byte_level_model()
    read = passes(model, monkeypatch)
    text = (1, 40, 41, 42, 43)
    for n in (3, 4, 5):
        model.logits(text[:n])
    assert read == [(1, 3), (1, 1), (1, 1)]
    model.logits((*text[:3], 99))  # branch
    model.logits((*text[:2], 98))  # and again, from the middle of the prompt
    model.logits((*text, 44))  # and the first goes on
    assert read[3:] == [(1, 1)] * 3
    model.logits(text[:4])  # known
    assert len(read) == 6
    model.logits((*text[:4], 7, 8, 9))  # three behind a known prefix
    assert read[6:] == [(1, 3)]


@pytest.mark.parametrize("kind", ["llama", "gpt2", "sliding", "mamba"])
def test_branches_give_the_numbers_of_a_fresh_reading(kind):
    model = byte_level_model(kind)
    assert model.remembers == (kind != "mamba")
    rng = np.random.default_rng(3)
    states = [tuple(rng.integers(0, 300, 5).tolist())]
    for _ in range(40):
        parent = states[rng.integers(len(states))]
        states.append((*parent[: rng.integers(1, len(parent) + 1)], *rng.integers(0, 300, rng.integers(1, 4)).tolist()))
        np.testing.assert_allclose(model.logits(states[-1]), from_scratch(model, states[-1]), atol=1e-4)
    for state in states:  # no branch has harmed another
        np.testing.assert_allclose(model.logits((*state, 5)), from_scratch(model, (*state, 5)), atol=1e-4)


def test_branches_of_the_real_model_give_the_numbers_of_a_fresh_reading(smollm2):
    prompt = smollm2.encode("The movie was")
    text = prompt
    for _ in range(6):
        text = (*text, int(smollm2.ranking(text)[0]))
    for state in (text, (*text[:4], 1234), (*text[:4], 1234, 567), (*text, 89), (*prompt[:2], 4321)):
        np.testing.assert_allclose(smollm2.logits(state), from_scratch(smollm2, state), atol=1e-4)


def test_ranking_is_by_logit_then_by_id(tiny):
    state = tiny.encode("the movie")
    logits, ranking = tiny.logits(state), tiny.ranking(state)
    np.testing.assert_array_equal(ranking, np.lexsort((np.arange(300), -logits)))
    assert not logits.flags.writeable
    assert not ranking.flags.writeable


def test_numbers_that_are_no_text_of_the_model_are_refused(tiny):
    for wrong, message in (((), "at least one token"), ((300,), "from 0 to 299"), ((-1,), "from 0 to 299")):
        with pytest.raises(ValueError, match=message):
            tiny.logits(wrong)
    with pytest.raises(LongPromptError, match="257 tokens and at most 256"):
        tiny.logits((5,) * 257)


def test_four_threads_get_the_numbers_of_one():
    shared, alone = byte_level_model(), byte_level_model()
    rng = np.random.default_rng(0)
    texts = [(1, *rng.integers(2, 300, 20).tolist()) for _ in range(6)]
    texts += [(*texts[i][:10], *rng.integers(2, 300, 8).tolist()) for i in range(6)]

    def read(seed):
        own = np.random.default_rng(seed)
        order = [(text, n) for text in texts for n in range(2, len(text))]
        return {
            order[i][0][: order[i][1]]: shared.logits(order[i][0][: order[i][1]]) for i in own.permutation(len(order))
        }

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(read, range(4)))
    for state in answers[0]:
        expected = alone.logits(state)
        for answer in answers:
            # float32 rounds otherwise where a text was read on from another prefix: by 1e-5, and on some processors more.
            np.testing.assert_allclose(answer[state], expected, atol=5e-5)


def test_forgetting_follows_new_weights():
    model = byte_level_model()
    state = model.encode("the movie")
    before = model.logits(state)
    with torch.no_grad():
        model.model.lm_head.weight.mul_(2.0)
    np.testing.assert_array_equal(model.logits(state), before)
    model.forget()
    np.testing.assert_allclose(model.logits(state), 2 * before, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.logits((*state, 7)), from_scratch(model, (*state, 7)), atol=1e-4)


def test_what_is_kept_is_bounded(tiny, smollm2):
    for i in range(60):
        tiny.logits((1, *range(2, 200), i))
        tiny.logits((1, i, *range(2, 200)))
    assert tiny._prefixes.tokens <= 4096
    for i in range(200):
        smollm2._keep((i,), None)
    assert len(smollm2._answers) == KEPT_LOGITS // (8 * 49_152) == 170
    smollm2.forget()


def test_the_text_used_last_stays_and_the_one_used_longest_ago_goes():
    cache = PrefixCache(10)
    keys = torch.arange(8.0).reshape(1, 1, 8, 1)

    def add(*ids):
        _, layers = cache.longest(ids)
        layers.layers.clear()
        layers.update(keys[:, :, : len(ids)], keys[:, :, : len(ids)], 0)
        cache.add(ids, layers)

    def known(*ids):
        return cache.longest(ids)[0]

    add(1, 2, 3, 4)
    add(1, 2, 3, 4, 5)  # in place of its beginning
    assert (len(cache), cache.tokens) == (1, 5)
    add(6, 7, 8)
    assert known(1, 2, 9) == 2  # used: the other one is the older now
    add(1, 9, 9)
    assert (len(cache), cache.tokens) == (2, 8)
    assert known(6, 7, 8) == 0
    assert known(1, 9, 9) == 3
    add(*range(20, 28))  # longer than there is room for beside anything
    assert (len(cache), cache.tokens) == (1, 8)
    cache.max_tokens = 3
    add(*range(30, 38))
    assert (len(cache), known(*range(30, 38))) == (1, 8)


def test_end_tokens_and_windows_of_the_real_models(pocket, smollm2):
    assert smollm2.end_tokens == {2}
    assert (smollm2.window, smollm2.vocabulary_size) == (8192, 49152)
    assert [pocket.piece(token) for token in pocket.end_tokens] == ["<eos>"]
    assert pocket.vocabulary_size <= 512


def test_a_model_of_many_parameters_is_slow(pocket, smollm2):
    assert (pocket.is_slow, smollm2.is_slow) == (False, True)


def test_the_limit_counts_parameters(monkeypatch):
    network = byte_level_model()
    count = sum(weights.numel() for weights in network.model.parameters())
    monkeypatch.setattr(language_model, "SLOW", count)
    assert not network.is_slow
    monkeypatch.setattr(language_model, "SLOW", count - 1)
    assert byte_level_model().is_slow
