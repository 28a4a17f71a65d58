"""The Stage's page: its controls, its link, and what bad input gets."""

import pytest

from components.server.pictures import KEPT, grid_picture, texts
from components.shell import address
from components.stage.page import LAST_GOOD
from mdp_core.grid.maps import MAX_MAP
from mdp_core.grid.presets import PRESETS
from mdp_core.link import from_query
from mdp_core.scenarios import MAX_PROMPT, GridScenario, Scenario, TextScenario, View

HOSTILE = ["[x](javascript:1)", "<script>alert(1)</script>", "$x$", ":material/delete:"]


def test_at_first_both_worlds_are_there_and_nothing_is_complained_about(open_stage):
    page = open_stage()
    assert page.messages == []
    assert page.worlds["grid"]["title"] == "Slippery lake"
    assert page.worlds["text"]["title"] == "Pocket"
    assert "".join(page.worlds["text"]["prompt"]).strip() == "the movie was"
    assert len(page.worlds["grid"]["steps"]) > 0 < len(page.worlds["text"]["steps"])
    assert (page.calls[-1]["view"], page.calls[-1]["command"]) == (View(0, 0.9), 0)


def test_a_link_restores_everything(open_stage):
    query = {
        "seed": "11",
        "world": "cliff",
        "policy": "epsilon",
        "epsilon": "0.3",
        "slip": "0.1",
        "moves": "0.up~2.right",
        "prompt": "this book is",
        "temperature": "0.6",
        "top_k": "20",
        "top_p": "0.9",
        "tokens": "7",
        "score": "word",
        "word": "great",
        "words": "1.9",
        "gamma": "0.5",
        "step": "3",
    }
    page = open_stage(**query)
    assert page.messages == []
    assert page.here.scenario == Scenario(
        11,
        GridScenario("cliff", policy="epsilon", epsilon=0.3, slip=0.1, forced=((0, "up"), (2, "right"))),
        TextScenario("pocket", "this book is", 0.6, 20, 0.9, 7, "word", "great", forced=((1, 9),)),
    )
    assert page.calls[-1]["view"] == View(3, 0.5)
    shown = {
        ("selectbox", "world"): "cliff",
        ("radio", "policy"): "epsilon",
        ("slider", "epsilon"): 0.3,
        ("checkbox", "slip_of_map"): False,
        ("slider", "slip"): 0.1,
        ("text_input", "prompt"): "this book is",
        ("slider", "temperature"): 0.6,
        ("number_input", "top_k"): 20,
        ("slider", "top_p"): 0.9,
        ("number_input", "max_tokens"): 7,
        ("radio", "score"): "word",
        ("text_input", "word"): "great",
        ("number_input", "seed"): 11,
    }
    assert {which: page.widget(*which).value for which in shown} == shown
    assert page.worlds["grid"]["steps"][0]["forced"]
    assert page.worlds["text"]["steps"][1]["bars"][page.worlds["text"]["steps"][1]["chosen"]]["action"] == 9
    again, view, notes = from_query({name: page.app.query_params[name] for name in page.app.query_params})
    assert (again, view, notes) == (page.here.scenario, page.here.view, ())


@pytest.mark.parametrize("world", PRESETS)
def test_every_world_of_the_menu_is_shown(open_stage, world):
    page = open_stage().set("selectbox", "world", world)
    assert page.messages == []
    assert page.worlds["grid"]["title"] == PRESETS[world].title
    assert page.app.query_params["world"] in (world, [world])


def test_every_policy_acts_as_it_says(open_stage):
    page = open_stage(world="cliff", seed="3")
    rows = {}
    for policy in ("greedy", "random", "right", "epsilon"):
        page.set("radio", "policy", policy)
        rows[policy] = [bar["p"] for bar in page.worlds["grid"]["steps"][0]["bars"]]
    names = [bar["action"] for bar in page.worlds["grid"]["steps"][0]["bars"]]
    right, up = names.index("right"), names.index("up")
    assert rows["random"] == pytest.approx([0.25] * 4)
    assert rows["right"][right] == 1
    assert rows["greedy"][up] == 1  # along the edge: up first, then right
    assert rows["epsilon"][up] == pytest.approx(0.9 + 0.1 / 4)
    page.set("slider", "epsilon", 0.4)
    assert page.worlds["grid"]["steps"][0]["bars"][up]["p"] == pytest.approx(0.6 + 0.4 / 4)


