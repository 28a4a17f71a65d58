"""Section 1, the world, to paint on: its map, its controls, what it lacks, and what the last edit changed."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

import streamlit as st

from components.controls.control import control, drop_draft, keep_draft
from components.instruments.board import board
from components.instruments.drawing.figures import signed_digits
from components.mdp.memory import (
    MdpMemory,
    base_map,
    load_text,
    make_own,
    paint_cells,
    places_of,
    remarks_of,
    set_size,
    set_step,
    show_gym,
    show_world,
    text_of,
    undo,
)
from components.shell.bringing import ask_file
from components.shell.file_button import offer_file
from components.shell.plain import plain
from components.shell.takeaway import conclude
from components.shell.visit import Visit
from mdp_core.grid import maps
from mdp_core.grid.maps import LIMIT, MAX_REWARD
from mdp_core.grid.presets import PRESETS
from mdp_core.grid.slip import slip_meant, slip_text
from mdp_core.stage.grid import world_of
from mdp_core.stage.places import GYM_WORLDS, IN_TAXI, TAXI_STANDS

OWN = "own"
TEXT = "mdp_text"  # the draft of a map that cannot be read
WIDEST = 200  # characters of a file's name


def show_world_editor(current: Visit, memory: MdpMemory, unreadable: str) -> None:
    """Section 1."""
    st.header("1 · The world: paint it", anchor="world")
    left, right = st.columns([8, 5], gap="medium")
    with left:
        _draw_painting(current, memory)
        _tell(memory, unreadable)
    with right:
        _ask_world(current, memory)
        conclude("States, actions, P, r: a Markov decision process, MDP, is a map's rules, and nothing else.")


def _draw_painting(current: Visit, memory: MdpMemory) -> None:
    """The map itself, with the board's palette where it can be painted on."""
    places, amounts = places_of(memory), memory.amounts
    brushes = [
        ("wall", "wall"),
        ("free", "free"),
        ("start", "start S"),
        ("goal", _brush("goal", amounts)),
        ("pit", _brush("pit", amounts)),
        ("hole", "hole H 0"),
        ("cliff", _brush("cliff", amounts)),
        ("reward", _brush("reward", amounts)),
    ]
    board(
        places.picture,
        key="mdp_painting",
        name="The world",
        layers=("none",),
        palette=() if memory.gym else brushes,
        height=400,
        on_paint=lambda cells, kind: paint_cells(current, memory, cells, kind),
    )
    if any(cell.get("label") == "H" for cell in places.picture["legend"].values()):
        st.caption("H is a hole, a pit that pays 0: the episode ends in it, and the goal is not reached any more.")


def _brush(kind: str, amounts: dict[str, float]) -> str:
    return f"{kind} {signed_digits(amounts[kind], 6)}"


def _tell(memory: MdpMemory, problem: str) -> None:
    """What is wrong with the map, what it lacks, why a stroke was none, and what the last edit changed."""
    if problem:
        st.error(plain(f"{problem} The last good map stays."))
    if memory.refused:
        st.warning(plain(memory.refused))
    for sentence in remarks_of(memory):
        st.warning(plain(sentence))
    if memory.edit is not None:
        edit = memory.edit
        before, after = edit.states
        states = f"|S| {before:,} → {after:,}" if before != after else f"|S| {after:,}, as before"
        st.markdown(
            f"Your last edit: **{states}** · "
            f"**P** moves in {edit.transitions:,} of {edit.pairs:,} pairs (s, a) · **r** in {edit.rewards:,}."
        )


def _ask_world(current: Visit, memory: MdpMemory) -> None:
    """Which world, its numbers, its size, and its text."""
    _choice(current, memory)
    if memory.gym:
        _gymnasium(current, memory)
        return
    _numbers(current, memory)
    _amounts(current, memory)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _size(current, memory)
        st.button("Undo", key="mdp_undo", on_click=undo, args=(current, memory), disabled=not len(memory.past))
        _text(current, memory)


def _choice(current: Visit, memory: MdpMemory) -> None:
    options = [*PRESETS, OWN, *GYM_WORLDS]
    shown = memory.gym or (OWN if memory.good.own_map else memory.good.world)
    st.selectbox(
        "World",
        options,
        format_func=_title,
        filter_mode=None,
        **control(current, "mdp_world", shown, lambda name: _chosen(current, memory, name), options),
    )
    if memory.gym:
        st.caption(plain(GYM_WORLDS[memory.gym].question))
    elif memory.good.own_map:
        st.caption("Your own map: the robot on the Stage walks it, and the other pages take it up.")
    else:
        preset = PRESETS[memory.good.world]
        st.caption(plain(f"{preset.question} ({preset.source})"))


def _title(name: str) -> str:
    if name == OWN:
        return "Your own map"
    return GYM_WORLDS[name].title if name in GYM_WORLDS else PRESETS[name].title


def _chosen(current: Visit, memory: MdpMemory, name: str | None) -> None:
    drop_draft(current, TEXT)
    if name is None:
        return
    if name in GYM_WORLDS:
        show_gym(memory, name)
    elif name == OWN:
        show_world(
            current,
            memory,
            memory.good.world,
            memory.good.own_map or current.kept_map or text_of(memory),
            memory.good.slip,
        )
        memory.edit = None
    else:
        current.kept_map = memory.good.own_map or current.kept_map
        show_world(current, memory, name, "", None)
        memory.edit = None


