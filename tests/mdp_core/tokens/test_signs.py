"""No two tokens look the same, and a blank can be seen."""

import doctest

import pytest

from mdp_core.tokens import signs
from mdp_core.tokens.signs import spelt, visible


def test_the_examples_are_true():
    assert doctest.testmod(signs).failed == 0


@pytest.mark.parametrize(
    ("piece", "name"),
    [
        ("the", "the"),
        ("the ", "the␣"),
        ("\n\n", "⏎⏎"),
        (".\n", ".⏎"),
        ("a\nb c", "a⏎b c"),
        (" " * 5 + "\t", "␣×5⇥"),
        ("\u200b", "U+200B"),
        ("\u00a0the", "U+00A0the"),  # no blank as the space is
        ("\x0b", "U+000B"),
    ],
)
def test_blanks_are_seen(piece, name):
    assert visible(piece) == name


@pytest.mark.parametrize(
    ("token", "text", "own"),
    [
        ("▁the", "the", " the"),  # SentencePiece's decoder drops it
        ("▁", "", " "),
        ("the", "the", "the"),
        ("Ġthe", " the", " the"),
        ("<0xE2>", "�", "⟨E2⟩"),
        ("<0x61>", "a", "⟨61⟩"),  # "a" is another token
        ("<0x20>", " ", "⟨20⟩"),  # and so is "▁"
        ("<0x0A>", "\n", "\n"),  # no other token is a line break
        ("ĠðŁ", " �", " ⟨F0 9F⟩"),
        ("Ã©Ã", "é�", "é⟨C3⟩"),
        ("\u0122\u0122", "��", "⟨80 80⟩"),
        ("�", "�", "�"),  # a word that is that sign
    ],
)
def test_a_token_s_own_text(token, text, own):
    assert spelt(token, text) == own