def test_slip_is_the_maps_until_it_is_moved(open_stage):
    page = open_stage(world="lake")
    assert "2/3" in page.widget("checkbox", "slip_of_map").label
    page.set("slider", "slip", 0.0)
    assert page.here.scenario.grid.slip == 0.0
    assert [len(step["outcomes"]) for step in page.worlds["grid"]["steps"]] == [1] * len(page.worlds["grid"]["steps"])
    page.set("checkbox", "slip_of_map", True)
    assert page.here.scenario.grid.slip is None
    assert page.widget("slider", "slip").value == 0.67
    page.set("checkbox", "slip_of_map", False)
    assert page.here.scenario.grid.slip == 2 / 3
    page.set("slider", "slip", 0.5)
    page.set("slider", "slip", 0.67)
    assert page.here.scenario.grid.slip is None  # the map's own two thirds, not 0.67


def test_the_same_draws_under_another_temperature_and_forced_tokens_stay(open_stage):
    page = open_stage(words="0.9")
    before = [step["u"] for step in page.worlds["text"]["steps"]]
    page.set("slider", "temperature", 0.3)
    after = [step["u"] for step in page.worlds["text"]["steps"]]
    shorter = min(len(before), len(after))
    assert before[:shorter] == after[:shorter]
    assert page.here.scenario.text.forced == ((0, 9),)
    page.set("text_input", "prompt", "this book is")
    assert page.here.scenario.text.forced == ()


def test_the_score_can_be_chosen(open_stage):
    page = open_stage(seed="7")
    text = "the movie was" + page.words
    page.set("radio", "score", "word").set("text_input", "word", "movie")
    assert page.worlds["text"]["score"]["total"] == 1
    assert page.worlds["text"]["steps"][-1]["reward"] == 1
    page.set("text_input", "word", "xylophone")
    assert page.worlds["text"]["score"]["total"] == 0
    page.set("radio", "score", "length").set("number_input", "length", 10)
    words = len(text.replace(".", " ").replace(",", " ").split())
    assert page.worlds["text"]["score"]["total"] == pytest.approx(max(0, 1 - abs(words - 10) / 10))


def test_a_formula_scores_the_text_and_a_wrong_one_stays_in_its_field_with_its_place(open_stage):
    page = open_stage(seed="7", score="formula", formula="words(text) - 2 * count(text, 'movie')")
    score = page.worlds["text"]["score"]
    words = len(("the movie was" + page.words).replace(".", " ").replace(",", " ").split())
    assert (score["name"], score["total"]) == ("formula", words - 2)
    assert score["parts"] == [["words(text)", words], ["- 2 * count(text, 'movie')", -2]]
    command = page.field["command"]
    page.type("words(text) + wods(text)")
    error = page.field["error"]
    assert (error.column, error.sentence) == (15, "There is no “wods”: did you mean words?")
    assert (page.field["typed"], page.messages) == ("words(text) + wods(text)", [])
    assert page.worlds["text"]["score"] == score
    page.type(f"1 / (words(text) - {words})")
    assert page.field["error"] is None
    assert len(page.messages) == 1
    assert page.messages[0].startswith("Formula, column 6: There is no dividing by 0. This was for the text “the movie")
    page.type("letters(text) / 2")
    assert page.messages == []
    assert page.worlds["text"]["score"]["parts"][0][0] == "letters(text) / 2"
    assert page.field["command"] == command  # what was typed stands in the field already


def test_a_formula_from_elsewhere_replaces_what_stands_in_the_field(open_stage, monkeypatch):
    page = open_stage(seed="7", score="formula", formula="words(text)")
    page.type("wods(text)")
    command = page.field["command"]
    page.here.change_text(formula="letters(text)")  # as page Score does
    page.run()
    assert (page.field["typed"], page.field["error"], page.field["command"]) == ("letters(text)", None, command + 1)
    page.run()
    assert page.field["command"] == command + 1
    page.app.query_params["formula"] = "words(text)"
    page.run()
    assert page.field["typed"] == "letters(text)"  # an address that lags behind is none to follow
    page.app.query_params["formula"] = "words(text)"
    monkeypatch.setattr(address, "went_back", lambda: True)
    page.run()
    assert (page.field["typed"], page.field["command"]) == ("words(text)", command + 2)


