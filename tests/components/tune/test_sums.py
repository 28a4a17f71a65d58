"""Page Tune with the model that adds: what it learns from, what it is paid for, and what is told of its answers."""

import json
import re
import time

import pytest
from streamlit.testing.v1 import AppTest

from components.server.job_queue import job_queue
from components.server.warmup import warmup
from components.tune.passing import DRAWN
from components.tune.recipe import Recipe
from mdp_core.rlhf.side_by_side import same_draws

PATIENCE = 60  # seconds for a run that may share its cores with other tests
TINY = {"texts": 16, "steps": 2}


def _script():
    from components.tune import page as tune

    tune.page()


@pytest.fixture(scope="module")
def app():
    """The page, once run, with Sums chosen in its menu."""
    warmup().wait(120)
    opened = AppTest.from_function(_script, default_timeout=120).run()
    models_of(opened).set_value("sums").run()
    wait_for(lambda: opened.run() and opened.session_state["visit"].scenario.text.model == "sums")
    assert not opened.exception
    return opened


@pytest.fixture
def at(app):
    """The page with tiny runs. What a test leaves running is stopped."""
    mine = app.session_state["tune"]
    mine.recipe = Recipe()
    mine.recipe.typed["sums"].update(TINY)
    paid(app, "sum")
    yield app
    mine.clear()


def models_of(at):
    return next(group for group in at.segmented_control if group.label == "Language model")


def paid(at, kind):
    next(group for group in at.segmented_control if group.label == "Paid for").set_value(kind).run()
    assert not at.exception


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def start(at):
    at.button(key="tune_start").click().run()
    run = at.session_state["tune"].run
    wait_for(lambda: not run.is_live)
    at.run()
    assert not at.exception
    return run


def captions(at):
    return [re.sub(r"\\(.)", r"\1", block.value) for block in at.caption]


def test_with_sums_come_a_prompt_that_it_reads_and_a_score_that_can_be_checked(app):
    text = app.session_state["visit"].scenario.text
    assert (text.prompt, text.score) == ("17+25=", "sum")
    assert app.session_state["principle"].spec.kind == "sum"


def test_a_link_that_names_sums_and_no_prompt_has_one_that_it_reads():
    opened = AppTest.from_function(_script, default_timeout=120)
    opened.query_params["model"] = "sums"
    opened.run()
    asked = opened.session_state["visit"].asked.text
    assert (asked.model, asked.prompt, asked.score) == ("sums", "17+25=", "sum")


def test_a_run_tells_what_is_right_and_what_was_held_out(at):
    run = start(at)
    passing = run.film.passing
    assert list(passing) == [0, 1, 2]
    assert list(run.marks) == ["2 digits", "3 digits", "4 digits"]
    said = next(caption for caption in captions(at) if caption.startswith("pass@1"))
    assert f"one text is right: {passing[0].one:.0%} → {passing[2].one:.0%}" in said
    assert f"3 digits {run.marks['3 digits'][0].one:.0%} → {run.marks['3 digits'][2].one:.0%}" in said
    asked = {prompt for exam in run.exams for prompt in exam.prompts}
    assert not asked & set(run.spec.prompts)


def test_while_a_run_is_paused_all_that_was_said_of_it_is_in_the_picture_too(at):
    at.session_state["tune"].recipe.typed["sums"].update(steps=500)
    at.button(key="tune_start").click().run()
    run = at.session_state["tune"].run
    wait_for(lambda: run.film.passing.get(1))
    run.job.pause()
    wait_for(lambda: run.job not in job_queue()._at_work)
    at.run()
    last = max(run.film.passing)
    assert last % DRAWN  # between two pictures
    drawn = json.loads(at.get("plotly_chart")[0].proto.spec)["data"]
    assert max(drawn[0]["x"]) == last
    said = next(caption for caption in captions(at) if caption.startswith("pass@1"))
    assert f"→ {run.film.passing[last].one:.0%}." in said


def test_the_same_run_beside_is_paid_for_any_answer_and_draws_the_same(at):
    run = start(at)
    at.button(key="tune_beside_score").click().run()
    beside = at.session_state["tune"].beside
    wait_for(lambda: not beside.is_live)
    at.run()
    assert same_draws(run.spec, beside.spec)
    assert beside.principle.spec.kind == "form"
    assert beside.film.figures[0].score > 0.9  # nearly every text has an answer
    assert beside.film.figures[0].true == run.film.figures[0].score  # the same texts, by the same draws
    assert any("Right answers: RLOO, paid for the right answer" in caption for caption in captions(at))


def test_another_algorithm_beside_has_groups_of_the_same_size(at):
    run = start(at)
    at.session_state["tune"].begin_beside("grpo", _Nobody())
    beside = at.session_state["tune"].beside
    assert beside.spec.group_size == run.spec.group_size == 8
    assert same_draws(run.spec, beside.spec)


class _Nobody:
    """A queue in which nobody works."""

    def begin(self, *_):
        return None


@pytest.mark.parametrize(("digits", "asked"), [(1, ["1 digit", "2 digits", "3 digits"]), (0, [])])
def test_problems_of_another_size_and_one_prompt(digits, asked):
    recipe = Recipe()
    recipe.type("sums", "digits", digits)
    spec = recipe.spec("sums", "17+25=")
    assert [exam.name for exam in recipe.exams("sums")] == asked
    assert {len(prompt) for prompt in spec.prompts} == ({4} if digits else set())


def test_back_at_pocket_its_own_prompt_and_score_are_back(at):
    models_of(at).set_value("pocket").run()
    text = at.session_state["visit"].scenario.text
    assert (text.model, text.prompt, text.score) == ("pocket", "the movie was", "sentiment")
    assert at.session_state["principle"].spec.kind == "sentiment"
