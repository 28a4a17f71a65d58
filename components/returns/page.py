"""Return: trajectories, gamma, and the objective, in both worlds."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.controls.model import ask_model
from components.controls.prompt import ask_prompt
from components.controls.robot import ask_robot
from components.controls.seed import ask_seed
from components.controls.world import ask_world
from components.returns.gamma import show_gamma
from components.returns.link import IN_LINK
from components.returns.memory import returns_memory
from components.returns.sparse import show_sparse
from components.returns.trajectories import draw_trajectories, show_trajectories
from components.returns.values import see_values, show_values
from components.server.models import models
from components.server.warmup import warmup
from components.shell.address import follow_address, linked_part, visit, write_link
from components.shell.messages import messages, model_messages
from components.shell.now import tell_visit
from components.shell.visit import Visit
from components.shell.wanted_model import settle
from mdp_core.grid.maps import MapError
from mdp_core.stage.grid import world_of

STYLE = Path(__file__).parent / "sampled_texts.css"


def page() -> None:
    """The page "Return"."""
    current, memory = follow_address(visit(), *IN_LINK), returns_memory()
    if warmup().done:
        settle(current, models())
    st.html(STYLE)
    _controls(current)
    with messages():
        model_messages(current, models(), warmup(), stays="The model that was here stays.", meanwhile="Pocket writes")
    draw_trajectories(current, memory)
    linked_part(lambda: show_trajectories(visit(), memory), *IN_LINK)
    linked_part(lambda: show_gamma(visit(), memory), *IN_LINK)
    linked_part(lambda: show_sparse(visit(), memory), *IN_LINK)
    see_values(current, memory)
    linked_part(lambda: show_values(visit(), memory), *IN_LINK)
    tell_visit(current)
    write_link(current, *IN_LINK)


def _controls(current: Visit) -> None:
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        ask_world(current)
        ask_robot(current, _map_problem(current))
        ask_prompt(current)
        ask_model(current, models())
        ask_seed(current)


def _map_problem(current: Visit) -> str:
    """Why the visit's map cannot be read."""
    try:
        world_of(current.scenario.grid)
    except MapError as error:
        return str(error)
    except ValueError:
        pass
    return current.drafts["map"].problem if "map" in current.drafts else ""