def test_a_choice_branches_and_undo_takes_it_back(open_stage):
    page = open_stage()
    first = page.worlds["text"]
    other = next(i for i in range(7) if i != first["steps"][1]["chosen"])
    token = first["steps"][1]["bars"][other]["action"]
    page.choose("text", 1, token)
    branch = page.worlds["text"]
    assert branch["steps"][0]["piece"] == first["steps"][0]["piece"]
    assert branch["steps"][1]["forced"]
    assert branch["ghost"]["rewards"] == [step["reward"] for step in first["steps"]]
    assert branch["ghost"]["from"] == 1
    page.choose("grid", 0, "up").choose("text", 0, token)
    assert page.here.scenario.text.forced == ((0, token),)
    page.undo("text")
    assert page.worlds["text"]["steps"] == branch["steps"]
    page.undo("text")
    assert page.worlds["text"] == first
    assert page.worlds["grid"]["steps"][0]["forced"]  # the other world's choice is its own
    page.undo("grid").undo("grid")
    assert page.here.scenario == Scenario()


def test_what_is_looked_at_goes_into_the_address_and_never_into_a_picture(open_stage):
    page = open_stage()
    key = page.calls[-1]["frames"]["key"]
    page.calls[-1]["on_view"](4, 0.25)
    page.run()
    assert page.here.view == View(4, 0.25)
    assert page.calls[-1]["frames"]["key"] == key
    assert page.calls[-1]["command"] == 0  # the player knows: nothing is echoed
    assert page.app.query_params["gamma"] in ("0.25", ["0.25"])


# Bad input


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("", "prompt is empty"),
        (" \u200b ", "prompt is empty"),
        ("the movie was bamboozling", "does not know “bamboozling”"),
        ("the movie 🙂 was", "does not know “🙂”"),
        ("הסרט היה", "does not know “הסרט”"),
        ("the movie\x07 was", "control character (U+0007)"),
        ("x" * 100_000, "100,000 characters"),
        ("<script>alert(1)</script>", "does not know"),
    ],
)
def test_a_prompt_that_cannot_be_used(open_stage, prompt, said):
    page = open_stage()
    good = page.worlds["text"]
    page.set("text_input", "prompt", prompt)
    assert [said in message for message in page.messages] == [True]
    assert page.widget("text_input", "prompt").value == prompt  # nothing typed is lost
    assert page.worlds["text"] == good
    page.set("selectbox", "world", "cliff")  # the rest goes on
    assert page.worlds["grid"]["title"] == "Cliff walk"
    assert page.widget("text_input", "prompt").value == prompt
    page.set("text_input", "prompt", "this book is")
    assert page.messages == []
    assert "".join(page.worlds["text"]["prompt"]).strip() == "this book is"


def test_a_notebook_makes_what_is_on_the_stage_when_the_prompt_cannot_be_used(open_stage, monkeypatch):
    files = {}
    monkeypatch.setattr(
        "components.stage.souvenirs.offer_to_take_along",
        lambda *souvenirs, key, also: files.update({souvenir.label: souvenir for souvenir in souvenirs}),
    )
    page = open_stage()
    page.set("text_input", "prompt", "this book is")
    page.set("text_input", "prompt", "the movie was bamboozling")
    made = files["A notebook"].make()
    assert "prompt='this book is'" in made
    assert "bamboozling" not in made


def test_the_models_own_signs_are_no_words(open_stage, pocket):
    for token in sorted(pocket.end_tokens):
        page = open_stage(prompt=f"the movie {pocket.piece(token)} was")
        assert len(page.messages) == 1
        assert "does not know" in page.messages[0]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("S.\n.x\n", 2, 2),
        ("S..\n..\n", 2, 3),
        ("...\n..G\n", 1, 1),
        ("S.S\n", 1, 3),
        (("." * 200 + "\n") * 200, 1, 101),
        ("\n\n", 1, 1),
    ],
)
def test_a_map_that_cannot_be_read(open_stage, text, line, column):
    page = open_stage()
    good = page.worlds["grid"]
    page.set("text_area", "map", text)
    assert [message.startswith(f"Line {line}, column {column}: ") for message in page.messages] == [True]
    assert page.widget("text_area", "map").value == text
    assert page.worlds["grid"] == good
    page.set("slider", "temperature", 0.5)  # the rest goes on
    assert page.worlds["text"]["caption"] == "temperature 0.50"
    assert page.widget("text_area", "map").value == text
    page.set("text_area", "map", "S.G\n")
    assert page.messages == []
    assert (page.worlds["grid"]["map"]["rows"], page.worlds["grid"]["map"]["cols"]) == (1, 3)


