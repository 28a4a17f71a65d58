"""The Stage: one loop, two worlds, on one clock."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from components.controls.model import ask_model
from components.controls.prompt import ask_prompt
from components.controls.robot import OPEN as ROBOT
from components.controls.robot import ask_robot
from components.controls.seed import ask_seed
from components.controls.world import ask_world
from components.instruments.player import player
from components.server.host import choices
from components.server.models import models
from components.server.pictures import stage
from components.server.warmup import warmup
from components.shell.address import follow_address, visit, write_link
from components.shell.link import offer_link
from components.shell.messages import messages, model_messages, offer, tell_problem
from components.shell.moving_picture import photograph
from components.shell.now import tell_visit
from components.shell.plain import plain
from components.shell.ticker import part, work_on
from components.shell.visit import READY, Side, Visit
from components.shell.wanted_model import settle
from components.stage.memory import StageMemory, stage_memory
from components.stage.shown import bring_up_to_date
from components.stage.souvenirs import halves, offer_the_run
from mdp_core.grid.maps import MapError
from mdp_core.tokens.prompts import UnknownWordsError
from mdp_core.tokens.served.client import ServerError
from mdp_core.tokens.sources.model_id import SMOLLM2
from mdp_core.work import Work

LAST_GOOD = "The last good picture stays on the Stage."


def page() -> None:
    """The first page."""
    current, memory = follow_address(visit()), stage_memory()
    came = None
    if warmup().done:
        came = settle(current, models())
    problems = bring_up_to_date(current, memory, models())
    if came is not None and "text" not in problems:  # else the last good picture is another model's
        st.toast(plain(f"{came} is on the Stage."))
    _controls(current, memory, problems)
    part(lambda: _stage(visit(), memory))
    part(photograph)


def _controls(current: Visit, memory: StageMemory, problems: dict[Side, ValueError]) -> None:
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        grid_problem = problems.get("grid")
        if current.compared:
            st.button("Back to the robot", key="robot_again", on_click=lambda: setattr(current, "compares", False))
        else:
            ask_world(current)
            ask_robot(current, str(grid_problem) if isinstance(grid_problem, MapError) else "")
        ask_prompt(current)
        ask_model(current, models())
        ask_seed(current)
        offer_the_run(current, memory)
        part(lambda: offer_link(visit()))


# The Stage itself: the player, and what depends on it. A commit of the player runs this and nothing else.


def _stage(current: Visit, memory: StageMemory) -> None:
    problems = bring_up_to_date(current, memory, models())
    with messages():
        _tell(current, memory, problems)

    def chosen(side: str, t: int, action: Any) -> None:
        if _half(side) not in memory.stale:  # else it was chosen in a picture that is not what the controls say
            current.choose(_half(side), t, action)

    player(
        stage(*halves(current, memory)),
        current.view,
        current.command,
        key="player",
        watched=current.watched,
        on_view=current.look,
        on_choose=chosen,
        on_undo=lambda side: current.undo(_half(side)),
    )
    tell_visit(current)
    write_link(current)


def _tell(current: Visit, memory: StageMemory, problems: dict[Side, ValueError]) -> None:
    if choices().problem:
        tell_problem(choices().problem, "Pocket is on the Stage.")
    if choices().unread:
        tell_problem(choices().unread, "The other settings hold, and a switch that cannot be read is off.")
    if choices().no_device:
        tell_problem(choices().no_device, "Models run on the CPU.")
    model_messages(
        current, models(), warmup(), stays="What was on the Stage stays there.", meanwhile="Pocket is on the Stage"
    )
    _problems(current, memory, problems)
    if memory.writing is not None:
        work_on(memory.writing, _writing, key="writing", go_on="Write on")
    if memory.learning is not None:
        work_on(memory.learning, _learning, key="relearning", go_on="Learn on")


def _half(side: str) -> Side:
    """The half of the scenario that a side of the player shows: a policy and its reference share the text's."""
    return "grid" if side == "grid" else "text"


def _problems(current: Visit, memory: StageMemory, problems: dict[Side, ValueError]) -> None:
    """What is wrong with the worlds, one line each. What is wrong with a map is said at the map while that is open."""
    grid, text = problems.get("grid"), problems.get("text")
    if isinstance(grid, MapError) and st.session_state.get(ROBOT):
        grid = None
    if grid is not None:
        tell_problem(str(grid), LAST_GOOD)
    if isinstance(text, UnknownWordsError) and current.wanted is not None:
        return  # the model that is on its way may know them
    if isinstance(text, UnknownWordsError) and current.scenario.text.model == READY:
        offer(current, models(), str(text), SMOLLM2)
    elif isinstance(text, ServerError):
        tell_problem(str(text), LAST_GOOD, partial(_ask_again, memory), "Ask again", "_server")
    elif text is not None:
        tell_problem(str(text), LAST_GOOD)


def _ask_again(memory: StageMemory) -> None:
    memory.writing = None
    st.rerun()


def _writing(work: Work[Any]) -> str:
    return f"stopped at {work.doing}" if work.stopped else f"writing {work.doing}"


def _learning(work: Work[Any]) -> str:
    return f"stopped {work.doing}" if work.stopped else work.doing
