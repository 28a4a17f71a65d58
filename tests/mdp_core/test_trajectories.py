"""Many trajectories at once: the loop's own, and as often as the exact probabilities say."""

import numpy as np
import pytest

from mdp_core.grid.presets import PRESETS
from mdp_core.horizon import expected_rewards
from mdp_core.payments import Payments
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import max_steps, policy_of, run_grid, world_of
from mdp_core.trajectories import SLICE, sample_trajectories, uniforms


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("policy", ["random", "epsilon"])
def test_the_first_trajectory_is_the_one_on_the_stage(name, policy):
    scenario = GridScenario(world=name, policy=policy)
    world = world_of(scenario)
    run = run_grid(scenario, seed=11)
    arrows = policy_of(scenario).arrows
    (many,) = sample_trajectories(world.tabular(), arrows, seed=11, count=3, max_steps=max_steps(scenario))
    walked = many.states[0, : many.lengths[0] + 1].tolist()
    assert walked == [world.index(cell) for cell in run.states]
    assert many.terminated[0] == run.terminated
    assert many.payments.returns(0.9)[0] == pytest.approx(run.rewards @ 0.9 ** np.arange(len(run)))


def test_a_trajectory_depends_on_its_number_only():
    scenario = GridScenario(policy="random")
    table, arrows = world_of(scenario).tabular(), policy_of(scenario).arrows
    few = list(sample_trajectories(table, arrows, seed=3, count=7, max_steps=20))
    many = list(sample_trajectories(table, arrows, seed=3, count=SLICE + 5, max_steps=20))
    assert [len(part) for part in many] == [SLICE, 5]
    assert np.array_equal(few[0].states, many[0].states[:7])
    assert many[1].first == SLICE
    assert not np.array_equal(many[0].states[:5], many[1].states)


def test_longer_trajectories_begin_with_the_shorter_ones():
    u, v = uniforms(5, 2, 30)
    assert u[:10].tolist() == uniforms(5, 2, 10)[0].tolist()
    assert u.tolist() != v.tolist()


@pytest.mark.parametrize(("name", "gamma"), [("lake", 1.0), ("cliff", 0.9), ("norvig", 1.0), ("wind", 0.95)])
def test_the_mean_return_is_the_exact_one(name, gamma):
    """Within four times the standard error: wrong about once in 15,000 seeds, and this is one of the others."""
    scenario = GridScenario(world=name, policy="random")
    table, arrows, steps = world_of(scenario).tabular(), policy_of(scenario).arrows, max_steps(scenario)
    parts = list(sample_trajectories(table, arrows, seed=1, count=2_000, max_steps=steps))
    returns = Payments.joined([part.payments for part in parts]).returns(gamma)
    exact = expected_rewards(table, arrows, steps) @ gamma ** np.arange(steps)
    assert returns.mean() == pytest.approx(exact, abs=4 * returns.std(ddof=1) / np.sqrt(len(returns)))


def test_a_start_that_is_drawn_is_drawn():
    scenario = GridScenario(world="chain", policy="right")
    table = world_of(scenario).tabular()
    import dataclasses

    start = np.zeros(table.shape[0])
    start[[1, 5]] = 0.25, 0.75
    both = dataclasses.replace(table, start=start)
    parts = list(sample_trajectories(both, policy_of(scenario).arrows, seed=0, count=2_000, max_steps=1))
    first = np.concatenate([part.states[:, 0] for part in parts])
    assert set(first.tolist()) == {1, 5}
    assert (first == 5).mean() == pytest.approx(0.75, abs=4 * np.sqrt(0.75 * 0.25 / 2_000))


def test_none_and_wrong_ones():
    scenario = GridScenario()
    table, arrows = world_of(scenario).tabular(), policy_of(scenario).arrows
    assert list(sample_trajectories(table, arrows, seed=0, count=0, max_steps=5)) == []
    with pytest.raises(ValueError, match="must not be negative"):
        next(sample_trajectories(table, arrows, seed=0, count=-1, max_steps=5))
    with pytest.raises(ValueError, match="shape"):
        next(sample_trajectories(table, arrows[:, :2], seed=0, count=1, max_steps=5))