def test_an_own_map_begins_as_the_world_on_the_stage_and_is_kept(open_stage):
    page = open_stage(world="chain").set("selectbox", "world", "own")
    assert page.here.scenario.grid.own_map.strip() == PRESETS["chain"].text.strip()
    mine = "S..G\n"
    page.set("text_area", "map", mine).set("selectbox", "world", "lake")
    assert page.worlds["grid"]["title"] == "Slippery lake"
    page.set("selectbox", "world", "own")
    assert page.here.scenario.grid.own_map == mine


def test_an_error_of_the_map_is_said_at_the_map_while_that_is_open(open_stage):
    page = open_stage()
    page.set("text_area", "map", "S.\n.x\n")
    assert page.messages[0].endswith(LAST_GOOD)
    page.app.session_state["robot"] = True
    page.run()
    assert len(page.messages) == 1
    assert not page.messages[0].endswith(LAST_GOOD)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"gamma": "7"}, "gamma in the link was out of range; it is 1 now."),
        ({"seed": "-4"}, "seed in the link was out of range; it is 0 now."),
        ({"temperature": "x"}, "temperature in the link is not a number; it is 1 now."),
        ({"v": "99"}, "newer version"),
        ({"moves": "0.fly"}, "fits no step"),
        ({"words": "0.123456"}, "fits no step"),
        ({"world": "atlantis"}, "no grid world “atlantis”"),
        ({"model": "not a model"}, "not the name of a model"),
        ({"score": "word", "word": ""}, "no word to wish for"),
        ({"prompt": ""}, "prompt is empty"),
    ],
)
def test_a_bad_link_gets_a_picture_and_one_note(open_stage, query, said):
    page = open_stage(**query)
    # What is wrong with a model is said at its menu, too.
    assert [said in message for message in page.messages] == [True] * (2 if "model" in query else 1)
    assert page.worlds["grid"]["steps"]
    assert page.worlds["text"]["steps"]


def test_notes_go_when_they_have_been_read(open_stage):
    page = open_stage(gamma="7").press("dismiss")
    assert page.messages == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(open_stage, text):
    page = open_stage(prompt=text, world=text[:30])
    for said in (*page.app.error, *page.app.warning, *page.app.info):
        assert text not in said.value  # it is escaped
    assert any(text[:12] in message for message in page.messages)
    assert not page.app.exception


def test_choosing_in_a_picture_that_is_not_what_the_controls_say_does_nothing(open_stage):
    page = open_stage(prompt="bamboozling")
    page.choose("text", 0, 9)
    assert page.here.scenario.text.forced == ()
    page.choose("grid", 0, "up")
    assert page.here.scenario.grid.forced == ((0, "up"),)


def test_the_limits_hold_for_links_as_well(open_stage):
    page = open_stage(prompt="movie " * MAX_PROMPT)
    assert len(page.here.scenario.text.prompt) == MAX_PROMPT
    page.set("text_area", "map", "S.G\n" + "\n" * MAX_MAP)
    assert any("characters" in message or "Line" in message for message in page.messages)
    assert "map" not in page.app.query_params


# Caches


def test_looking_again_makes_nothing_anew_and_the_caches_are_bounded(open_stage, shelf):
    page = open_stage()
    made = (grid_picture.cache_info().misses, len(texts))
    for _ in range(10):
        page.run()
    assert (grid_picture.cache_info().misses, len(texts)) == made
    other = open_stage()
    assert (grid_picture.cache_info().misses, len(texts)) == made  # another visitor
    assert other.calls[-1]["frames"]["worlds"][1] is page.calls[-1]["frames"]["worlds"][1]
    assert grid_picture.cache_info().maxsize == KEPT
