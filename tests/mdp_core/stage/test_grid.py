"""The grid's frames: what the player is told, and what never depends on what."""

from dataclasses import replace

import pytest

from mdp_core.grid.maps import MapError
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import grid_frames, max_steps, run_grid, solve_gamma
from tests.contracts import check_frames


def test_the_corridor_by_the_obstinate_policy():
    frames = grid_frames(GridScenario(world="corridor", policy="right"), 7)
    assert [step["state"]["cell"] for step in frames["steps"]] == [[0, c] for c in range(20)]
    assert [step["reward"] for step in frames["steps"]] == [0.0] * 19 + [1.0]
    assert frames["ending"] == "reached the goal"
    assert frames["score"] == {"name": "all rewards added up", "total": 1.0, "parts": [["1 × 1", 1.0]]}
    assert frames["steps"][0]["state"]["text"] == "row 1, column 1"
    assert frames["steps"][0]["outcomes"] == [
        {"label": "right", "cell": [0, 1], "p": 1.0, "reward": 0.0, "terminated": False}
    ]
    assert frames["words"]["transition"] == "one cell on, P = 1"


def cell(shown, r, c):
    """What the sign of a cell stands for."""
    return shown["legend"][shown["signs"][r][c]]


def test_the_map_that_is_shown():
    shown = grid_frames(GridScenario(world="jumps", policy="random"), 7)["map"]
    assert (shown["rows"], shown["cols"], shown["start"]) == (5, 5, [4, 0])
    assert shown["jumps"] == [
        {"from": [0, 1], "to": [4, 1], "reward": 10.0},
        {"from": [0, 3], "to": [2, 3], "reward": 5.0},
    ]
    assert cell(shown, 0, 1) == {"kind": "jump", "reward": 10.0, "label": "A"}
    assert [cell(shown, 4, c) for c in (0, 1)] == [{"kind": "start", "label": "S"}, {"kind": "free", "label": "a"}]
    assert shown["arrows"][2][2] == [0.25] * 4
    assert shown["values"][0][1] == pytest.approx(10 / (1 - 0.9**5))
    assert shown["gamma"] == 0.9


def test_walls_holes_and_goals_on_the_map():
    shown = grid_frames(GridScenario(world="norvig"), 7)["map"]
    assert cell(shown, 1, 1) == {"kind": "wall"}
    assert shown["values"][1][1] is None
    assert shown["arrows"][1][1] is None
    assert cell(shown, 0, 3) == {"kind": "goal", "reward": 1.0, "label": "+1"}
    assert cell(shown, 1, 3) == {"kind": "pit", "reward": -1.0, "label": "−1"}
    lake = grid_frames(GridScenario(world="lake"), 7)["map"]
    assert cell(lake, 1, 1) == {"kind": "pit", "reward": 0.0, "label": "H"}
    assert lake["arrows"][1][1] is None
    assert lake["values"][1][1] == 0.0


@pytest.mark.parametrize(
    ("scenario", "ending"),
    [
        (GridScenario(world="lake", policy="right", slip=0.0, forced=((0, "down"),)), "fell into a hole"),
        (GridScenario(world="cliff", policy="right"), "cut off after 60 steps"),
        (GridScenario(world="norvig", slip=0.0), "reached the goal"),
        (GridScenario(own_map="pays: leaving\nSH", policy="right"), "fell into a hole"),
    ],
)
def test_the_end_is_told(scenario, ending):
    assert grid_frames(scenario, 7)["ending"] == ending


def test_an_end_that_pays_on_leaving_stays_on_the_map():
    last = grid_frames(GridScenario(world="norvig", slip=0.0), 7)["steps"][-1]
    assert last["state"]["cell"] == [0, 3]
    assert last["next"] == {"text": "the end", "cell": [0, 3]}
    assert last["reward"] == 1.0
    assert last["terminated"]


def test_a_fall_from_the_cliff_and_its_way_back():
    step = grid_frames(GridScenario(world="cliff", policy="right"), 7)["steps"][0]
    assert step["outcomes"] == [
        {"label": "back to the start", "cell": [3, 0], "p": 1.0, "reward": -100.0, "terminated": False}
    ]


def test_the_ghost_is_the_future_that_was_given_up():
    free = run_grid(GridScenario(world="corridor", policy="right"), 7)
    frames = grid_frames(GridScenario(world="corridor", policy="right", forced=((2, "left"),)), 7, before=())
    assert frames["ghost"]["from"] == 2
    assert frames["ghost"]["cells"] == [[0, c] for c in range(2, 21)]
    assert frames["ghost"]["rewards"] == free.rewards.tolist()
    assert frames["steps"][2]["forced"]
    assert frames["steps"][2]["bars"][frames["steps"][2]["chosen"]]["p"] == 0.0
    assert len(frames["steps"]) == 22
    undone = grid_frames(GridScenario(world="corridor", policy="right"), 7, before=((2, "left"),))
    assert undone["ghost"]["from"] == 2
    assert undone["ghost"]["cells"][:3] == [[0, 2], [0, 1], [0, 2]]
    assert grid_frames(GridScenario(world="corridor"), 7)["ghost"] is None
    check_frames(frames)
    check_frames(undone)


def test_the_greedy_policys_gamma_is_the_worlds_and_is_said():
    assert solve_gamma(GridScenario(world="chain")) == 0.9
    assert solve_gamma(GridScenario(own_map="S.G")) == 0.99
    caption = grid_frames(GridScenario(world="chain"), 7)["caption"]
    assert caption == "the best policy for gamma 0.90"
    assert run_grid(GridScenario(world="chain"), 7).actions == ("right",) * 10


def test_epsilon_shows_in_the_bars():
    step = grid_frames(GridScenario(world="corridor", policy="epsilon", epsilon=0.2), 7)["steps"][0]
    assert [(bar["label"], round(bar["p"], 12)) for bar in step["bars"]] == [
        ("↑ up", 0.05),
        ("→ right", 0.85),
        ("↓ down", 0.05),
        ("← left", 0.05),
    ]


def test_an_own_map_with_its_title_its_slip_and_a_forbidden_edge():
    own = "title: Mine\nedges: forbidden\nslip: 0.5\nS..\n.#G"
    frames = grid_frames(GridScenario(own_map=own, policy="epsilon"), 7)
    check_frames(frames)
    assert frames["title"] == "Mine"
    assert len(frames["steps"][0]["bars"]) == 2
    assert grid_frames(GridScenario(own_map="S.G"), 7)["title"] == "Your map"
    assert max_steps(GridScenario(own_map="S.G")) == 20
    assert max_steps(GridScenario(own_map="S" + "." * 99)) == 200


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"world": "moon"}, "no grid world “moon”"),
        ({"policy": "clever"}, "no policy “clever”"),
        ({"slip": 2.0}, "slip is a probability"),
        ({"policy": "epsilon", "epsilon": 1.5}, "epsilon"),
        ({"forced": ((0, "fly"),)}, "not allowed at t = 0"),
    ],
)
def test_bad_scenarios_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        grid_frames(replace(GridScenario(), **change), 7)
    with pytest.raises(MapError):
        grid_frames(GridScenario(own_map="..."), 7)
