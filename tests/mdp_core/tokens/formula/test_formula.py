import math
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdp_core.tokens.formula import FUNCTIONS, MAX_TEXT, Formula, FormulaError, UnscoredError, evaluation
from mdp_core.tokens.rewards import reward_from
from mdp_core.tokens.scores import MAX_FORMULA, Score, ScoreSpec, Sentiment, WishedLength

LOVE = "I love it!! Really."


def value(source, text=LOVE):
    return Formula(source)(text).total


def test_a_formula_is_a_sum_and_its_terms_are_the_parts_of_the_score():
    score = Formula('2 * sentiment(text) - 0.1*count(text, "!") + (words(text) - 3) - 1')(LOVE)
    feeling = Sentiment()(LOVE).total
    assert score.total == pytest.approx(2 * feeling - 0.2 + 1 - 1)
    assert [name for name, _ in score.parts] == [
        "2 * sentiment(text)",
        '- 0.1*count(text, "!")',
        "words(text) - 3",
        "- 1",
    ]
    assert [part for _, part in score.parts] == pytest.approx([2 * feeling, -0.2, 1, -1])
    assert score.total == sum(part for _, part in score.parts)


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("1 + 2 * 3 ** 2 / 4 % 5", 1 + 2 * 3**2 / 4 % 5),
        ("-7 % 3", 2),
        ("-2 ** 2", -4),
        ("words(text)", 4),
        ("letters(text)", 13),
        ("sentences(text)", 2),
        ("1 if words(text) > 3 else 0", 1),
        ("1 < 2 <= 2 != 3", 1),
        ("3 > 2 > 2", 0),
        ("0 or 5", 5),
        ("3 and 5", 5),
        ("not 3", 0),
        ("(1 > 0) + (2 > 0)", 2),
        ("min(3, 1, 2) + max(4, 6) + abs(-2) + sqrt(9)", 12),
        ("log(1)", 0),
        ("near(words(text), 4) + near(5, 4) + near(9, 4)", 1.75),
        ('has(text, "really") - has(text, "real")', 1),
        ("count(text, “!”) × 2", 4),  # as a phone types it
    ],
)
def test_what_it_gives(source, number):
    assert value(source) == pytest.approx(number)


def test_a_spec_names_its_formula_and_near_is_the_wished_for_length():
    assert reward_from(ScoreSpec("formula", formula="words(text)"))(LOVE).total == 4
    for text in ("", "one", "one two three four five six", LOVE):
        assert value("near(words(text), 3)", text) == WishedLength(3)(text).total
    assert Formula("1") == Formula("1") != Formula("2")


