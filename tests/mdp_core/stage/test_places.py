"""Worlds on their maps: Gymnasium's own tables, and the cells that their states lie on."""

import gymnasium
import numpy as np
import pytest

from mdp_core.grid.presets import PRESETS, world
from mdp_core.stage.places import GYM_WORLDS, grid_places, gym_places


def kinds_of(places):
    """What each cell of its map is."""
    return [[places.picture["legend"][sign]["kind"] for sign in row] for row in places.picture["signs"]]


@pytest.mark.parametrize("name", sorted(GYM_WORLDS))
def test_the_table_is_gymnasiums_own(name):
    places, made = gym_places(name), GYM_WORLDS[name]
    P = gymnasium.make(made.id, **dict(made.options)).unwrapped.P
    for s, choices in P.items():
        if places.mdp.terminal[s]:
            continue
        for a, row in choices.items():
            expected: dict[tuple[int, float], float] = {}
            for p, after, reward, _ in row:
                key = (int(after), float(reward))
                expected[key] = expected.get(key, 0.0) + p
            got = {(o.next_state, o.reward): p for o, p in places.mdp.transition(s, a)}
            assert got == pytest.approx(expected)


def test_the_lake_lies_on_its_desc():
    places = gym_places("gym-lake")
    assert (places.picture["rows"], places.picture["cols"]) == (4, 4)
    kinds = kinds_of(places)
    assert [kind == "pit" for kind in kinds[1]] == [False, True, False, True]
    assert kinds[3][3] == "goal"
    assert places.at[3, 3] == 15
    # "right" is Gymnasium's action 2, and its three ways from the corner are right, down and staying.
    right = places.actions.index("right")
    assert {places.cells[o.next_state] for o, _ in places.mdp.transition(0, right)} == {(0, 0), (0, 1), (1, 0)}


@pytest.mark.parametrize("name", sorted(GYM_WORLDS))
def test_a_move_goes_where_its_name_says(name):
    places = gym_places(name)
    middle = places.at[2, 2]
    for move, cell in {"up": (1, 2), "down": (3, 2), "left": (2, 1), "right": (2, 3)}.items():
        landings = {places.cells[o.next_state] for o, _ in places.mdp.transition(middle, places.actions.index(move))}
        assert cell in landings or name == "gym-cliff" or (name == "gym-taxi" and cell == (2, 2))


def test_the_cliff_is_drawn_where_nobody_stands():
    kinds = kinds_of(gym_places("gym-cliff"))
    assert kinds[3] == ["start", *["cliff"] * 10, "goal"]
    assert {kind for row in kinds[:3] for kind in row} == {"free"}


def test_the_taxi_lies_on_25_cells_for_one_passenger_and_destination():
    places = gym_places("gym-taxi", 4, 3)
    env = gymnasium.make("Taxi-v4").unwrapped
    assert places.at[4, 3] == env.encode(4, 3, 4, 3)
    assert places.words[places.at[4, 3]] == "row 5, column 4, passenger in the taxi, to B"
    assert len(places.at) == 25
    assert places.picture["signs"] == ["R...G", ".....", ".....", ".....", "Y..B."]
    assert places.picture["legend"]["B"] == {"kind": "goal", "label": "B"}
    assert places.picture["legend"]["R"] == {"kind": "free", "label": "R"}
    dropped = places.mdp.transition(places.at[4, 3], places.actions.index("drop off"))
    (outcome, p), *_ = dropped
    assert (outcome.reward, outcome.terminated, p) == (20.0, True, 1.0)
    # Six thin walls, two and two and two, as the map in Gymnasium's documentation shows them.
    assert sorted(map(str, places.picture["barriers"])) == sorted(
        str([[r, c], [r, c + 1]]) for r, c in [(0, 1), (1, 1), (3, 0), (4, 0), (3, 2), (4, 2)]
    )


def test_the_taxi_stops_at_its_walls():
    places = gym_places("gym-taxi")
    s = places.at[0, 1]
    (outcome, _), *_ = places.mdp.transition(s, places.actions.index("right"))
    assert outcome.next_state == s


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="choose one of gym-lake"):
        gym_places("gym-pendulum")


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_grid_world_lies_on_its_own_map(name):
    made = world(name)
    places = grid_places(made, "title")
    assert all(places.mdp.states[s] == cell for cell, s in places.at.items())
    arrows = places.arrows(places.random)
    r, c = made.map.start
    assert sum(arrows[r][c]) == pytest.approx(1)
    assert np.array_equal(places.random.sum(axis=1), np.ones(len(made.states)))
    laid = places.laid_out(np.arange(len(made.states)))
    assert laid.shape == arrows.shape[:2] == made.map.shape
    for cell in np.ndindex(*made.map.shape):
        s = places.at.get(cell)
        assert np.isnan(laid[cell]) if s is None else laid[cell] == s
        assert np.isnan(arrows[cell]).all() == (s is None or places.mdp.terminal[s])


@pytest.mark.parametrize("name", [name for name, made in GYM_WORLDS.items() if made.editable_as])
def test_the_preset_to_paint_on_has_gymnasiums_transitions(name):
    theirs, ours = gym_places(name), world(GYM_WORLDS[name].editable_as)
    for cell, s in theirs.at.items():
        if kinds_of(theirs)[cell[0]][cell[1]] == "cliff" or theirs.mdp.terminal[s]:
            continue
        for a, move in enumerate(theirs.actions):
            got: dict[tuple, float] = {}
            for o, p in theirs.mdp.transition(s, a):
                key = (theirs.cells[o.next_state], o.reward)
                got[key] = got.get(key, 0.0) + p
            expected = {(o.next_state, o.reward): p for o, p in ours.transition(cell, move)}
            assert got == pytest.approx(expected)
