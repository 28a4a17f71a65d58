"""A fresh browser that opens a page's link has the page's own settings; an edited link raises nothing, and says why."""

from importlib import import_module

import pytest
from streamlit.testing.v1 import AppTest

from components.server.warmup import warmup
from mdp_core.link import FIELDS

TUNE = {
    "score": "length",
    "length": "3",
    "tune_algorithm": "ppo",
    "tune_beta": "0.31",
    "tune_steps": "12",
    "tune_large_rank": "3",
    "tune_targets": "q_proj",
    "tune_penalty": "loss",
    "tune_guess": "0.25",
    "tune_story": "1",
}
LEARN = {
    "world": "cliff",
    "learn_gamma": "0.8",
    "learners": "sarsa",
    "learn_alpha": "0.25",
    "learn_episodes": "20",
    "learn_seeds": "2",
    "solved": "policies",
    "learn_guess": "4",
    "curve": "worth",
    "cliff_guess": "Sarsa",
    "ran": "1",
}
RETURN = {
    "side": "text",
    "n": "40",
    "limit": "30",
    "near": "2.5",
    "far_moves": "12",
    "line_gamma": "0.7",
    "moves_to_reward": "9",
    "guess_flip": "0.7",
    "guess_mean_text": "0.4",
    "revealed": "flip~sparse",
    "prefix": "2",
}
MDP = {
    "world": "cliff",
    "s": "4",
    "a": "2",
    "pi": "stage",
    "pi_edited": "4_0.1_0.2_0.3_0.4",
    "samples": "100",
    "draws": "11",
    "texts_tokens": "20",
    "brush_goal": "3",
    "guessed": "lake.2",
}
TAXI = {"gym": "gym-taxi", "passenger": "2", "destination": "3", "s": "30"}
WHY = {
    "why_token": "2",
    "guessed": "way_back.1~half.0",
    "called": "score~token",
    "far": "1",
    "target": "terrible.",
    "principle": "word",
    "principle_word": "good",
}
SCORE = {
    "score_formula": "2 * words(text)",
    "wished_word": "fine",
    "score_seed": "2",
    "own": "a text of mine",
    "rater": "2",
    "rationality": "3.5",
    "said": "s6k2a1b1",
    "principle": "formula",
    "principle_formula": "1 + words(text)",
}
LINKS = [
    ("tune", TUNE),
    ("learn", LEARN),
    ("returns", RETURN),
    ("mdp", MDP),
    ("mdp", TAXI),
    ("why", WHY),
    ("score", SCORE),
]
PAGES = ("tune", "learn", "returns", "mdp", "why", "score")


@pytest.fixture(scope="module", autouse=True)
def _awake():
    warmup().wait(120)


def opened(page, query):
    """The page, as a fresh browser opens that link."""
    at = AppTest.from_string(f"from components.{page} import page\npage.page()", default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert [error.value for error in at.exception] == []
    return at


def link(at):
    return {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}


def read(at):
    """What is said, without the backslashes that keep it plain."""
    said = [*at.info, *at.success, *at.error, *at.caption, *at.markdown]
    return " ".join(block.value for block in said).replace("\\", "")


@pytest.mark.parametrize(("page", "query"), LINKS)
def test_a_fresh_browser_has_what_the_link_says(page, query):
    told = link(opened(page, query))
    assert {name: told.get(name) for name in query} == query
    assert link(opened(page, told)) == told


def test_the_settings_are_those_of_the_controls():
    tune = opened("tune", TUNE)
    assert tune.button(key="tune_score").label == "Score: 3 words long"
    numbers = {field.label: field.value for field in tune.number_input}
    assert (numbers["beta"], numbers["steps"]) == (0.31, 12)
    learn = opened("learn", LEARN)
    course = learn.session_state["learn"].course
    assert [lesson.spec.episodes for lesson in course.lessons] == [20]
    assert "no arrow changes: that is v*" in read(learn)
    returns = opened("returns", RETURN)
    assert "You said 0.70" in read(returns)
    assert returns.session_state["returns"].drawings["text"].sample.count == 40
    mdp = opened("mdp", MDP)
    assert "100 samples" in read(mdp)
    score = opened("score", SCORE)
    assert score.text_area(key="score_own").value == "a text of mine"
    choices = score.session_state["preferences"]
    assert [choice.simulated for choice in choices.choices] == [True] * 6 + [False] * 2
    assert [choice.chosen for choice in choices.choices[6:]] == [0, 1]


@pytest.mark.parametrize("page", PAGES)
def test_an_edited_link_says_what_is_wrong_and_the_page_goes_on(page):
    settings = [name for part in import_module(f"components.{page}.link").IN_LINK for name in part.names]
    at = opened(page, dict.fromkeys(settings, "<b>\x00~1.x_-9e99"))
    assert any("in the link" in said for said in at.session_state["visit"].notes)
    assert "in the link" in read(at)
    opened(page, dict.fromkeys(settings, ""))
    opened(page, dict.fromkeys(settings, "99999999"))


@pytest.mark.parametrize("page", PAGES)
def test_no_setting_has_the_name_of_a_field_of_the_scenario(page):
    names = [name for part in import_module(f"components.{page}.link").IN_LINK for name in part.names]
    assert len(names) == len(set(names))
    assert not {field.name for field in FIELDS} & set(names)


def test_a_page_without_a_link_of_its_own_keeps_what_was_set_on_it():
    at = opened("tune", {"tune_beta": "0.31"})
    del at.query_params["tune_beta"]
    at.run()
    assert link(at)["tune_beta"] == "0.31"


def test_a_learned_principle_cannot_be_in_a_link_and_that_is_said():
    at = opened("tune", {"principle": "learned"})
    assert at.button(key="tune_score").label == "Score: sentiment"
    assert "lives in the tab where it was learned" in read(at)
