"""The page Score without a browser: what its controls write, the numbers that it shows, and what it says to bad input."""

import re
from dataclasses import dataclass
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from components.score import page as score
from components.server.models import Models
from mdp_core.tokens.scores import Sentiment
from mdp_core.tokens.sources import Host


@dataclass
class Awake:
    """A warm-up that is over."""

    done: bool = True
    problem: str = ""


def _script():
    from components.score import page as score

    score.page()


@pytest.fixture
def opened(pocket, monkeypatch):
    """opened(prompt="..."): the page as that link opens it; what the field was given last is in `opened.field`."""

    def load(model, host):
        return pocket
        yield

    models = Models(Host(), load)
    assert models.ask("pocket").done.wait(10)
    monkeypatch.setattr(score, "models", lambda: models)
    monkeypatch.setattr(score, "warmup", Awake)

    def field(typed, error, note="", **rest):
        open_it.field = {"typed": typed, "error": error, "note": note, **rest}

    monkeypatch.setattr(score, "formula_field", field)

    def open_it(**query):
        at = AppTest.from_function(_script, default_timeout=60)
        for name, value in query.items():
            at.query_params[name] = value
        return run(at)

    return open_it


def run(at):
    at.run()
    assert [error.value for error in at.exception] == []
    return at


def type_in(opened, at, formula):
    opened.field["on_typed"](formula)
    return run(at)


def slider(at, name):
    generation = f"generation of weight_{name}"
    moved = generation in at.session_state
    n = at.session_state[generation] if moved else 0
    return at.slider(key=f"weight_{name}-{n}" if n else f"weight_{name}")


def table(at):
    """The rows of the table of texts, without the marks: the head, then a list of cells for each text."""
    found = next(block.proto.body for block in at.get("html") if '<div class="scored"' in block.proto.body).replace(
        "<wbr>", ""
    )
    rows = re.findall(r"<tr.*?>(.*?)</tr>", found)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def number(cell):
    return float(cell.removeprefix("▲ ").replace("−", "-"))


def test_sliders_write_the_formula_and_a_typed_one_moves_the_sliders(opened):
    at = opened()
    assert opened.field["typed"] == "sentiment(text) + 0.5 * near(words(text), 8)"
    assert opened.field["note"] == "Every text of the model scores between −1.00 and +1.50."
    assert (slider(at, "sentiment").value, slider(at, "length").value, slider(at, "rhyme").value) == (1.0, 0.5, 0.0)
    slider(at, "length").set_value(0.0)
    slider(at, "word").set_value(-2.0)
    command = opened.field["command"]
    run(at)
    assert opened.field["typed"] == 'sentiment(text) - 2 * has(text, "wonderful")'
    assert opened.field["command"] > command
    type_in(opened, at, "3 * rhyme(text)")
    assert (slider(at, "rhyme").value, slider(at, "word").value, slider(at, "rhyme").disabled) == (3.0, 0.0, False)
    type_in(opened, at, "max(0, rhyme(text))")
    assert slider(at, "rhyme").disabled
    assert "sliders stand still" in at.info[0].value
    at.button(key="score_sliders").click()
    run(at)
    assert opened.field["typed"] == "3 * rhyme(text)"


def test_every_text_has_its_score_and_its_parts_and_so_has_one_s_own(opened):
    at = opened()
    type_in(opened, at, 'sentiment(text) - 0.5 * count(text, "great")')
    at.text_area(key="score_own").set_value("Great great <b>film</b>!")
    run(at)
    head, first, *others = table(at)
    assert head == ["text", "sentiment(text)", '- 0.5 * count(text, "grea…', "score"]
    feeling = Sentiment()("Great great <b>film</b>!").total
    assert first[0] == "Yours: Great great <b>film</b>!"
    assert [number(cell) for cell in first[1:]] == [round(feeling, 2), -1.0, round(feeling - 1, 2)]
    assert len(others) == 6
    for text, *cells in others:
        assert text.startswith("the movie was ")
        assert number(cells[-1]) == pytest.approx(Sentiment()(text).total - 0.5 * text.count("great"), abs=0.006)
    before = [row[0] for row in others]
    at.button(key="score_again").click()
    run(at)
    assert [row[0] for row in table(at)[2:]] != before


def test_what_cannot_be_read_leaves_the_last_scores_and_a_text_without_one_says_why(opened):
    at = opened()
    before = table(at)
    type_in(opened, at, "sentiment(text) + wods(text)")
    error = opened.field["error"]
    assert (error.column, error.sentence) == (19, "There is no “wods”: did you mean words?")
    assert opened.field["typed"] == "sentiment(text) + wods(text)"
    assert table(at) == before
    assert "last formula that could be read" in " ".join(caption.value for caption in at.caption)
    type_in(opened, at, "1 / (words(text) - words(text))")
    assert {row[-1] for row in table(at)[1:]} == {"no score: There is no dividing by 0."}
    assert opened.field["note"] == "No bounds are known for the scores of this formula."
    type_in(opened, at, "7")
    assert "no signal to learn from" in " ".join(caption.value for caption in at.caption)


def test_the_guess_is_held_against_the_two_scores(opened):
    at = opened()
    type_in(opened, at, "letters(text)")
    box = next(radio for radio in at.radio if radio.key.startswith("question_score_"))
    texts = [option.replace("\\", "") for option in box.options]
    letters = [sum(map(str.isalpha, text)) for text in texts]
    assert letters[0] != letters[1]
    box.set_value(texts[letters.index(max(letters))])
    next(button for button in at.button if button.label == "Check").click()
    run(at)
    said = at.success[0].value.replace("\\", "")
    assert f"The scores are {letters[0]}.00 and {letters[1]}.00." in said


def test_the_score_goes_to_page_tune_and_to_the_stage(opened, monkeypatch):
    at = opened()
    type_in(opened, at, "rhyme(text)")
    at.button(key="score_stage").click()
    run(at)
    assert (at.session_state["visit"].scenario.text.score, at.session_state["visit"].scenario.text.formula) == (
        "formula",
        "rhyme(text)",
    )
    gone = []
    monkeypatch.setattr(score, "go_to", gone.append)
    at.button(key="score_tune").click()
    run(at)
    chosen = at.session_state["principle"]
    assert (chosen.name, chosen.reward()("a day, say").total, chosen.range(4)) == ("rhyme(text)", 1.0, (0.0, 1.0))
    assert gone == ["Tune"]
