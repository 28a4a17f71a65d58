"""The notebook: it runs, and what it prints are the app's own numbers."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

from mdp_core.notebook import TEXTS, WALKS, stage_notebook
from mdp_core.returns import discounted_return
from mdp_core.scenarios import GridScenario, Learned, Scenario, TextScenario, View
from mdp_core.stage.grid import grid_frames
from mdp_core.stage.samples import Sample, draw_texts, draw_walks, limit_of
from mdp_core.stage.text import text_frames_by_token
from mdp_core.tokens.sources import drain
from mdp_core.work import Work

ROOT = Path(__file__).parents[2]
HOSTILE = "the movie was '''\"\"\"\\\n{print('hacked')} <script>alert(1)</script> \u2028 {gamma}"
SCENARIO = Scenario(
    seed=11,
    grid=GridScenario(world="cliff", policy="epsilon", epsilon=0.3, forced=((0, "right"),)),
    text=TextScenario(prompt="the movie was", temperature=0.9, max_tokens=6),
)


def code_of(notebook):
    return [cell["source"] for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def printed():
    """What the cells print when all are run, one after the other, by a Python that has nothing else in it."""
    code = "\n".join(code_of(stage_notebook(SCENARIO, View(gamma=0.83))))
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return dict(line.split(" = ", 1) for line in ran.stdout.splitlines() if " = " in line)


def test_it_makes_the_robots_run_again(printed):
    rewards = [step["reward"] for step in grid_frames(SCENARIO.grid, SCENARIO.seed)["steps"]]
    assert ast.literal_eval(printed["robot: rewards"]) == rewards
    assert float(printed["robot: G_0"]) == float(discounted_return(rewards, 0.83))


def test_it_makes_the_text_again(printed, pocket):
    frames = drain(text_frames_by_token(pocket, SCENARIO.text, SCENARIO.seed))
    rewards = [step["reward"] for step in frames["steps"]]
    assert ast.literal_eval(printed["text: rewards"]) == rewards
    assert float(printed["text: G_0"]) == float(discounted_return(rewards, 0.83))
    written = "".join([*frames["prompt"], *(step["piece"] for step in frames["steps"])])
    assert ast.literal_eval(printed["text: written"]).strip() == written.strip()


def test_its_samples_have_the_mean_that_page_return_draws(printed, pocket):
    walks = Sample("walks", WALKS, limit_of(SCENARIO.grid))
    Work(draw_walks(walks, SCENARIO.grid, SCENARIO.seed)).finish()
    texts = Sample("texts", TEXTS, SCENARIO.text.max_tokens)
    Work(draw_texts(texts, pocket, SCENARIO.text, SCENARIO.seed, 64)).finish()
    for name, sample in (("walks", walks), ("texts", texts)):
        returns = sample.payments.returns(0.83)
        assert float(printed[f"{name}: mean G_0"]) == float(np.mean(returns))
        assert float(printed[f"{name}: standard error"]) == float(np.std(returns, ddof=1) / np.sqrt(len(returns)))


@pytest.mark.parametrize("scenario", [SCENARIO, Scenario(text=TextScenario(prompt=HOSTILE, formula=HOSTILE))])
def test_it_is_a_notebook(scenario):
    nbformat.validate(nbformat.reads(stage_notebook(scenario, View()), as_version=4))


def test_hostile_text_is_a_string_in_one_cell_and_nothing_else():
    scenario = Scenario(
        grid=GridScenario(own_map=HOSTILE, policy="learned", learned=Learned(gamma=0.95)),
        text=TextScenario(model=HOSTILE, prompt=HOSTILE, formula=HOSTILE, word=HOSTILE),
    )
    hostile, kind = (json.loads(stage_notebook(one, View(gamma=0.5)))["cells"] for one in (scenario, SCENARIO))
    different = [cell["id"] for cell, other in zip(hostile, kind, strict=True) if cell["source"] != other["source"]]
    assert len(different) == 1
    space = {}
    exec(next(cell["source"] for cell in hostile if cell["id"] in different), space)
    assert space["scenario"] == scenario
    assert space["gamma"] == 0.5
