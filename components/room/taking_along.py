"""Take along what was voted, close the room, delete it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import streamlit as st

from components.room.memory import PAIRS, Desk
from components.server.room.opened import rooms
from components.server.room.records import Asking
from components.shell.brought_choices import bring_choices
from components.shell.file_button import offer_file
from components.shell.my_room import leave_my_room
from components.shell.navigation import go_to
from components.shell.takeaway import conclude
from mdp_core.rlhf.preference_files import SavedPreferences, to_json
from mdp_core.rlhf.preference_lines import preference_lines
from mdp_core.rlhf.votes import FIRST, SAME, SECOND, voted_choices
from mdp_core.tables import votes_table

ANSWERS = {FIRST: "first", SECOND: "second", SAME: "the same"}


def show_taking_along(desk: Desk) -> None:
    """Files, page Score, and the end of the room."""
    votes, ties = desk.seen.votes, sum(vote.answer == SAME for vote in desk.seen.votes)
    st.html(
        f'<p class="room-says">{len(votes):,} {"vote" if len(votes) == 1 else "votes"} of {desk.seen.pulse.phones} phones, '
        "without a name on any of them.</p>"
    )
    name = f"one-loop-room-{desk.mine.code}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="room_files"):
        offer_file(
            "Votes, a table",
            f"{name}.csv",
            (lambda: votes_csv(desk)) if votes else None,
            key=f"{name}.csv",
            says="CSV: a row a vote, with its pair, the phone's number in this room, the answer and the time.",
        )
        offer_file(
            "Preferences for TRL",
            f"{name}.jsonl",
            (lambda: votes_trl(desk)) if len(votes) > ties else None,
            key=f"{name}.jsonl",
            says="JSON lines: prompt, chosen and rejected, a line a vote, as TRL's trainers read them.",
        )
        offer_file(
            "Choices for page Score",
            f"{name}-choices.json",
            (lambda: votes_choices(desk)) if desk.seen.votes_on(PAIRS) else None,
            key=f"{name}-choices.json",
            says="A choice for every pair and direction, which counts as many as voted so.",
        )
        if st.button(
            "Open them on page Score",
            key="room_score",
            disabled=not desk.seen.votes_on(PAIRS),
            help="The reward model there learns from them, and you can look at its loss and its calibration.",
        ):
            bring_choices(votes_choices(desk).encode())
            go_to("Score")
    if ties:
        often = "once" if ties == 1 else f"{ties:,} times"
        st.caption(
            f"“The same” was said {often}. TRL's format cannot say it: these votes are left out there; among the choices "
            "each is half a choice either way."
        )
    _end(desk)
    conclude("What people said is data like any other: take it along, and let it be deleted here.")


def votes_csv(desk: Desk) -> str:
    """A row a vote; phones and pairs are numbered from 1, in the order of their first vote and of their making."""
    pairs = {pair.id: (n, pair) for n, pair in enumerate(desk.seen.pairs, start=1)}
    phones = {phone: n for n, phone in enumerate(dict.fromkeys(vote.phone for vote in desk.seen.votes), start=1)}
    return votes_table(
        (
            number,
            phones[vote.phone],
            ANSWERS[vote.answer],
            vote.turn,
            datetime.fromtimestamp(vote.at, UTC).isoformat(timespec="seconds"),
            pair.batch,
            pair.one,
            pair.other,
        )
        for vote in desk.seen.votes
        for number, pair in [pairs[vote.pair]]
    )


def votes_trl(desk: Desk) -> str:
    """A line a vote that chose."""
    texts = {pair.id: (pair.one, pair.other) for pair in desk.seen.pairs}
    return preference_lines(desk.text.prompt, texts, desk.seen.votes)[0]


def votes_choices(desk: Desk) -> str:
    """The votes that taught the reward model, as page Score keeps choices."""
    texts = {pair.id: (pair.one, pair.other) for pair in desk.seen.batch(PAIRS)}
    return to_json(SavedPreferences(voted_choices(texts, desk.seen.votes_on(PAIRS))))


def _end(desk: Desk) -> None:
    room, memory = desk.mine.room, desk.memory
    hours = max(room.ends - time.time(), 0) / 3600
    left = f"{hours:.0f} hours" if hours >= 2 else f"{60 * hours:.0f} minutes"
    st.caption(f"The room and all its votes are deleted by themselves in {left}.")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="room_end"):
        if desk.seen.closed:
            st.html('<p class="room-says">The room is closed: no vote is taken any more.</p>')
            opened = Asking()
            st.button(
                "Open it again", key="room_reopen", on_click=desk.do, args=(lambda: rooms().ask(room.id, opened),)
            )
        else:
            closed = Asking("closed")
            st.button(
                "Close the room", key="room_close", on_click=desk.do, args=(lambda: rooms().ask(room.id, closed),)
            )
        if not memory.sure:
            st.button("Delete the room", key="room_delete", on_click=lambda: setattr(memory, "sure", True))
            return

        def delete() -> None:
            memory.sure = False
            rooms().delete_room(room.id)
            if desk.workshop.run is not None and desk.workshop.run.job is not None:
                desk.workshop.run.job.stop()
            leave_my_room()
            memory.seen, memory.step = None, None

        count = len(desk.seen.votes)
        st.warning(f"Delete the room and its {count:,} votes? They cannot be brought back.")
        st.button("Delete them all", key="room_delete_sure", type="primary", on_click=desk.do, args=(delete,))
        st.button("Keep them", key="room_keep", on_click=lambda: setattr(memory, "sure", False))