@pytest.mark.parametrize(
    ("source", "column", "sentence"),
    [
        ("", 1, "no formula yet"),
        ("1 + sentimnt(text)", 5, "did you mean sentiment?"),
        ("len(text)", 1, "did you mean words?"),
        ("1 + frobnicate", 5, "There are sentiment, has, count"),
        ('count(text, "a', 13, "quotation mark is never closed"),
        ("1 + (2 * 3", 5, "a ) is missing"),
        ("1)", 2, "No bracket that was opened"),
        ("1 +", 4, "missing at the end"),
        ("  1 +  ", 6, "missing at the end"),
        ("words(text) = 3", 13, "write =="),
        ("1 && 2", 4, "write and"),
        ("words(text) ^ 2", 13, "write **"),
        ("1 if 2", 1, "needs an else"),
        ("0,5", 1, "0.5"),
        ("text", 1, "the text itself and no number"),
        ("1 + text", 5, "the text itself and no number"),
        ('text == "good"', 1, "the text itself and no number"),
        ("words", 1, "write words(text)"),
        ("words()", 1, "takes 1 argument"),
        ("min(1)", 1, "at least 2 arguments"),
        ('words("good")', 7, "Here stands text"),
        ("count(text, text)", 13, "quotation marks"),
        ('count(text, " ")', 13, "nothing between"),
        ('count(text, wanted="a")', 20, "by its name"),
        ('"é" + 1', 1, "is no number"),
        ('has(text, "日本") + foo', 19, "no “foo”"),
        ("1e10", 1, "at most 1,000,000,000"),
        ("1j", 1, "no number"),
        ("True", 1, "no number"),
        ("1 # nothing", 3, "#"),
        ("text.upper()", 1, "Only a function"),
        ("words(text).real", 1, "none of them"),
        ("[1, 2][0]", 1, "none of them"),
        ("[x for x in 1]", 1, "none of them"),
        ("lambda: 1", 1, "none of them"),
        ("f'{1}'", 1, "none of them"),
        ("max(*[1, 2], 3)", 5, "none of them"),
        ("words(text)(1)", 1, "Only a function"),
        ("x := 1", 3, "gives nothing a name"),
        ("'\\x41'", 2, "cannot be in a formula"),
        ("1\x00", 2, "cannot be in a formula"),
        ("(" * 300, 201, "too many brackets"),
        ("-" * 400 + "1", 26, "too many brackets"),
        ("1+" * 249 + "1", 301, "at most 150"),
        ("1" * 501, 501, "at most 500 characters"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_column(source, column, sentence):
    with pytest.raises(FormulaError) as caught:
        Formula(source)
    assert (caught.value.column, sentence in caught.value.sentence) == (column, True), str(caught.value)
    assert str(caught.value) == f"Formula, column {column}: {caught.value.sentence}"


@pytest.mark.parametrize(
    ("source", "column", "sentence"),
    [
        ("1 + 2 / (words(text) - 4)", 10, "no dividing by 0"),
        ("1 % (words(text) - 4)", 6, "no dividing by 0"),
        ("0 ** -1", 1, "no dividing by 0"),
        ("1 + (-8) ** 0.5", 5, "whole exponent"),
        ("2 + sqrt(-1)", 5, "square root"),
        ("log(0)", 1, "logarithm"),
        ("10 ** 100", 1, "beyond 1,000,000,000"),
        ("1e9 + 1", 7, "beyond 1,000,000,000"),
        ("near(1, 0)", 1, "no dividing by 0"),
    ],
)
def test_a_text_without_a_number_is_said_with_the_text(source, column, sentence):
    with pytest.raises(UnscoredError, match=r"This was for the text “I love it!! Really\.”") as caught:
        Formula(source)(LOVE)
    assert isinstance(caught.value, ValueError)
    assert (caught.value.column, caught.value.text) == (column, LOVE)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"), [("a" * 60, "“" + "a" * 60 + "”"), ("a" * 59 + "bc", "“" + "a" * 59 + "…”")]
)
def test_a_long_text_without_a_number_is_shown_by_its_first_sixty_characters(text, shown):
    with pytest.raises(UnscoredError) as caught:
        value("1 / (words(text) - 1)", text)
    assert f" This was for the text {shown}." in str(caught.value)
    assert caught.value.text == text


@pytest.mark.parametrize(("name", "shown"), [("q" * 30, "q" * 30), ("q" * 31, "q" * 29 + "…")])
def test_a_name_that_is_none_is_shown_by_its_first_thirty_characters(name, shown):
    with pytest.raises(FormulaError, match=f"There is no “{shown}”"):
        Formula(name)


@pytest.mark.parametrize(
    "opening", ["-(", "not (", "1+(", "(1*", "1<(", "(1 and ", "(0 or ", "(1 if 1 else ", "abs(", "min(1, "]
)
def test_signs_and_brackets_go_twenty_five_deep_and_no_deeper(opening):
    def nested(times):
        return opening * times + "1" + ")" * times

    assert math.isfinite(value(nested(24)))
    with pytest.raises(FormulaError, match="too many brackets or signs inside each other"):
        Formula(nested(30))


def test_the_least_and_the_greatest_of_many_are_bounded_by_all_of_them():
    assert Formula("min(words(text), 7, 5) + max(1, 2, 3, words(text) * 0)").range(100) == (3, 8)
    assert value("min(words(text), 7, 5) + max(1, 2, 3, words(text) * 0)") == 7


def test_only_what_is_needed_is_worked_out():
    assert value("1 if words(text) else 1 / 0") == 1
    assert value("words(text) > 0 or 1 / 0") == 1
    with pytest.raises(UnscoredError):
        value("1 if words(text) else 1 / 0", "")


def test_work_is_bounded_in_the_text_and_in_time(monkeypatch):
    with pytest.raises(UnscoredError, match="at most 5,000 characters"):
        value("words(text)", "a" * (MAX_TEXT + 1))
    asked = []
    formula = Formula("+".join(["sentiment(text)"] * 30))
    monkeypatch.setattr(Sentiment, "__call__", lambda self, text: asked.append(text) or Score(0.5, ()))
    formula(LOVE)
    assert asked == [LOVE]  # once, however often it is written
    monkeypatch.setattr(evaluation, "SECONDS", -1.0)
    with pytest.raises(UnscoredError, match="takes longer"):
        value("1 + 1")


def test_threads_do_not_mix_their_texts():
    formula, wrong = Formula("words(text) + letters(text)"), []

    def score(n):
        text = "a " * n
        wrong.extend(text for _ in range(50) if formula(text).total != 2 * n)

    threads = [threading.Thread(target=score, args=(n,)) for n in (1, 20, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# Properties

PIECES = [*"()+-*/%<>=!,.'\"#:;[]{}\\^&|~ \n\t0123456789ee", "text", "if", "else", "and", "or", "not", "lambda", "in"]
PIECES += ["**", "==", "__class__", "f'", "“", "é", "日", "\x00", "\ud800", "1e308", *FUNCTIONS]


@settings(max_examples=300, deadline=None)
@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.text(max_size=60))
def test_whatever_is_typed_is_a_formula_or_a_formula_error(source, text):
    try:
        formula = Formula(source)
    except FormulaError as error:
        columns = error.column, MAX_FORMULA + 1
    else:
        columns = column_of_failure(formula, text), len(source)
    assert 1 <= columns[0] <= columns[1]


def column_of_failure(formula, text):
    """1 where there is none."""
    try:
        assert math.isfinite(formula(text).total)
    except UnscoredError as error:
        return error.column
    return 1


NUMBERS = st.integers(0, 12).map(str) | st.sampled_from(["0.5", "2.25", "1e-3", "100.0"])
CALLS = st.sampled_from(
    [
        *(
            f"{name}(text)"
            for name in ("words", "letters", "sentences", "sentiment", "repetition", "rhyme", "readability")
        ),
        *['count(text, "good")', 'has(text, "!")', 'count(text, "a b")'],
    ]
)
SIGNS = st.sampled_from(["+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "==", "!=", "and", "or"])


@st.composite
def formulas(draw, depth=3):
    """A formula that can be read, but for its length; what it is worth, Python knows as well."""
    kind = draw(st.sampled_from(["leaf", "two", "two", "one", "choice", "function"])) if depth else "leaf"
    if kind == "leaf":
        return draw(NUMBERS | CALLS)
    part = formulas(depth - 1)
    if kind == "two":
        return f"({draw(part)} {draw(SIGNS)} {draw(part)})"
    if kind == "one":
        return f"({draw(st.sampled_from(['-', 'not ', '+', 'abs', 'sqrt', 'log']))}({draw(part)}))"
    if kind == "choice":
        return f"({draw(part)} if {draw(part)} else {draw(part)})"
    return f"{draw(st.sampled_from(['min', 'max', 'near']))}({draw(part)}, {draw(part)})"


TEXTS = st.lists(
    st.sampled_from(["good", "Bad ", " ", ".", "!", "a b", "\n", "day, say", "é", "ΐ", "क़"]), max_size=12
).map("".join)


@settings(max_examples=200, deadline=None)
@given(formulas().filter(lambda source: len(source) <= MAX_FORMULA), TEXTS)
def test_a_formula_gives_what_python_gives_and_never_leaves_its_range(source, text):
    known = {name: function.value for name, function in FUNCTIONS.items()} | {"sqrt": math.sqrt, "log": math.log}
    formula = Formula(source)
    low, high = formula.range(len(text))
    assert low <= high
    try:
        found = formula(text).total
    except UnscoredError:
        return  # test_a_text_without_a_number_is_said_with_the_text
    assert found == pytest.approx(float(eval(source, {"__builtins__": {}}, known | {"text": text})), rel=1e-9, abs=1e-9)
    assert low <= found <= high


@pytest.mark.parametrize(
    ("source", "low", "high"),
    [
        ("sentiment(text)", -1, 1),
        ("2 * sentiment(text) - has(text, 'x')", -3, 2),
        ("sentiment(text) ** 2", 0, 1),
        ("near(words(text), 5)", 0, 1),
        ("max(0, sentiment(text))", 0, 1),
        ("words(text)", 0, 40),
        ("count(text, 'great')", 0, 32),  # 4 * 40 / 5: a character may become four when its case is folded
        ("readability(text) / 100", 0, 1.2122),
        ("1 if sentiment(text) > 2 else 3", 3, 3),
        ("1 / sentiment(text)", -1e9, 1e9),
        ("words(text) % 3", 0, 3),
        ("words(text) > 3 and 5", 0, 5),
        ("-3 or 2", -3, -3),
    ],
)
def test_the_range_is_as_narrow_as_the_parts_allow(source, low, high):
    assert Formula(source).range(40) == pytest.approx((low, high))