def _gymnasium(current: Visit, memory: MdpMemory) -> None:
    world = GYM_WORLDS[memory.gym]
    st.markdown(f'Straight from Gymnasium: `gymnasium.make("{world.id}").unwrapped.P`, read and not copied.')
    if memory.gym == "gym-taxi":
        st.markdown(
            "A taxi's state is its cell, where the passenger is, and where the passenger wants to go: "
            "25 · 5 · 4 = 500. The map shows the 25 states of one choice of the other two."
        )
        left, right = st.columns(2)
        waiting = range(IN_TAXI + 1)

        def ride(passenger: int | None = None, destination: int | None = None) -> None:
            memory.passenger = memory.passenger if passenger is None else passenger
            memory.destination = memory.destination if destination is None else destination
            memory.state = None

        with left:
            st.selectbox(
                "Passenger",
                waiting,
                format_func=lambda i: "in the taxi" if i == IN_TAXI else f"waits at {TAXI_STANDS[i]}",
                **control(current, "mdp_passenger", memory.passenger, lambda i: ride(passenger=i), waiting),
            )
        with right:
            stands = range(len(TAXI_STANDS))
            st.selectbox(
                "Destination",
                stands,
                format_func=TAXI_STANDS.__getitem__,
                **control(current, "mdp_destination", memory.destination, lambda i: ride(destination=i), stands),
            )
        st.caption(
            "Its thin walls and its passenger are more than a painted map can say: it is to look at here, "
            "and page Learn solves it."
        )
    if world.editable_as:
        st.button("Make it mine and paint on it", key="mdp_make_own", on_click=make_own, args=(current, memory))
    st.button("Undo", key="mdp_undo", on_click=undo, args=(current, memory), disabled=not len(memory.past))


def _numbers(current: Visit, memory: MdpMemory) -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    grid = world_of(memory.good).map
    with left:
        st.slider(
            "slip: the chance of going sideways",
            0.0,
            1.0,
            step=0.01,
            **control(current, "mdp_slip", round(grid.slip, 2), lambda slip: _slip(current, memory, slip)),
        )
        if grid.slip != round(grid.slip, 2):
            st.caption(f"slip is {slip_text(grid.slip)} exactly: the slider shows it rounded.")
        if grid.slip and grid.side != "both":
            st.caption(f"All of it goes to the {grid.side} of the way that is wanted.")
    with right:
        st.number_input(
            "step reward",
            -MAX_REWARD,
            MAX_REWARD,
            step=0.1,
            **control(current, "mdp_step", float(grid.step), lambda step: _step(current, memory, step)),
        )


def _slip(current: Visit, memory: MdpMemory, slip: float) -> None:
    good = memory.good
    show_world(current, memory, good.world, good.own_map, slip_meant(slip, base_map(memory).slip))


def _step(current: Visit, memory: MdpMemory, step: float | None) -> None:
    if step is not None:
        set_step(current, memory, step)


def _amounts(current: Visit, memory: MdpMemory) -> None:
    labels = {"goal": "a goal pays", "pit": "a pit", "cliff": "a cliff", "reward": "a reward"}
    for (kind, label), column in zip(labels.items(), st.columns(4), strict=True):
        with column:
            st.number_input(
                label,
                -MAX_REWARD,
                MAX_REWARD,
                step=0.5,
                **control(current, f"mdp_{kind}", memory.amounts[kind], partial(_amount, memory, kind)),
            )


def _amount(memory: MdpMemory, kind: str, amount: float | None) -> None:
    if amount is not None:
        memory.amounts[kind] = float(amount)


def _size(current: Visit, memory: MdpMemory) -> None:
    rows, columns = base_map(memory).shape
    why = f"At most {LIMIT} by {LIMIT} cells, so that the world can be solved while you look on."
    for label, value, change in (
        ("rows", rows, lambda n: _resize(current, memory, n, columns)),
        ("columns", columns, lambda n: _resize(current, memory, rows, n)),
    ):
        st.number_input(label, 1, LIMIT, step=1, width=110, help=why, **control(current, f"mdp_{label}", value, change))


def _resize(current: Visit, memory: MdpMemory, rows: int | None, columns: int | None) -> None:
    """An emptied field keeps what it had."""
    if rows and columns:
        set_size(current, memory, int(rows), int(columns))


def _text(current: Visit, memory: MdpMemory) -> None:
    broken = TEXT in current.drafts
    with st.popover("As text: unreadable" if broken else "As text", key="mdp_as_text"):
        st.text_area(
            "The map as text: change it, then Ctrl+Enter",
            height=240,
            **control(current, TEXT, _typed(current, memory), lambda text: _load(current, memory, text)),
        )
        if broken:
            st.error(plain(f"{current.drafts[TEXT].problem} The last good map stays."))
        key = "mdp_upload"
        ask_file(
            "Or load a text file",
            type=["txt", "map"],
            key=key,
            on_change=lambda: _upload(current, memory, st.session_state[key]),
        )
        # The press that leaves the field is quicker than the run that its text begins: what is read by then is saved.
        offer_file("Save as a text file", "world.txt", lambda: text_of(memory), key="map")
        with st.expander("How to write a map"):
            st.code(inspect.cleandoc(maps.__doc__ or ""), language=None)


def _typed(current: Visit, memory: MdpMemory) -> str:
    """What is in the text field where nothing was typed: the world, or the visit's map that nobody can read."""
    own = current.scenario.grid.own_map
    return own if own and own != memory.good.own_map else text_of(memory)


def _load(current: Visit, memory: MdpMemory, text: str) -> None:
    drop_draft(current, TEXT)
    if text == text_of(memory):
        return
    try:
        load_text(current, memory, text)
    except ValueError as error:
        keep_draft(current, TEXT, text, str(error))


def _upload(current: Visit, memory: MdpMemory, file: Any) -> None:
    if file is None:
        return
    try:
        text = file.getvalue().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"The file {file.name[:WIDEST]} is no text from byte {error.start + 1} on; save it as UTF-8 text."
        keep_draft(current, TEXT, text_of(memory), problem)
        return
    _load(current, memory, text)
