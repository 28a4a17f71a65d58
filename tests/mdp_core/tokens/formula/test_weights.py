import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.tokens.formula import Formula
from mdp_core.tokens.formula.weights import READY_MADES, WeightedSum, weighted_sum

TEXT = "A wonderful day, and so I say: it is a very good day."


def test_sliders_write_a_formula():
    weights = {"sentiment": 1, "word": -0.5, "readability": 2, "rhyme": 0}
    assert (
        WeightedSum(weights, word="fun").formula()
        == 'sentiment(text) - 0.5 * has(text, "fun") + 2 * readability(text) / 100'
    )
    assert WeightedSum({"repetition": -1}).formula() == "-repetition(text)"
    assert WeightedSum({"length": 0.25}, length=7).formula() == "0.25 * near(words(text), 7)"
    assert WeightedSum().formula() == "0"


@given(
    st.dictionaries(st.sampled_from(list(READY_MADES)), st.integers(-30, 30).filter(bool).map(lambda n: n / 10)),
    st.sampled_from(["wonderful", "a b", "it's", "#1", "日本"]),
    st.integers(1, 200),
)
def test_what_sliders_write_they_read_back(weights, word, length):
    found = weighted_sum(WeightedSum(weights, word, length).formula())
    assert found.weights == pytest.approx(weights)
    assert found.word == (word if "word" in weights else "wonderful")
    assert found.length == (length if "length" in weights else 10)


@pytest.mark.parametrize(
    ("source", "weights"),
    [
        ("sentiment(text) * 2", {"sentiment": 2}),
        ("-(sentiment(text)) / 4 - -0.5 * rhyme(text)", {"sentiment": -0.25, "rhyme": 0.5}),
        ("0.02 * readability(text)", {"readability": 2}),
        ("0", {}),
    ],
)
def test_what_is_typed_by_hand_is_read_too(source, weights):
    found = weighted_sum(source)
    assert found.weights == pytest.approx(weights)
    assert Formula(found.formula())(TEXT).total == pytest.approx(Formula(source)(TEXT).total)


@pytest.mark.parametrize(
    "source",
    [
        "1 + sentiment(text)",
        "sentiment(text) * sentiment(text)",
        "sentiment(text) + sentiment(text)",
        'has(text, "a") + has(text, "b")',
        "near(words(text), 2.5)",
        "near(letters(text), 3)",
        'count(text, "!")',
        "max(0, rhyme(text))",
        "2 / sentiment(text)",
        "words(text)",
    ],
)
def test_any_other_formula_is_no_weighted_sum(source):
    assert weighted_sum(source) is None


def test_a_word_with_quotation_marks_cannot_break_out():
    written = WeightedSum({"word": 1}, word='") + 1e9 + has(text, "\\').formula()
    assert Formula(written)(TEXT).total == 0
