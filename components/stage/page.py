"""The Stage: one loop, two worlds, on one clock."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from components.controls.model import model
from components.controls.prompt import prompt
from components.controls.robot import OPEN as ROBOT
from components.controls.robot import robot
from components.controls.seed import seed
from components.controls.world import world
from components.instruments.player import player
from components.server.host import choices
from components.server.models import models
from components.server.pictures import stage
from components.server.warmup import warmup
from components.shell.link import link
from components.shell.messages import notes, offer, problem
from components.shell.on_its_way import on_its_way
from components.shell.plain import plain
from components.shell.visit import READY, Side, Visit, follow_address, visit, write_link
from components.shell.waiting import waiting
from components.shell.wanted_model import settle
from components.stage.shown import look
from mdp_core.grid.maps import MapError
from mdp_core.stage.learned import name_of
from mdp_core.tokens.prompts import UnknownWordsError
from mdp_core.tokens.sources.model_id import SMOLLM2

TICK = 0.3  # seconds between two looks at what is on its way
LAST_GOOD = "The last good picture stays on the Stage."


def page() -> None:
    """The first page."""
    here = follow_address(visit())
    if warmup().done:
        came = settle(here, models())
        if came is not None:
            st.toast(plain(f"{came} is on the Stage."))
    problems = look(here, models())
    _controls(here, problems)
    _messages(here)
    st.fragment(_stage)()


def _controls(here: Visit, problems: dict[Side, ValueError]) -> None:
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        found = problems.get("grid")
        if here.compared:
            st.button("Back to the robot", key="robot_again", on_click=_robot_again, args=(here,))
        else:
            world(here)
            robot(here, str(found) if isinstance(found, MapError) else "")
        prompt(here)
        model(here, models())
        seed(here)
        st.fragment(_link)()


def _link() -> None:
    link(visit(), st.context.url)


def _messages(here: Visit) -> None:
    """What concerns no picture: the link's notes, how the app was started, a model on its way or missing."""
    begun = warmup()
    here.announced = here.load
    notes(here.notes, here.dismiss)
    if choices().problem:
        problem(choices().problem, "Pocket is on the Stage.")
    if not begun.done or here.load is not None:
        st.fragment(on_its_way, run_every=TICK)()
        return
    if begun.problem:
        problem(begun.problem, "The robot walks all the same.")
    if here.model_problem:
        problem(here.model_problem, "What was on the Stage stays there.", here.give_up)
    if here.wish is not None:
        said = "The link asks for another language model; Pocket is on the Stage until it is here."
        offer(here, models(), said, here.wish.model)


# The Stage itself: the player, and what depends on it. A commit of the player runs this and nothing else.


def _stage() -> None:
    here = visit()
    if here.load is not here.announced:  # begun by a button in here: its bar belongs to the page
        _run_the_page(here)
    _problems(here, look(here, models()))
    if here.written is not None:
        here.written.due = False  # a run of the page ends quickly: the writing itself is the next tick's
        st.fragment(_writing, run_every=TICK)()
    if here.relearned is not None:
        st.fragment(_learning, run_every=TICK)()

    def chosen(side: str, t: int, action: Any) -> None:
        if _half(side) not in here.stale:  # else it was chosen in a picture that is not what the controls say
            here.choose(_half(side), t, action)

    left = here.shown.get("reference" if here.compared else "grid", here.shown["grid"])
    player(
        stage(left, here.shown["text"]),
        here.view,
        here.command,
        key="player",
        on_view=here.look,
        on_choose=chosen,
        on_undo=lambda side: here.undo(_half(side)),
    )
    write_link(here)


def _half(side: str) -> Side:
    """The half of the scenario that a side of the player shows: a policy and its reference share the text's."""
    return "grid" if side == "grid" else "text"


def _robot_again(here: Visit) -> None:
    here.touch()
    here.compares = False


def _problems(here: Visit, problems: dict[Side, ValueError]) -> None:
    """What is wrong with the worlds, one line each. What is wrong with a map is said at the map while that is open."""
    grid, text = problems.get("grid"), problems.get("text")
    if isinstance(grid, MapError) and st.session_state.get(ROBOT):
        grid = None
    if grid is not None:
        problem(str(grid), LAST_GOOD)
    if isinstance(text, UnknownWordsError) and here.wish is not None:
        return  # the model that is on its way may know them
    if isinstance(text, UnknownWordsError) and here.scenario.text.model == READY:
        offer(here, models(), str(text), SMOLLM2)
    elif text is not None:
        problem(str(text), LAST_GOOD)


def _learning() -> None:
    """The robot's policy is learned again, a slice a turn."""
    here = visit()
    relearned = here.relearned
    if relearned is None or relearned.done:
        _run_the_page(here)
        return
    said = f"learning the robot's policy: {name_of(relearned.scenario.learned)}"
    if relearned.stopped:
        waiting(f"stopped {said}", relearned.share, "Learn on", relearned.go_on, key="relearning")
        return
    bar = waiting(said, relearned.share, "Stop", relearned.stop, key="relearning")
    relearned.work()
    bar(said, relearned.share)
    if relearned.done:
        _run_the_page(here)


def _writing() -> None:
    """One token a turn: a run that is given up in the middle goes on where it was at the next tick."""
    here = visit()
    written = here.written
    if written is None:
        _run_the_page(here)
        return
    if written.stopped:
        waiting(
            f"stopped at {written.tokens} of {written.most} tokens",
            written.share,
            "Write on",
            written.go_on,
            key="writing",
        )
        return
    bar = waiting(
        f"writing {written.tokens} of {written.most} tokens", written.share, "Stop", written.stop, key="writing"
    )
    if not written.due:
        written.due = True
        return
    end = time.monotonic() + TICK
    try:
        for tokens in written.writing:
            written.tokens = tokens
            bar(f"writing {written.tokens} of {written.most} tokens", written.share)
            if time.monotonic() > end:
                return
    except ValueError as error:
        written.error, here.unwritten = error, written
    here.written = None
    _run_the_page(here)


def _run_the_page(here: Visit) -> None:
    here.touch()
    st.rerun()
