"""The world, to paint on: its map, its controls, what it lacks, and what the last edit changed."""

from __future__ import annotations

import inspect

import streamlit as st

from components.controls.control import control, drop_draft, keep_draft
from components.instruments.board import board
from components.mdp.memory import (
    Opened,
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
from components.shell.plain import plain
from components.shell.visit import Visit
from mdp_core.grid import maps
from mdp_core.grid.maps import LIMIT, MAX_REWARD
from mdp_core.grid.presets import PRESETS
from mdp_core.stage.grid import world_of
from mdp_core.stage.places import GYM_WORLDS, IN_TAXI, TAXI_STANDS

OWN = "own"
TEXT = "mdp_text"  # the draft of a map that cannot be read
WIDEST = 200  # characters of a file's name


def painting(here: Visit, page: Opened) -> None:
    """The map itself, with the board's palette where it can be painted on."""
    places, amounts = places_of(page), page.amounts
    brushes = [
        ("wall", "wall"),
        ("free", "free"),
        ("start", "start S"),
        ("goal", _brush("goal", amounts)),
        ("pit", _brush("pit", amounts)),
        ("cliff", _brush("cliff", amounts)),
        ("reward", _brush("reward", amounts)),
    ]
    board(
        places.picture,
        key="mdp_painting",
        name="The world",
        layers=("none",),
        palette=() if page.gym else brushes,
        height=400,
        on_paint=lambda cells, kind: paint_cells(here, page, cells, kind),
    )


def _brush(kind: str, amounts: dict[str, float]) -> str:
    return f"{kind} {amounts[kind]:+g}".replace("-", "−")


def said(here: Visit, page: Opened, problem: str) -> None:
    """What is wrong with the map, what it lacks, why a stroke was none, and what the last edit changed."""
    if problem:
        st.error(plain(f"{problem} The last good map stays."))
    if page.said:
        st.warning(plain(page.said))
    for sentence in remarks_of(page):
        st.warning(plain(sentence))
    if page.edit is not None:
        before, after = page.edit.states
        states = f"|S| {before} → {after}" if before != after else f"|S| {after}, as before"
        st.markdown(
            f"Your last edit: **{states}** · **P** moves in {page.edit.transitions} of {page.edit.pairs} pairs (s, a) · "
            f"**r** in {page.edit.rewards}."
        )


def controls(here: Visit, page: Opened) -> None:
    """Which world, its numbers, its size, and its text."""
    _choice(here, page)
    if page.gym:
        _gymnasium(here, page)
        return
    _numbers(here, page)
    _amounts(here, page)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _size(here, page)
        st.button("Undo", key="mdp_undo", on_click=undo, args=(here, page), disabled=not page.past)
        _text(here, page)


def _choice(here: Visit, page: Opened) -> None:
    options = [*PRESETS, OWN, *GYM_WORLDS]
    shown = page.gym or (OWN if page.good.own_map else page.good.world)
    st.selectbox(
        "World",
        options,
        format_func=_title,
        filter_mode=None,
        **control(here, "mdp_world", shown, lambda name: _chosen(here, page, name), options),
    )
    if page.gym:
        st.caption(plain(GYM_WORLDS[page.gym].question))
    elif page.good.own_map:
        st.caption("Your own map: the robot on the Stage walks it, and the other pages take it up.")
    else:
        preset = PRESETS[page.good.world]
        st.caption(plain(f"{preset.question} ({preset.source})"))


def _title(name: str) -> str:
    if name == OWN:
        return "Your own map"
    return GYM_WORLDS[name].title if name in GYM_WORLDS else PRESETS[name].title


def _chosen(here: Visit, page: Opened, name: str | None) -> None:
    drop_draft(here, TEXT)
    if name is None:
        return
    if name in GYM_WORLDS:
        show_gym(page, name)
    elif name == OWN:
        show_world(here, page, page.good.world, page.good.own_map or here.kept_map or text_of(page), page.good.slip)
        page.edit = None
    else:
        here.kept_map = page.good.own_map or here.kept_map
        show_world(here, page, name, "", None)
        page.edit = None


def _gymnasium(here: Visit, page: Opened) -> None:
    world = GYM_WORLDS[page.gym]
    st.markdown(f'Straight from Gymnasium: `gymnasium.make("{world.id}").unwrapped.P`, read and not copied.')
    if page.gym == "gym-taxi":
        st.markdown(
            "A taxi's state is its cell, where the passenger is, and where the passenger wants to go: "
            "25 · 5 · 4 = 500. The map shows the 25 states of one choice of the other two."
        )
        left, right = st.columns(2)
        waiting = range(IN_TAXI + 1)
        with left:
            st.selectbox(
                "Passenger",
                waiting,
                format_func=lambda i: "in the taxi" if i == IN_TAXI else f"waits at {TAXI_STANDS[i]}",
                **control(here, "mdp_passenger", page.passenger, lambda i: _ride(page, i, page.destination), waiting),
            )
        with right:
            stands = range(len(TAXI_STANDS))
            st.selectbox(
                "Destination",
                stands,
                format_func=TAXI_STANDS.__getitem__,
                **control(here, "mdp_destination", page.destination, lambda i: _ride(page, page.passenger, i), stands),
            )
        st.caption("Its thin walls and its passenger are more than a painted map can say: this one is to look at.")
    if world.editable_as:
        st.button("Make it mine and paint on it", key="mdp_make_own", on_click=make_own, args=(here, page))
    st.button("Undo", key="mdp_undo", on_click=undo, args=(here, page), disabled=not page.past)


def _ride(page: Opened, passenger: int, destination: int) -> None:
    page.passenger, page.destination, page.state = passenger, destination, None


def _numbers(here: Visit, page: Opened) -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    grid = world_of(page.good).map
    with left:
        st.slider(
            "slip: the chance of going sideways",
            0.0,
            1.0,
            step=0.01,
            **control(here, "mdp_slip", round(grid.slip, 2), lambda slip: _slip(here, page, slip)),
        )
    with right:
        st.number_input(
            "step reward",
            -MAX_REWARD,
            MAX_REWARD,
            step=0.1,
            **control(here, "mdp_step", float(grid.step), lambda step: _step(here, page, step)),
        )


def _slip(here: Visit, page: Opened, slip: float) -> None:
    show_world(here, page, page.good.world, page.good.own_map, slip)


def _step(here: Visit, page: Opened, step: float | None) -> None:
    if step is not None:
        set_step(here, page, step)


def _amounts(here: Visit, page: Opened) -> None:
    labels = {"goal": "a goal pays", "pit": "a pit", "cliff": "a cliff", "reward": "a reward"}
    for (kind, label), column in zip(labels.items(), st.columns(4), strict=True):
        with column:
            st.number_input(
                label,
                -MAX_REWARD,
                MAX_REWARD,
                step=0.5,
                **control(here, f"mdp_{kind}", page.amounts[kind], lambda x, kind=kind: _amount(page, kind, x)),
            )


def _amount(page: Opened, kind: str, amount: float | None) -> None:
    if amount is not None:
        page.amounts[kind] = float(amount)


def _size(here: Visit, page: Opened) -> None:
    rows, columns = base_map(page).shape
    why = f"At most {LIMIT} by {LIMIT} cells, so that the world can be solved while you look on."
    for label, value, change in (
        ("rows", rows, lambda n: n and set_size(here, page, int(n), columns)),
        ("columns", columns, lambda n: n and set_size(here, page, rows, int(n))),
    ):
        st.number_input(label, 1, LIMIT, step=1, width=110, help=why, **control(here, f"mdp_{label}", value, change))


def _text(here: Visit, page: Opened) -> None:
    broken = TEXT in here.drafts
    with st.popover("As text: unreadable" if broken else "As text", key="mdp_as_text"):
        st.text_area(
            "The map as text: change it, then Ctrl+Enter",
            height=240,
            **control(here, TEXT, _typed(here, page), lambda text: _load(here, page, text)),
        )
        if broken:
            st.error(plain(f"{here.drafts[TEXT].problem} The last good map stays."))
        key = "mdp_upload"
        st.file_uploader(
            "Or load a text file",
            type=["txt", "map"],
            key=key,
            on_change=lambda: _upload(here, page, st.session_state[key]),
        )
        st.download_button(
            "Save as a text file", text_of(page), "world.txt", "text/plain", key="mdp_save", on_click="ignore"
        )
        with st.expander("How to write a map"):
            st.code(inspect.cleandoc(maps.__doc__ or ""), language=None)


def _typed(here: Visit, page: Opened) -> str:
    """What is in the text field where nothing was typed: the world, or the visit's map that nobody can read."""
    own = here.scenario.grid.own_map
    return own if own and own != page.good.own_map else text_of(page)


def _load(here: Visit, page: Opened, text: str) -> None:
    drop_draft(here, TEXT)
    if text == text_of(page):
        return
    try:
        load_text(here, page, text)
    except ValueError as error:
        keep_draft(here, TEXT, text, str(error))


def _upload(here: Visit, page: Opened, file) -> None:  # type: ignore[no-untyped-def]
    if file is None:
        return
    try:
        text = file.getvalue().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"The file {file.name[:WIDEST]} is no text from byte {error.start + 1} on; save it as UTF-8 text."
        keep_draft(here, TEXT, text_of(page), problem)
        return
    _load(here, page, text)
