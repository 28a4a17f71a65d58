"""Grid worlds as Gymnasium environments: its own checker, frequencies against the tables, ends, and pictures."""

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from mdp_core.grid.gymnasium_env import RENDER_MODES, GridWorldEnv
from mdp_core.grid.gymnasium_table import from_gymnasium
from mdp_core.grid.maps import parse_map
from mdp_core.grid.picture import CELL, picture
from mdp_core.grid.presets import PRESETS, world
from mdp_core.grid.world import ACTIONS, GridWorld

RIGHT, DOWN = ACTIONS.index("right"), ACTIONS.index("down")


@pytest.fixture(scope="module")
def registered():
    """Gymnasium's checker looks at every render mode of an environment that it can make itself."""
    gymnasium.register("OneLoopTest/GridWorld-v0", entry_point=GridWorldEnv, disable_env_checker=True)
    yield "OneLoopTest/GridWorld-v0"
    del gymnasium.registry["OneLoopTest/GridWorld-v0"]


@pytest.mark.parametrize("name", PRESETS)
def test_it_passes_gymnasiums_own_check_without_a_warning(registered, name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(registered, world=world(name), render_mode="rgb_array", max_steps=50).unwrapped)


@pytest.mark.parametrize("name", PRESETS)
def test_its_table_is_that_of_the_world(name):
    """Out and in again: the same probabilities, rewards and ends."""
    table, again = world(name).tabular(), from_gymnasium(GridWorldEnv(world(name)))
    v = np.random.default_rng(3).normal(size=table.shape[0])
    inside = ~table.terminal
    np.testing.assert_allclose(again.q_from_v(v, 0.9)[inside], table.q_from_v(v, 0.9)[inside], atol=1e-12)
    np.testing.assert_array_equal(again.start, table.start)
    np.testing.assert_array_equal(again.terminal, table.terminal)


@pytest.mark.parametrize("name", ["lake", "norvig", "cliff", "wind"])
def test_steps_are_as_frequent_as_the_table_says(name):
    """Every pair of a world with slip, n steps each. By Hoeffding's inequality a frequency is off by more than
    sqrt(log(2 M / 1e-6) / 2n) with probability 1e-6 at most, for all M frequencies together."""
    here = world(name).with_slip(0.5)
    table, env, n = here.tabular(), GridWorldEnv(here), 400
    pairs = [(s, a) for s in np.flatnonzero(~table.terminal) for a in range(4)]
    bound = np.sqrt(np.log(2 * len(pairs) * 3 / 1e-6) / (2 * n))
    env.reset(seed=5)
    total = np.zeros(4)
    for s, a in pairs:
        seen = {}
        for _ in range(n):
            env.reset(options={"cell": here.states[s]})
            to, reward, terminated, truncated, _ = env.step(a)
            seen[int(to), reward, terminated] = seen.get((int(to), reward, terminated), 0) + 1 / n
            assert not truncated
        said = {(o.next_state, o.reward, o.terminated): p for o, p in table.transition(int(s), a)}
        assert set(seen) <= set(said)
        assert all(abs(seen.get(key, 0.0) - p) <= bound for key, p in said.items())
        total += [seen.get(key, 0.0) - p for key, p in said.items()] + [0.0] * (4 - len(said))
    # Errors of the pairs cancel out: what is first in every row is not too frequent over all.
    assert abs(total[0]) / len(pairs) <= np.sqrt(np.log(2 / 1e-6) / (2 * n * len(pairs)))


def test_a_seed_repeats_a_walk_and_no_seed_goes_on():
    env = GridWorldEnv(world("lake"))

    def walk(seed):
        first, _ = env.reset(seed=seed)
        path = [int(first)]
        for _ in range(30):
            state, _, terminated, _, _ = env.step(RIGHT)
            path.append(int(state))
            if terminated:
                env.reset()
        return path

    assert walk(1) == walk(1)
    assert len({tuple(walk(seed)) for seed in range(5)}) > 1
    assert walk(1) != walk(None)


def test_ends_and_limits_are_told_apart():
    env = GridWorldEnv(GridWorld(parse_map("S.G")), max_steps=2)
    env.reset()
    assert env.step(RIGHT)[:4] == (1, 0.0, False, False)
    assert env.step(RIGHT)[:4] == (2, 1.0, True, False)  # the end comes first, even in the last step
    with pytest.raises(ValueError, match="the episode is over; call reset first"):
        env.step(RIGHT)
    state, info = env.reset()
    assert (state, info["cell"], info["action_mask"].tolist()) == (0, (0, 0), [1, 1, 1, 1])
    env.step(DOWN)
    assert env.step(DOWN)[:4] == (0, 0.0, False, True)


def test_a_world_that_pays_on_leaving_goes_through_its_goal():
    env = GridWorldEnv(GridWorld(parse_map("pays: leaving\nstep: -0.5\nSG")))
    env.reset()
    assert env.step(RIGHT)[:4] == (1, -0.5, False, False)
    state, reward, terminated, _, info = env.step(DOWN)
    assert (state, reward, terminated, info["cell"]) == (2, 1.0, True, (-1, -1))


def test_an_action_that_is_not_offered_costs_a_step():
    env = GridWorldEnv(GridWorld(parse_map("step: -1\nedges: forbidden\nS.\n..")))
    _, info = env.reset()
    assert info["action_mask"].tolist() == [0, 1, 1, 0]
    assert env.step(ACTIONS.index("up"))[:4] == (0, -1.0, False, False)
    assert set(env.P[0]) == {RIGHT, DOWN}


def test_an_episode_may_begin_elsewhere():
    env = GridWorldEnv(GridWorld(parse_map("S.G\n.#.")))
    assert env.reset(options={"cell": (1, 2)})[0] == 4
    for cell, message in [((0, 2), "the episode is over"), ((1, 1), "no state"), ("there", "no state")]:
        with pytest.raises(ValueError, match=message):
            env.reset(options={"cell": cell})


def test_the_map_as_text():
    env = GridWorldEnv(GridWorld(parse_map("S.G\n.#.")), render_mode="ansi")
    env.reset()
    assert env.render() == "(start)\n@.G\n.#.\n"
    env.step(DOWN)
    assert env.render() == "(down)\nS.G\n@#.\n"
    assert GridWorldEnv(world("lake")).render() is None


def test_the_map_as_pixels():
    here = GridWorld(parse_map("S.G\nH#C"))
    env = GridWorldEnv(here, render_mode="rgb_array")
    env.reset()
    image = env.render()
    assert image.shape == (2 * CELL, 3 * CELL, 3)
    assert image.dtype == np.uint8
    corners = image[4::CELL, 4::CELL].reshape(-1, 3)
    assert len({tuple(c) for c in corners.tolist()}) == 6  # six kinds, six colours
    middle = slice(CELL // 2, None, CELL)
    before, after = picture(here, (0, 0))[middle, middle], picture(here, (0, 1))[middle, middle]
    assert (before != after).any(axis=2).tolist() == [[True, True, False], [False, False, False]]
    np.testing.assert_array_equal(picture(here), picture(here, (-1, -1)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"render_mode": "human"}, "rgb_array, ansi, not 'human'"), ({"max_steps": 0}, "max_steps must be at least 1")],
)
def test_what_it_cannot_do_it_says(arguments, message):
    with pytest.raises(ValueError, match=message):
        GridWorldEnv(world("lake"), **arguments)
    env = GridWorldEnv(world("lake"))
    env.reset()
    with pytest.raises(ValueError, match="a number from 0 to 3, not 4"):
        env.step(4)
    assert set(env.metadata["render_modes"]) == set(RENDER_MODES)
