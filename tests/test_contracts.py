"""The contracts, held by every preset, every policy and both worlds."""

import pytest

from mdp_core.grid.presets import PRESETS
from mdp_core.scenarios import GRID_POLICIES, GridScenario
from mdp_core.stage.grid import grid_frames, max_steps, policy_of, run_grid, world_of
from tests.contracts import (
    check_frames,
    check_mdp,
    check_policy,
    check_reproducible,
    check_same_draws,
    check_tabular,
    check_trajectory,
)

every_preset = pytest.mark.parametrize("name", list(PRESETS))
every_policy = pytest.mark.parametrize("policy", GRID_POLICIES)


@every_preset
@pytest.mark.parametrize("slip", [None, 0.0, 0.3, 1.0])
def test_grid_world_keeps_the_contract(name, slip):
    here = world_of(GridScenario(world=name, slip=slip))
    check_mdp(here)
    check_tabular(here.tabular(), here)
    check_mdp(here.tabular())


@every_preset
@every_policy
def test_grid_policy_keeps_the_contract(name, policy):
    scenario = GridScenario(world=name, policy=policy)
    check_policy(world_of(scenario), policy_of(scenario))
    check_reproducible(world_of(scenario), policy_of(scenario), seed=7, max_steps=max_steps(scenario))


@every_preset
@every_policy
def test_grid_frames_are_json(name, policy):
    scenario = GridScenario(world=name, policy=policy)
    check_frames(grid_frames(scenario, 7))
    check_frames(grid_frames(GridScenario(world=name, policy=policy, forced=((0, "up"),)), 7, before=()))


@every_preset
def test_slip_changes_the_distribution_and_keeps_the_draw(name):
    runs = [run_grid(GridScenario(world=name, policy="random", slip=slip), 11) for slip in (0.0, 0.5)]
    check_same_draws(*runs)
    assert len(runs[0].steps[0].outcomes) <= len(runs[1].steps[0].outcomes)
    assert runs[0].actions[0] == runs[1].actions[0]
    for slip, run in zip((0.0, 0.5), runs, strict=True):
        scenario = GridScenario(world=name, policy="random", slip=slip)
        check_trajectory(world_of(scenario), run, max_steps(scenario))
