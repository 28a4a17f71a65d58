"""Page Score's sections on people without a browser: choices, stars, the simulated rater, and the model that learns."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from components.score import people as score_people
from components.score.saved_choices import saved
from components.server.models import Models
from mdp_core.rlhf.raters import TASTES
from mdp_core.tokens.sources import Host
from tests.offered import offered


def _script():
    import streamlit as st

    from components.score import people as score_people

    score_people.go_to = lambda title: st.session_state.update(went=title)
    score_people.show_people()


@pytest.fixture
def shelf(pocket, monkeypatch):
    """The models of a server: Pocket, unless a test takes it away."""

    def load(model, host):
        return pocket
        yield

    models = Models(Host(), load)
    assert models.ask("pocket").done.wait(10)
    monkeypatch.setattr(score_people, "models", lambda: models)
    return models


@pytest.fixture
def at(shelf):
    return opened()


def opened(**query):
    at = AppTest.from_function(_script, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    return run(at)


def run(at):
    at.run()
    assert [error.value for error in at.exception] == []
    return at


def press(at, *keys):
    for key in keys:
        at.button(key=key).click()
        run(at)
    return mine(at)


def mine(at):
    return at.session_state["preferences"]


def has(at, key):
    return any(button.key == key for button in at.button)


def text_of(at):
    blocks = [*at.markdown, *at.caption, *at.get("html"), *at.error, *at.warning, *at.info, *at.success]
    found = " ".join(str(getattr(block, "value", None) or block.proto.body) for block in blocks)
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", found, flags=re.S)).replace("\\", "")


def test_a_person_chooses_skips_and_takes_back(at):
    texts = mine(at).pool.texts
    assert texts[0].startswith("the movie was")
    assert len(set(texts)) == len(texts) >= 100
    assert "needs 8 choices to learn from, and there are none: 8 more, please." in text_of(at)
    here = press(at, "prefer_1")
    assert [(c.better, c.worse, c.simulated) for c in here.choices] == [(texts[1], texts[0], False)]
    assert [(c.better, c.worse) for c in at.session_state["made choices"]] == [(texts[1], texts[0])]  # for page Tune
    assert here.pair() == (texts[2], texts[3])
    press(at, "preference_skip", "prefer_0")
    assert (here.choices[-1].better, here.at) == (texts[4], 6)
    assert "you 2 choices" in " ".join(text_of(at).split())
    press(at, "preference_undo", "preference_undo")
    assert (len(here.choices), here.pair()) == (1, (texts[2], texts[3]))
    for _ in range(7):
        press(at, "prefer_0")
    assert here.learned is not None
    assert has(at, "reward_tune")
    assert "What it stands for is in your head" in text_of(at)


def test_the_simulated_rater_is_marked_guessed_and_tuned_by(at):
    here = press(at, "simulate")
    assert len(here.choices) == 50
    assert all(choice.simulated for choice in here.choices)
    said = " ".join(text_of(at).split())
    assert "Simulated rater no. 1, with a hidden taste" in said
    assert "simulated rater 50 choices" in said
    assert "reward model (50 simulated)" in said
    # Nobody is told before the guess: neither the taste nor how much of it was found.
    assert here.taste == "gentle"
    assert "sentiment" not in said
    assert "rank correlation" not in said
    at.radio(key="question_taste_0").set_value(TASTES["gentle"].title)
    press(at, "check_taste_0")
    said = text_of(at)
    assert "Its hidden score is the sum of sentiment × 2, repeated × −4, words over 8 × −0.1." in said
    found = here.recovery()
    assert found.rank > 0.7
    assert f"have rank correlation {found.rank:.2f}" in said
    held = here.learned.held
    assert f"With 50 choices {100 * held.agreement:.0f} ± {100 * held.error:.0f} % of unseen ones are foretold" in said
    best, worst = here.learned.ranked(5)
    true = here.simulated.taste
    assert min(true(text).total for text, _ in best) > max(true(text).total for text, _ in worst)
    press(at, "reward_tune")
    chosen = at.session_state["principle"]
    assert at.session_state["went"]
    assert (chosen.name, chosen.true) == ("reward model (50 simulated)", TASTES["gentle"])
    assert chosen.reward()(best[0][0]).total == pytest.approx(best[0][1], abs=1e-5)
    assert chosen.model is here.learned.model


def test_another_rater_and_another_rationality_begin_anew(at):
    here = press(at, "simulate", "other_rater")
    assert (len(here.choices), here.taste) == (0, "critic")
    press(at, "simulate", "prefer_0")
    assert not here.purely_simulated
    at.slider(key="rationality").set_value(0.5)
    run(at)
    assert [choice.simulated for choice in here.choices] == [False]
    assert here.simulated.rationality == 0.5
    press(at, "forget_own")
    assert here.choices == []


def test_stars_become_choices(at):
    here = mine(at)
    at.segmented_control(key="preference_way").set_value("stars")
    run(at)
    first, second, third, *_ = here.pool.texts
    for stars in (4, 2, 4):
        at.feedback(key=f"stars_{here.at}").set_value(stars - 1)
        run(at)
    assert here.stars == {first: 4, second: 2, third: 4}
    assert [(c.better, c.worse) for c in here.comparisons] == [(first, second), (third, second)]
    press(at, "preference_undo")
    assert (list(here.stars), here.at) == ([first, second], 2)


def test_texts_that_are_all_the_same_are_no_choice(shelf):
    at = opened(temperature="0")
    assert len(mine(at).pool.texts) == 1
    assert mine(at).pair() is None
    assert "Nothing to choose between yet." in text_of(at)
    assert "and 1 of them differ: a higher temperature or another prompt" in text_of(at)
    assert at.button(key="simulate").disabled


def test_a_prompt_that_cannot_be_read_says_so(shelf):
    assert "Pocket does not know “zebra”" in text_of(opened(prompt="the zebra was"))


def test_choices_stay_while_the_model_is_away_and_with_another_prompt(at, shelf, pocket):
    here = press(at, "simulate")
    shelf._models.clear()
    run(at)
    assert "your choices are kept" in text_of(at)
    assert not has(at, "prefer_0")
    shelf._put("pocket", pocket)
    at.session_state["visit"].change_text(prompt="the soup was")
    run(at)
    assert here.pool.texts[0].startswith("the soup was")
    assert len(here.learned.examples) == 50
    press(at, "prefer_0")
    assert len(here.learned.examples) == 51


def test_choices_that_this_model_cannot_read_are_left_out(at):
    from mdp_core.rlhf.raters import Comparison

    here = press(at, "simulate")
    here.choices.append(Comparison("a zebra", "two zebras", 0))
    run(at)
    assert len(here.learned.examples) == 50
    assert "1 choices are of texts that Pocket cannot read" in text_of(at)


def test_a_slow_model_writes_a_token_a_tick_and_its_first_texts_can_be_judged(shelf, monkeypatch):
    monkeypatch.setattr(score_people, "is_slow", lambda model: True)
    at = opened(tokens="3")
    here = mine(at)
    assert (here.pool.texts, here.pool.tokens, has(at, "prefer_0")) == ([], 1, False)
    assert at.button(key="simulate").disabled
    for _ in range(4):
        run(at)
    assert 2 < len(here.pool.texts) < 100
    here = press(at, "prefer_0")
    assert len(here.choices) == 1
    press(at, "simulate")
    assert len(here.choices) > 8
    assert here.learned.examples.features([here.pool.texts[0]]).shape == (1, 128)


def bring(at, content, name="choices.json"):
    at.file_uploader[0].set_value((name, content, "application/json"))
    run(at)
    return mine(at)


def test_choices_are_saved_and_loaded_in_another_tab(at):
    assert offered(at) == {"Save the choices": False}
    press(at, "prefer_1", "simulate")
    here = mine(at)
    here.stars["*bold* <b>tag</b>"] = 4
    run(at)
    assert offered(at) == {"Save the choices": True, "Take them to TRL": True}
    content = saved(here).encode()
    there = opened()
    before = bring(there, content)
    assert (before.choices, before.stars) == (here.choices, here.stars)
    assert [choice.simulated for choice in before.choices] == [False] + 50 * [True]
    assert "reward model (1 of yours, 1 with stars, 50 simulated)" in text_of(there)
    assert [toast.value for toast in there.toast] == ["Loaded: 51 choices and 1 rated text\\."]
    assert there.file_uploader[0].value in (None, [])  # ready for the next one


def test_the_rater_of_a_file_takes_its_place_at_the_controls(at):
    press(at, "other_rater")
    mine(at).make_rational(4.5)
    run(at)
    content = saved(press(at, "simulate")).encode()
    there = opened()
    assert bring(there, content).rater == 1
    assert there.slider[0].value == 4.5
    there.slider[0].set_value(5.0)
    run(there)
    assert mine(there).rationality == 5.0
    assert mine(there).choices == []  # another rater's


def test_a_file_that_is_none_is_refused_at_its_field_and_nothing_is_lost(at):
    press(at, "prefer_0")
    before = list(mine(at).choices)
    hostile = b'{"format": "one-loop preferences", "version": 1, "stars": [], "choices": [{"one": "<script>"}]}'
    for content, why in (
        (b"\x80\x04", "Line 1 is no whole JSON"),
        (b"[" * 100_000, "Line 1 is no whole JSON"),
        (hostile, "Choice 1 lacks one of its two texts"),
    ):
        assert bring(at, content).choices == before
        (said,) = at.error
        assert why in said.value
        assert has(at, "prefer_0")
    bring(at, saved(mine(at)).encode())
    assert not at.error
    assert bring(at, b'{"chosen": "the movie was good", "rejected": "the movie was bad"}\n{"cho').choices[:-1] == before
    (warned,) = at.warning
    assert warned.value.startswith("Line 2 is no whole JSON")
