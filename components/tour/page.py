"""The tour: one beat at a time, with its link and its place in the bar."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.instruments.history import history
from components.instruments.skip import skip
from components.server.models import models
from components.server.warmup import warmup
from components.shell.address import visit, went_back
from components.shell.messages import on_its_way, tell_notes, tell_problem
from components.shell.navigation import go_to
from components.shell.returning import gone
from components.shell.takeaway import conclude
from components.shell.ticker import part
from components.shell.visit import READY
from components.tour.asking import ask, compare, offer_to_show, put
from components.tour.beat import Beat, Curve, Setting
from components.tour.ending import LAST, draw_ending
from components.tour.keeping import keep_told
from components.tour.memory import TourMemory, tour_memory
from components.tour.room.panel import steer_room
from components.tour.room.pictures import crowd_of, draw_room, say_room
from components.tour.room.question import how_of, name_of
from components.tour.script import NAMES, SCRIPT, beat_of

STYLES = [Path(__file__).parent / name for name in ("tour.css", "room/room.css")]
STAGE_LINK = "v"  # the parameter that every link to the laboratory has


def page() -> None:
    """The page where a newcomer lands."""
    if STAGE_LINK in st.query_params and "beat" not in st.query_params:
        go_to("Stage", st.query_params.to_dict())  # links to the Stage were made when it was the first page
    memory = tour_memory()
    history((), key="history")
    unknown = _follow(memory)
    memory.lost = gone() or memory.lost
    for style in STYLES:
        st.html(style)
    with st.container(key="tour"):
        _skip(beat_of(memory.at))
        _bar(memory)
        news, waking = st.empty(), st.empty()  # where they come and go, the beat keeps its place
        if unknown or memory.lost:
            with news.container():
                tell_notes((memory.lost,) if memory.lost else (), memory.read)
                if unknown:
                    tell_problem(f"There is no beat “{unknown}” in this tour.", "It goes on here.")
        if not warmup().done:
            with waking.container():
                on_its_way(visit(), warmup())
        beat = beat_of(memory.at)
        if beat is None:
            draw_ending(memory)
            keep_told(memory)
        else:
            _draw_beat(beat, memory)
    _write(memory)


def places() -> tuple[str, ...]:
    """The names of all places of the tour, in their order."""
    return (*NAMES, LAST)


# Where one is


def _follow(memory: TourMemory) -> str:
    """Go where the address says: on arrival, or when the browser goes back or forth. Returns an unknown beat's name."""
    asked = st.query_params.get("beat", "")
    arrived = not memory.at
    if arrived:
        memory.at = NAMES[0]
    if asked and asked != memory.at and (arrived or went_back()):
        if asked not in places():
            return asked[:40]
        memory.at = asked
    return ""


def _write(memory: TourMemory) -> None:
    asked = st.query_params.get("beat")
    if went_back() and not asked:
        return  # the entry that the browser made of the bare address: a step on from there would be a trap for Back
    if asked != memory.at:
        st.query_params.from_dict({"beat": memory.at})


def _skip(beat: Beat | None) -> None:
    """Past the bar, for the keyboard: the bar alone is as many presses of Tab as there are beats."""
    picture = (".st-key-tour_picture", "")
    if beat is None:
        skip(
            "To your predictions",
            key="skip",
            to=[('.st-key-tour :is([class*="st-key-met_"], [class*="st-key-unmet_"])', "")],
        )
    elif isinstance(beat.how, Curve):
        skip("To the paper", key="skip", to=[('[class*="st-key-sketch_"]', "canvas"), (".st-key-tour_asked", "")])
    else:
        skip("To the question", key="skip", to=[(".st-key-tour_asked", ""), picture])


def _bar(memory: TourMemory) -> None:
    """A dot for every place; those that were seen are filled."""
    titles = {beat.name: beat.title for beat in SCRIPT} | {LAST: "What surprised you"}
    with st.container(horizontal=True, key="tour_bar", gap=None, vertical_alignment="center"):
        at = places().index(memory.at)
        st.button("Back", key="tour_back", on_click=_go, args=(memory, at - 1), disabled=at == 0)
        for i, name in enumerate(places()):
            seen = any(beat == name for beat, _ in memory.told)
            st.button(
                str(i + 1),
                key=f"tour_at_{name}",
                help=titles[name],
                type="primary" if i == at else "secondary" if seen else "tertiary",
                on_click=_go,
                args=(memory, i),
            )
        last = at == len(places()) - 1
        st.button("Next", key="tour_next", on_click=_go, args=(memory, at + 1), disabled=last, type="primary")


def _go(memory: TourMemory, to: int) -> None:
    memory.at = places()[min(max(to, 0), len(places()) - 1)]


# The beat


