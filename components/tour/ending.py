"""The end of the tour: what was predicted, and what surprised."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.shell.navigation import go_to
from components.shell.plain import plain
from components.shell.takeaway import conclude
from components.tour.memory import TourMemory
from components.tour.script import SCRIPT, beat_of

LAST = "surprises"


def draw_ending(memory: TourMemory) -> None:
    """Every prediction beside what it was, those that surprised first, the beats without one, and a way to meet each."""
    st.html("<h2>What surprised you</h2>")
    conclude(
        "One loop, two worlds: whoever has a policy, draws actions and is paid can be improved by the same arithmetic."
    )
    # In the tour's order: after a reload they come back in another one.
    met = [
        ((beat.name, again), prediction)
        for beat in SCRIPT
        for (name, again), prediction in sorted(memory.predictions.items(), key=lambda one: one[0])
        if name == beat.name
    ]
    judged = [prediction for _, prediction in met if prediction.judged]
    surprised = sum(prediction.surprised for prediction in judged)
    if not met:
        st.info("You have predicted nothing yet. Go back to a beat and say what you expect: who predicts sees more.")
    else:
        kept, tastes = len(judged) - surprised, len(met) - len(judged)
        taste = f", {tastes} told your taste" if tastes else ""
        count = "1 prediction" if len(met) == 1 else f"{len(met)} predictions"
        st.caption(f"{count}: {surprised} surprised you, {kept} came as you said{taste}.")
    unmet = [beat for beat in SCRIPT if all(name != beat.name for (name, _), _ in met)]
    rows = len(met) + len(unmet)
    columns = st.columns(2, gap="medium")
    for i, (meeting, prediction) in enumerate(sorted(met, key=lambda one: not one[1].surprised)):
        beat = beat_of(meeting[0])
        assert beat is not None
        mark = "surprised" if prediction.surprised else "as you said" if prediction.judged else "your taste"
        was = f"it was {prediction.was}" if prediction.judged else prediction.was
        said = "; ".join(filter(None, (f"{mark}: you said {plain(prediction.said)}", plain(was))))
        with columns[2 * i // rows], _row(f"met_{meeting[0]}_{meeting[1]}"):
            st.markdown(f"**{plain(beat.title)}** · {said}")
            st.button(
                "Meet it again",
                key=f"again_{meeting[0]}_{meeting[1]}",
                help="The same question with other numbers.",
                on_click=memory.meet_again,
                args=(beat.name,),
            )
    for i, beat in enumerate(unmet, len(met)):
        seen = "seen" if any(name == beat.name for name, _ in memory.told) else "not seen yet"
        with columns[2 * i // rows], _row(f"unmet_{beat.name}"):
            st.markdown(f"**{plain(beat.title)}** · {seen}")
            st.button("Meet it", key=f"meet_{beat.name}", on_click=memory.go, args=(beat.name,))
    if st.button("Open a room", key="tour_room", icon=":material/groups:", help="Let a class vote on its phones."):
        go_to("Room")


def _row(key: str) -> DeltaGenerator:
    return st.container(horizontal=True, gap="small", vertical_alignment="center", key=key)
