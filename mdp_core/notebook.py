"""A notebook to take along: the Stage's run, made again with this package, for who wants to go on from there."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any

from mdp_core.frames import Json
from mdp_core.scenarios import Scenario, View
from mdp_core.tokens.sources.model_id import reads_chats

WALKS, TEXTS = 1_000, 200  # trajectories of a sample

ABOUT = """# One Loop: a robot and a language model, in one loop

A state, a policy, a draw, an action, a transition, a reward: a robot in a grid and a language model that writes go through
the same loop. Below is the run that was on the Stage, made again by the package `mdp_core`.

Run this notebook in the folder of One Loop, with what its `requirements.txt` names. The same seed gives the same numbers."""

SCENARIO = """from mdp_core.scenarios import GridScenario, Learned, Scenario, TextScenario

scenario = {scenario}
gamma = {gamma}"""

WALK = """from mdp_core.returns import discounted_return, returns_to_go
from mdp_core.stage.grid import run_grid

walk = run_grid(scenario.grid, scenario.seed)
for step, to_go in zip(walk.steps, returns_to_go(walk.rewards, gamma), strict=True):
    print(step.t, step.state, step.action, step.reward, float(to_go))
print("robot: rewards =", walk.rewards.tolist())
print("robot: G_0 =", float(discounted_return(walk.rewards, gamma)))"""

ABOUT_TEXT = "## The language model\n\nThe action is a token; the reward comes when the text is finished."
CHATTING = (
    " The model reads the prompt as a chat, by its own template: `model.encode` puts it around the prompt, and `decode` "
    "leaves it out."
)

TEXT = """from mdp_core.rollout import Draws, play
from mdp_core.stage.text import policy_of, token_mdp
from mdp_core.tokens.sources import drain, load

model = drain(load(scenario.text.model))
text = play(
    token_mdp(model, scenario.text),
    policy_of(model, scenario.text),
    rng=Draws(scenario.seed),
    max_steps=scenario.text.max_tokens,
    forced=dict(scenario.text.forced),
)
for step, to_go in zip(text.steps, returns_to_go(text.rewards, gamma), strict=True):
    print(step.t, repr(model.piece(step.action)), step.reward, float(to_go))
print("text: written =", repr(model.decode(text.states[-1])))
print("text: rewards =", text.rewards.tolist())
print("text: G_0 =", float(discounted_return(text.rewards, gamma)))"""

WALKS_SAMPLE = """from mdp_core.stage.samples import Sample, draw_texts, draw_walks, limit_of
from mdp_core.work import Work

walks = Sample("walks", count={count}, limit=limit_of(scenario.grid))
Work(draw_walks(walks, scenario.grid, scenario.seed)).finish()
returns = walks.payments.returns(gamma)
print("walks: mean G_0 =", float(returns.mean()))
print("walks: standard error =", float(returns.std(ddof=1) / len(returns) ** 0.5))"""

TEXTS_SAMPLE = """texts = Sample("texts", count={count}, limit=scenario.text.max_tokens)
Work(draw_texts(texts, model, scenario.text, scenario.seed, batch=64)).finish()
returns = texts.payments.returns(gamma)
print("texts: mean G_0 =", float(returns.mean()))
print("texts: standard error =", float(returns.std(ddof=1) / len(returns) ** 0.5))"""


def stage_notebook(scenario: Scenario, view: View) -> str:
    """A notebook (nbformat 4.5, as JSON) that makes both trajectories of `scenario`, their returns at the view's gamma, and
    samples of both worlds with their mean returns.

    Nothing of the scenario stands in a cell but as a Python literal: its texts are strings, whatever they say.
    """
    written = SCENARIO.format(scenario=_literal(scenario), gamma=repr(float(view.gamma)))
    cells = [
        _markdown(ABOUT),
        _markdown("## What is rolled out"),
        _code(written),
        _markdown("## The robot\n\nEvery step: t, the state, the action, the reward, the return-to-go."),
        _code(WALK),
        _markdown(ABOUT_TEXT + CHATTING * reads_chats(scenario.text.model)),
        _code(TEXT),
        _markdown(
            "## The objective is a mean\n\nOne trajectory has one return. The objective is its expectation; a sample's mean "
            "estimates it. Actions that were chosen by hand are left out."
        ),
        _code(WALKS_SAMPLE.format(count=WALKS)),
        _code(TEXTS_SAMPLE.format(count=TEXTS)),
    ]
    notebook = {
        "cells": [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1)


def _literal(value: Any, depth: int = 0) -> str:
    """`value` as Python source: a dataclass with one field a line, everything else by repr."""
    if not is_dataclass(value):
        return repr(value)
    inner, outer = "    " * (depth + 1), "    " * depth
    lines = [f"{inner}{field.name}={_literal(getattr(value, field.name), depth + 1)},\n" for field in fields(value)]
    return f"{type(value).__name__}(\n{''.join(lines)}{outer})"


def _markdown(text: str) -> Json:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> Json:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text}
