"""The tour without a browser: predictions are kept and compared, beats have their link, and nothing is lost."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from components.server.models import Models
from components.tour import page as tour
from components.tour.memory import Prediction, TourMemory
from components.tour.script import NAMES, beat_of
from mdp_core.tokens.sources import Host
from tests.components.conftest import Awake, loader, plain_again


def _script():
    from components.tour import page as tour

    tour.page()


@pytest.fixture
def open_tour(pocket, monkeypatch):
    """open_tour(beat="gamma"): the tour as that link opens it."""
    models = Models(Host(), loader(pocket=pocket))
    assert models.ask("pocket").done.wait(10)
    monkeypatch.setattr(tour, "models", lambda: models)
    monkeypatch.setattr(tour, "warmup", Awake)

    def open_it(**query):
        app = AppTest.from_function(_script, default_timeout=120)
        for name, value in query.items():
            app.query_params[name] = value
        return run(app)

    return open_it


def run(app):
    app.run()
    assert [error.value for error in app.exception] == []
    return app


def memory(app) -> TourMemory:
    return app.session_state["tour"]


def said(app):
    return [plain_again(one.value) for kind in ("success", "warning", "info", "error") for one in getattr(app, kind)]


def html(app):
    """All that is written as HTML; what a component brings has no body."""
    return " ".join(getattr(getattr(element.proto, "html", element.proto), "body", "") for element in app.get("html"))


def press(app, key):
    app.button(key=key).click()
    return run(app)


def test_a_newcomer_lands_on_the_first_beat_and_may_look_without_a_guess(open_tour):
    app = open_tour()
    assert memory(app).at == NAMES[0]
    assert app.query_params["beat"] == NAMES[0]
    assert app.button(key="guess_tour_score_0").disabled
    press(app, "show_tour_score_0")
    assert "3 attempts" not in said(app)[0]
    assert "Of three attempts to calculate backwards, 2 end in an error" in said(app)[0]
    assert beat_of("score").names in html(app)
    assert not memory(app).predictions


def test_a_guess_is_kept_compared_and_met_again_with_other_numbers(open_tour):
    app = open_tour(beat="transition")
    app.slider(key="ask_tour_transition_0").set_value(0.8)
    run(app)
    press(app, "guess_tour_transition_0")
    assert "You said 0.80. It goes there with P 0.33" in said(app)[0]
    press(app, "tour_next")
    press(app, "tour_back")
    assert "You said 0.80." in said(app)[0]
    press(app, "again_transition")
    assert memory(app).at == "transition"
    app.slider(key="ask_tour_transition_1").set_value(0.79)
    run(app)
    press(app, "guess_tour_transition_1")
    assert said(app)[0].startswith("You said 0.79. It goes there with P 0.80")
    press(app, "tour_at_surprises")
    assert app.caption[0].value.startswith("2 predictions: 1 surprised you, 1 came as you said.")


def test_a_wrong_answer_that_was_expected_gets_words_of_its_own(open_tour):
    app = open_tour(beat="gamma")
    app.radio(key="ask_tour_gamma_0").set_value(1)
    run(app)
    press(app, "guess_tour_gamma_0")
    assert "What is paid is paid; gamma only says how much of a late payment counts." in said(app)[0]


def test_a_question_of_taste_is_not_judged(open_tour):
    app = open_tour(beat="choice")
    app.radio(key="ask_tour_choice_0").set_value(0)
    run(app)
    press(app, "guess_tour_choice_0")
    assert "Nobody can say that this is wrong." in said(app)[0]
    assert not memory(app).predictions["choice", 0].judged
    press(app, "tour_at_surprises")
    assert app.caption[0].value == "1 prediction: 0 surprised you, 0 came as you said, 1 told your taste."


def test_at_the_end_the_predictions_stand_in_the_tours_order_also_after_a_reload(open_tour):
    app = open_tour(beat="surprises")
    for beat in ("draw", "loop", "reward", "score"):  # as they come back
        memory(app).predictions[beat, 0] = Prediction("this", "that", True, 1)
    run(app)
    again = [button.key for button in app.button if button.key.startswith("again_")]
    assert again == ["again_score_0", "again_loop_0", "again_reward_0", "again_draw_0"]


def test_a_beat_that_there_is_none_of_is_said_and_the_tour_goes_on(open_tour):
    app = open_tour(beat="<b>nonsense")
    assert any("There is no beat “<b>nonsense” in this tour." in sentence for sentence in said(app))
    assert memory(app).at == NAMES[0]


def test_what_a_server_that_was_started_anew_has_lost_is_said_until_it_is_read(open_tour, monkeypatch):
    news = ["The server was started anew. It has lost your run."]
    monkeypatch.setattr(tour, "gone", lambda: news.pop() if news else "")
    app = open_tour()
    assert said(app) == ["The server was started anew. It has lost your run."]
    assert said(press(app, "tour_next")) == ["The server was started anew. It has lost your run."]
    assert said(press(app, "dismiss")) == []


@pytest.mark.parametrize("name", ["policy", "goodhart"])
def test_a_run_of_its_own_answers_the_beats_that_learn(open_tour, name):
    app = open_tour(beat=name)
    if name == "policy":
        memory(app).kept["draft_tour_policy_0"] = tuple([0.0] * 31)
        run(app)
    else:
        app.radio(key="ask_tour_goodhart_0").set_value(0)
        run(app)
    press(app, f"guess_tour_{name}_0")
    live = memory(app).kept[f"tour_{name}_0"]
    while live.is_open:  # as long as somebody looks; each look of a page takes time from the run
        live.job.look()
        time.sleep(0.2)
    run(app)
    prediction = memory(app).predictions[name, 0]
    assert prediction.surprised
    if name == "goodhart":
        assert "rises, then it falls" in prediction.was
        assert "What was meant" in said(app)[0]
    else:
        first, last = live.work.film.figures[0].score, live.work.film.figures[30].score
        assert last > first + 0.3
        assert f"From {first:.2f} to {last:.2f} in 30 steps" in said(app)[0]


def test_a_class_that_meets_the_same_beat_waits_for_one_run(open_tour):
    def told():
        app = open_tour(beat="policy")
        press(app, "show_tour_policy_0")
        return memory(app).kept["tour_policy_0"]

    first = told()
    assert told() is first