def _draw_beat(beat: Beat, memory: TourMemory) -> None:
    setting = _setting(beat, memory)
    began = "live" if setting.told and beat.find(setting)[1] is None else ""

    def draw() -> None:
        setting = _setting(beat, memory)
        found, answer = beat.find(setting)
        if began and answer is not None:
            st.rerun()
        how, name = how_of(beat.how, beat.paper(found)), name_of(memory.meeting(beat.name))
        heard, rounds = memory.room.listen(name), memory.room.shown(name)
        places = _places(beat, setting.told, bool(rounds))
        story = "" if places.said is None else f"<p class='tour-says'>{escape(beat.says)}</p>"
        with places.title:
            st.html(f"<h2>{escape(beat.title)}</h2>{story}")
        with places.asked:
            if setting.told:
                put(beat)
                compare(beat, memory, answer)
            elif rounds:
                put(beat)
                offer_to_show(beat, memory, setting.key)
            else:
                ask(beat, memory, setting.key)
            if how is not None:
                steer_room(beat, memory, how, setting.told)
        keep_told(memory)
        if heard is not None and rounds:
            known = answer if setting.told else None
            with places.room:
                draw_room(beat, heard, rounds, known)
            if places.said is not None:
                with places.said:
                    say_room(beat, heard, rounds, known)
            if isinstance(beat.how, Curve):
                setting = replace(setting, crowd=crowd_of(heard, rounds))
        if setting.told and answer is not None:
            with places.named:
                conclude(beat.names)
                _offer_more(beat, memory)
        with places.picture:
            beat.scene.draw(setting, found)

    draw.__qualname__ += f" {setting.key}"  # a beat that was left must not be drawn in the place of the next one
    part(draw, ticks=lambda: _tick(beat, memory))


@dataclass(frozen=True)
class Places:
    """Where the title stands, the question with its answer, what the room says, in a picture and in words, the sentence that
    names what was seen, and the instrument. Without a place for the room's words, the story has none either: both were read
    before."""

    title: DeltaGenerator
    asked: DeltaGenerator
    room: DeltaGenerator
    said: DeltaGenerator | None
    named: DeltaGenerator
    picture: DeltaGenerator


ORDER = ("title", "asked", "room", "said", "named", "picture")  # of what stands in one column
FOUND = ("asked", "picture")  # what styles and the keyboard look for


def _places(beat: Beat, told: bool, room: bool) -> Places:
    """Below the words a wide instrument has all the height that they leave; the room has a column of its own then."""
    if not beat.wide:
        words = {"title", "asked", "said", "named"}
        found = _laid_out((5, 9), words, {"room", "picture"})
        st.empty()
    else:
        if room and told:
            found = _laid_out((3, 4, 3), {"title", "asked"}, {"room"}, {"named"})
        elif told:
            found = _laid_out((10, 11, 11), {"title"}, {"asked", "room", "said"}, {"named"})
        else:
            found = _laid_out((1, 1), {"title"}, {"asked", "room", "said", "named"})
        found["picture"] = st.container(key="tour_wide").container(key="tour_picture")
    return Places(**{name: found.get(name) for name in ORDER})  # type: ignore[arg-type]


def _laid_out(widths: Sequence[int], *columns: Set[str]) -> dict[str, DeltaGenerator]:
    """The places that stand in each of the columns. Each column has the same number of them, and what is not in it is
    emptied: what the beat before had there would be seen until the new one's picture is drawn."""
    found = {}
    for column, inside in zip(st.columns(list(widths), gap="medium"), columns, strict=True):
        for name in ORDER:
            if name in inside:
                found[name] = column.container(key=f"tour_{name}" if name in FOUND else None)
            else:
                column.empty()
    return found


def _setting(beat: Beat, memory: TourMemory) -> Setting:
    name, again = memory.meeting(beat.name)
    model = models().get(READY) if warmup().done else None
    return Setting(name, again, (name, again) in memory.told, memory, model)


def _tick(beat: Beat, memory: TourMemory) -> float | None:
    """Scenes with work that goes on by itself are looked at now and then, until the answer is known."""
    setting = _setting(beat, memory)
    seconds: float | None = getattr(beat.scene, "ticks", None)
    if seconds is None or not setting.told or setting.model is None:
        return None
    return None if beat.find(setting)[1] is not None else seconds


def _offer_more(beat: Beat, memory: TourMemory) -> None:
    with st.container(horizontal=True, gap="small", key="tour_more"):
        if st.button("Again, other numbers", key=f"again_{beat.name}", on_click=memory.meet_again, args=(beat.name,)):
            st.rerun()
        if beat.lab and st.button(f"Go on: page {beat.lab}", key=f"lab_{beat.name}"):
            go_to(beat.lab)
