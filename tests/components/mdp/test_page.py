"""The page MDP without a browser: what its controls do to the visit, and the numbers that it shows."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from components.mdp import counts
from components.mdp.memory import (
    MOST_SAMPLES,
    choose_state,
    edit_policy,
    load_text,
    make_own,
    paint_cells,
    places_of,
    policy_table,
    show_gym,
    show_world,
    undo,
)
from mdp_core.counting import in_groups, prefixes
from mdp_core.grid.maps import MapError
from mdp_core.grid.presets import world
from mdp_core.solvers.solution import solve
from mdp_core.stage.grid import world_of
from tests.event_loop import finished


def _script():
    from components.mdp import page as mdp

    mdp.page()


@pytest.fixture
def app():
    """The page, once run; a language model may or may not be awake."""
    at = AppTest.from_function(_script, default_timeout=60).run()
    assert not at.exception
    return at


def here(at):
    return at.session_state["visit"]


def page(at):
    return at.session_state["mdp"]


def text_of(at):
    """All that can be read on the page."""
    blocks = [*at.markdown, *at.caption, *at.get("html"), *at.warning, *at.error, *at.info, *at.success, *at.header]
    return " ".join(re.sub(r"<[^>]+>", " ", str(getattr(block, "value", None) or block.proto.body)) for block in blocks)


def errors(at):
    """The error messages, as they are read: without the backslashes that keep them plain."""
    return [error.value.replace("\\", "") for error in at.error]


def select(at, label, value):
    box = next(box for box in at.selectbox if box.label == label)
    box.set_value(value).run()
    assert not at.exception


def press(at, label, which=0):
    [button for button in at.button if button.label == label][which].click().run()
    assert not at.exception


def sized(at, label):
    return next(number for number in at.number_input if number.label == label)


# 1. The world


def test_a_stroke_makes_the_visits_own_map_and_says_what_it_changed(app):
    paint_cells(here(app), page(app), [(0, 1)], "wall")
    app.run()
    own = world_of(here(app).scenario.grid)
    assert own.map.rows[0] == "S#FF"
    assert own.map.slip == pytest.approx(2 / 3)
    said = text_of(app)
    assert "|S| 16 → 15" in said
    assert "15 of 15" in said  # all of them can still be reached


def test_undo_goes_back_stroke_by_stroke(app):
    paint_cells(here(app), page(app), [(0, 1)], "wall")
    paint_cells(here(app), page(app), [(1, 0)], "wall")
    app.run()
    assert "walled in" in text_of(app)
    press(app, "Undo")
    assert "walled in" not in text_of(app)
    assert world_of(here(app).scenario.grid).map.rows[:2] == ("S#FF", "FHFH")
    press(app, "Undo")
    assert here(app).scenario.grid.own_map == ""
    assert next(button for button in app.button if button.label == "Undo").disabled


def test_amounts_are_painted_as_they_stand_in_their_fields(app):
    sized(app, "a goal pays").set_value(7.5).run()
    paint_cells(here(app), page(app), [(0, 3)], "goal")
    own = world_of(here(app).scenario.grid)
    assert own.sign((0, 3)).reward == 7.5


def test_slip_and_step_reward_change_the_world(app):
    next(slider for slider in app.slider if slider.label.startswith("slip")).set_value(0.2).run()
    assert here(app).scenario.grid.slip == 0.2
    assert "0.80" in text_of(app)  # P of going where one wants
    sized(app, "step reward").set_value(-0.1).run()
    made = world_of(here(app).scenario.grid)
    assert (made.map.step, made.map.slip) == (-0.1, 0.2)
    press(app, "Undo")
    press(app, "Undo")
    assert world_of(here(app).scenario.grid) == world("lake")


def test_a_touched_slider_gives_the_lakes_two_thirds_back(app):
    assert "slip is 2/3 exactly" in text_of(app)
    for slip in (0.5, 0.67):
        next(slider for slider in app.slider if slider.label.startswith("slip")).set_value(slip).run()
    lake = world_of(here(app).scenario.grid)
    assert solve(lake.tabular(), 1.0).v[0] == pytest.approx(14 / 17)  # 0.8235, and 0.8222 with slip 0.67
    select(app, "World", "cliff")
    assert "exactly" not in text_of(app)
    next(slider for slider in app.slider if slider.label.startswith("slip")).set_value(0.33).run()
    assert world_of(here(app).scenario.grid).map.slip == 1 / 3
    assert "slip is 1/3 exactly" in text_of(app)


def test_a_hole_is_explained_and_can_be_painted(app):
    assert "H is a hole, a pit that pays 0" in text_of(app)
    select(app, "World", "corridor")
    assert "H is a hole" not in text_of(app)
    paint_cells(here(app), page(app), [(0, 5)], "hole")
    app.run()
    own = world_of(here(app).scenario.grid)
    assert (own.map.rows[0][5], own.sign((0, 5)).kind, own.sign((0, 5)).reward) == ("H", "pit", 0.0)
    assert "H is a hole" in text_of(app)


def test_rows_are_added_and_a_cut_through_the_start_is_refused_in_words(app):
    sized(app, "rows").set_value(6).run()
    assert world_of(here(app).scenario.grid).map.shape == (6, 4)
    select(app, "World", "cliff")
    sized(app, "rows").set_value(2).run()
    assert world_of(here(app).scenario.grid).map.shape == (4, 12)
    assert "cut off the start" in text_of(app)
    assert sized(app, "rows").max == 100


UNREADABLE = {
    "S..\n.?G\n": "Line 2, column 2",
    "S..\n..\n": "Line 2, column 3",
    "...\n..G\n": "Line 1, column 1",
    "\n".join(["S" + "." * 299] + ["." * 300] * 299): "Line 1, column 101",
    "slip: 1.5\nS.G\n": "Line 1, column 7",
    "G: goal, reward 1e9\nS.G": "Line 1, column 17",
    "<script>alert(1)</script>": "Line 1, column 1",
}


def test_a_text_that_is_no_map_is_answered_at_the_control_and_nothing_is_lost(app):
    for text, where in UNREADABLE.items():
        area = next(area for area in app.text_area if area.label.startswith("The map as text"))
        area.set_value(text).run()
        assert not app.exception
        assert any(where in said and "The last good map stays." in said for said in errors(app)), where
        assert next(area for area in app.text_area if area.label.startswith("The map")).value == text
        assert here(app).scenario.grid.own_map == ""
        assert "16 of 16" in text_of(app)


def test_a_map_is_loaded_and_saved_as_text(app):
    area = next(area for area in app.text_area if area.label.startswith("The map as text"))
    area.set_value("step: -1\n\nS.#\n..G\n").run()
    assert world_of(here(app).scenario.grid).map.rows == ("S.#", "..G")
    assert "5 of 5" in text_of(app)


def test_the_text_file_holds_what_was_read_last_before_the_page_has_run_again(app):
    load_text(here(app), page(app), "S.#\n..G\n")  # as the field does, left by the press itself
    files = app.session_state["made files"]
    _, content = finished(files.get(0))
    assert content == b"S.#\n..G\n"


def test_a_slip_to_one_side_is_said_beside_its_slider(app):
    assert "All of it goes" not in text_of(app)
    area = next(area for area in app.text_area if area.label.startswith("The map as text"))
    area.set_value("slip: 0.4 left\n\nS.G\n").run()
    assert "All of it goes to the left of the way that is wanted." in text_of(app)


def test_a_file_that_is_no_text_says_from_where_on(app):
    app.get("file_uploader")[0].set_value(("map.txt", b"S.\xff", "text/plain")).run()
    assert any("no text from byte 3 on" in said for said in errors(app))


def test_a_file_is_a_map(app):
    app.get("file_uploader")[0].set_value(("map.txt", b"\xef\xbb\xbfS.G\r\n...\r\n", "text/plain")).run()
    assert world_of(here(app).scenario.grid).map.rows == ("S.G", "...")


def test_a_map_that_the_stage_could_not_read_is_named_and_the_last_good_one_stays(app):
    here(app).change_grid(own_map="S?G")
    app.run()
    assert any("Line 1, column 2" in said for said in errors(app))
    assert "16 of 16" in text_of(app)
    paint_cells(here(app), page(app), [(0, 1)], "wall")
    app.run()
    assert not app.error
    assert world_of(here(app).scenario.grid).map.rows[0] == "S#FF"


@pytest.mark.parametrize("stroke", [([(99, 0)], "wall"), ([(-1, -1)], "goal"), ([(0, 1)], "bomb"), ([], "wall")])
def test_a_stroke_that_no_board_makes_changes_nothing(app, stroke):
    paint_cells(here(app), page(app), *stroke)
    app.run()
    assert not app.exception
    assert here(app).scenario.grid.own_map == ""


def test_a_longer_text_than_a_link_can_carry_is_refused(app):
    with pytest.raises(ValueError, match="at most 20,000 fit"):
        load_text(here(app), page(app), "S.\n" + "\n" * 30_000)
    with pytest.raises(MapError):
        load_text(here(app), page(app), "")


def test_there_are_at_least_twelve_worlds_with_gymnasiums_among_them(app):
    options = next(box for box in app.selectbox if box.label == "World").options
    assert len(options) - 1 >= 12  # without the visitor's own
    assert {"Gymnasium FrozenLake 4x4", "Gymnasium FrozenLake 8x8", "Gymnasium CliffWalking", "Gymnasium Taxi"} <= set(
        options
    )


def test_a_goal_out_of_reach_and_a_world_without_one_are_said(app):
    load_text(here(app), page(app), "step: -1\n\nS.#G\n..##\n")
    app.run()
    assert "The goal cannot be reached" in text_of(app)
    select(app, "World", "jumps")
    assert "no goal" in text_of(app)


# Gymnasium's


def test_the_taxi_is_shown_with_as_much_map_as_it_has(app):
    select(app, "World", "gym-taxi")
    said = text_of(app)
    assert "404 of 500" in said
    assert "500 · 6 = 3,000" in said
    assert 'gymnasium.make("Taxi-v4").unwrapped.P' in said
    select(app, "Passenger", 4)
    select(app, "Destination", 3)
    choose_state(page(app), places_of(page(app)), (4, 3))
    page(app).action = 5
    app.run()
    assert "passenger in the taxi, to B; a: drop off" in text_of(app)
    assert "+20" in text_of(app)


def test_the_cliff_has_48_states_and_38_places_to_stand(app):
    select(app, "World", "gym-cliff")
    assert "38 of 48" in text_of(app)
    press(app, "Make it mine and paint on it")
    assert page(app).gym == ""
    assert here(app).scenario.grid.own_map
    assert "38 of 38" in text_of(app)  # a painted cliff is no state at all
    press(app, "Undo")
    assert page(app).gym == "gym-cliff"


def test_gymnasiums_world_cannot_be_painted_and_leaves_the_visits_own_alone(app):
    show_gym(page(app), "gym-lake")
    paint_cells(here(app), page(app), [(0, 1)], "wall")
    app.run()
    assert here(app).scenario.grid.own_map == ""
    assert places_of(page(app)).mdp.shape[0] == 16


# 2. P


def test_the_prediction_is_answered_with_the_number_of_the_table(app):
    radio = next(radio for radio in app.radio if radio.label.startswith("On the slippery lake"))
    radio.set_value("0.80").run()
    press(app, "Check", 0)
    assert any("You said 0" in info.value and "it is 0" in info.value for info in app.info)
    next(radio for radio in app.radio if radio.label.startswith("On the slippery lake")).set_value("0.33").run()
    press(app, "Check", 0)
    answered = next(done.value for done in app.success if done.value.startswith("Yes"))
    assert "Sample it below" in answered
    assert "Choose the lake" not in answered  # it is on the board
    select(app, "World", "cliff")
    assert any("Choose the lake above" in done.value for done in app.success)


def test_samples_add_up_stay_when_more_are_drawn_and_are_reset(app):
    press(app, "Sample 1,000", 0)
    first = next(c.value for c in app.caption if "= 1,000 samples" in c.value)
    parts = [int(n.replace(",", "")) for n in first.split(" = ")[0].split(" + ")]
    assert sum(parts) == 1000
    assert len(parts) == 3  # ahead, and to both sides
    press(app, "Sample 10", 0)
    press(app, "Sample 1", 0)
    assert any("= 1,011 samples" in c.value for c in app.caption)
    press(app, "Reset", 0)
    assert not any("samples. Largest" in c.value for c in app.caption)


def test_the_same_seed_gives_the_same_samples_and_another_seed_others(app):
    def drawn():
        return next(c.value for c in app.caption if "= 1,000 samples" in c.value)

    press(app, "Sample 1,000", 0)
    first = drawn()
    press(app, "Reset", 0)
    press(app, "Sample 1,000", 0)
    assert drawn() == first
    here(app).change_seed(8)
    app.run()
    assert drawn() != first


def test_samples_end_at_a_limit(app):
    page(app).sample("pair", MOST_SAMPLES + 5)
    assert page(app).samples["pair"] == MOST_SAMPLES


def test_an_edit_of_the_world_forgets_the_samples_of_the_old_one(app):
    press(app, "Sample 1,000", 0)
    paint_cells(here(app), page(app), [(0, 1)], "wall")
    app.run()
    assert not any("1,000 samples" in c.value for c in app.caption)


def test_in_a_goal_no_action_is_taken(app):
    choose_state(page(app), places_of(page(app)), (3, 3))
    app.run()
    assert "The episode is over here" in text_of(app)


# 3. pi


def test_an_edited_state_stays_edited_through_strokes_and_is_taken_back(app):
    places = places_of(page(app))
    edit_policy(page(app), places, 0, [0, 1, 2, 3], [0.1, 0.7, 0.1, 0.1])
    paint_cells(here(app), page(app), [(3, 2)], "wall")
    app.run()
    now = places_of(page(app))
    assert policy_table(page(app), now)[0].tolist() == pytest.approx([0.1, 0.7, 0.1, 0.1])
    assert policy_table(page(app), now)[1].tolist() == pytest.approx([0.25] * 4)
    press(app, "pi as it was")
    assert policy_table(page(app), now)[0].tolist() == pytest.approx([0.25] * 4)


def test_another_world_has_its_own_policy(app):
    edit_policy(page(app), places_of(page(app)), 0, [0, 1, 2, 3], [1, 0, 0, 0])
    show_world(here(app), page(app), "maze", "", None)
    assert policy_table(page(app), places_of(page(app))).max() == pytest.approx(0.25)
    undo(here(app), page(app))
    assert policy_table(page(app), places_of(page(app)))[0].tolist() == [1, 0, 0, 0]


def test_pi_may_begin_as_on_the_stage(app):
    page(app).base = "stage"
    app.run()
    table = policy_table(page(app), places_of(page(app)))
    assert table[0].tolist() == [0, 0, 0, 1]  # the lake's best policy goes left in the corner
    assert not app.exception


def test_forbidden_moves_have_no_bar(app):
    load_text(here(app), page(app), "edges: forbidden\n\nS.\n.G\n")
    app.run()
    assert not app.exception
    landing = next(radio for radio in app.radio if radio.label == "In which action does it land?")
    assert list(landing.options) == ["→ right", "↓ down"]


def test_the_draw_is_said_before_it_falls_and_lands_there(app):
    said = next(m.value for m in app.markdown if "the next draw is" in m.value)
    u = float(re.search(r"u (0\.\d\d)", said)[1])
    landing = ("↑ up", "→ right", "↓ down", "← left")[int(u * 4)]
    next(radio for radio in app.radio if radio.label == "In which action does it land?").set_value(landing).run()
    press(app, "Let it fall")
    assert any("Yes: it landed in" in done.value for done in app.success)
    press(app, "Draw 10")
    press(app, "Draw 1,000")
    assert list(page(app).draws.values()) == [1011]


# 4. Counting


def test_the_texts_of_smollm2_are_written_out(app):
    said = text_of(app)
    assert "76 digits" in said
    assert in_groups(prefixes(49_152, 16)) in said
    next(slider for slider in app.slider if slider.label.startswith("T:")).set_value(17).run()
    assert "80 digits" in text_of(app)


def test_how_many_texts_is_a_question_with_an_exact_answer(app):
    radio = next(radio for radio in app.radio if radio.label.startswith("SmolLM2"))
    radio.set_value("10^80: atoms of the universe").run()
    press(app, "Check", 1)
    assert any("76 digits" in done.value for done in app.success)


# 5. Markov


def test_two_histories_end_in_the_same_cell_with_the_same_pi(app):
    said = text_of(app)
    assert "after A, 5 steps" in said
    assert "After B: the same" in said
    press(app, "Another history B")
    assert "After B: the same" in text_of(app)


def test_a_cell_that_has_one_history_only_says_so(app):
    load_text(here(app), page(app), "edges: forbidden\n\nS.\n##\n".replace("##", "#G"))
    choose_state(page(app), places_of(page(app)), (1, 1))
    app.run()
    assert not app.exception
    assert "Both end here" in text_of(app) or "no two ways" in text_of(app)


def test_make_own_starts_from_the_preset_with_the_same_table(app):
    show_gym(page(app), "gym-lake8")
    make_own(here(app), page(app))
    assert world_of(here(app).scenario.grid).map == world("lake8").map


def test_the_fewest_steps_are_written_on_the_cells_and_nothing_on_the_wall(monkeypatch):
    """Russell & Norvig's world: around the wall to the goal in the upper right corner there are five."""
    drawn = []
    monkeypatch.setattr(counts, "board", lambda picture, **given: drawn.append(picture))
    at = AppTest.from_function(_script, default_timeout=60)
    at.query_params["world"] = "norvig"
    at.run()
    assert not at.exception
    (picture,) = drawn
    assert picture["labels"] == [[2, 3, 4, 5], [1, None, 3, 4], [0, 1, 2, 3]]
    assert picture["signs"][1][1] == "#"
