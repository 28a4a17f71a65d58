"""Section 3, the policy function: the distribution of one state, to take apart, and decisions drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.instruments.board import Iterate, board
from components.instruments.mixer import mixer
from components.mdp.memory import (
    BASES,
    MOST_SAMPLES,
    MdpMemory,
    choose_state,
    edit_policy,
    forget_policy,
    places_of,
    policy_table,
    state_of,
)
from components.shell.carried import since_link
from components.shell.takeaway import conclude
from components.shell.visit import Visit
from mdp_core.distribution import Categorical
from mdp_core.frequencies import counts, uniforms
from mdp_core.stage.places import Places

DECISION = 2  # the stream of uniforms


def _draw_arrows(
    places: Places, policy: NDArray[np.float64], state: int, on_cell: Callable[[tuple[int, int]], None]
) -> None:
    """pi on the map: an arrow for every action that it may take, the fuller the likelier."""
    board(
        places.picture,
        key="mdp_policy",
        name="The policy",
        film=[Iterate("", policy=places.arrows(policy))],
        film_key="policy",
        layers=("policy",),
        selected=places.cells[state],
        height=360,
        on_select=on_cell,
    )


def _draw_mixer(
    labels: Sequence[str],
    probabilities: Sequence[float],
    *,
    of: str,
    tallies: Sequence[int],
    u: float | None,
    draws: int,
    on_change: Callable[[list[float]], None],
) -> None:
    """pi(. | s) as bars to drag."""
    mixer(
        labels,
        probabilities,
        key="mdp_mixer",
        name="pi of the chosen state: drag a bar, the others make room",
        of=of,
        tallies=tallies,
        u=u,
        draws=draws,
        on_change=on_change,
    )


def _ask_draw(
    next_u: float,
    labels: Sequence[str],
    guess: str | None,
    landed: str | None,
    on_draw: Callable[[int, str | None], None],
) -> None:
    """The next draw, said before it falls: the visitor says where it will land, and lets it fall."""
    key = "mdp_landing"
    st.markdown(f"**Predict:** the next draw is **u {next_u:.2f}**. In which action does it land?")
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.radio(
            "In which action does it land?",
            list(labels),
            index=None,
            horizontal=True,
            label_visibility="collapsed",
            key=key,
        )
        st.button("Let it fall", key="mdp_draw", on_click=lambda: on_draw(1, st.session_state.get(key)), type="primary")
        st.button("Draw 10", key="mdp_draw_10", on_click=on_draw, args=(10, None))
        st.button("Draw 1,000", key="mdp_draw_1000", on_click=on_draw, args=(1000, None))
    if guess is not None and landed is not None:
        if guess == landed:
            st.success(f"Yes: it landed in {landed}.")
        else:
            st.info(f"You said {guess}; it landed in {landed}. u counts from the left of the stacked bar.")


def show_policy(current: Visit, memory: MdpMemory) -> None:
    """The section."""
    st.header("3 · The policy function pi: what does the agent do in s?", anchor="policy")
    st.latex(r"\pi(a \mid s) = \Pr\{A_t = a \mid S_t = s\}, \qquad \textstyle\sum_a \pi(a \mid s) = 1")
    left, right = st.columns([5, 7], gap="medium")
    places = places_of(memory)
    state = state_of(memory, places)
    table = policy_table(memory, places)
    with left:
        _draw_arrows(places, table, state, lambda cell: choose_state(memory, places, cell))
        st.caption("The fuller an arrow, the likelier its action. Click a cell: its distribution is shown.")
        if not memory.gym:
            _ask_base(memory)
    with right:
        if places.mdp.is_terminal(state):
            st.markdown(f"s: {places.words[state]}. The episode is over here: no action, no pi. Click another cell.")
        else:
            _show_decisions(current, memory, places, state, table[state])
        conclude("pi is the agent's answer. It is not a decision yet: the draw u makes it one.")


def _ask_base(memory: MdpMemory) -> None:
    key = since_link("mdp_base")

    def chosen() -> None:
        memory.base = st.session_state[key] or memory.base

    st.segmented_control(
        "pi begins as",
        list(BASES),
        default=memory.base,
        format_func=BASES.__getitem__,
        key=key,
        on_change=chosen,
    )


def _show_decisions(current: Visit, memory: MdpMemory, places: Places, state: int, row: Any) -> None:
    allowed = list(places.mdp.actions(state))
    labels = [places.labels()[a] for a in allowed]
    policy = Categorical(allowed, row[allowed])
    key = (memory.lineage, places.mdp.states[state])
    n = memory.draws.get(key, 0)
    u = uniforms(current.scenario.seed, DECISION, state, n=n + 1)
    guessed = memory.guesses.get("landing")
    of = f"{memory.lineage} {state}"

    def draw(more: int, guess: str | None) -> None:
        memory.draws[key] = min(n + more, MOST_SAMPLES)
        memory.guesses["landing"] = (of, n + more, guess)

    st.markdown(f"s: **{places.words[state]}**. Drag a bar, or use the arrow keys on it; the sum stays 1.")
    _draw_mixer(
        labels,
        row[allowed].tolist(),
        of=of,
        tallies=counts(policy, u[:n]).tolist() if n else [],
        u=float(u[n - 1]) if n else None,
        draws=n,
        on_change=lambda p: edit_policy(memory, places, state, allowed, p),
    )
    landed = labels[policy.index(float(u[n - 1]))] if n else None
    guess = guessed[2] if guessed is not None and guessed[:2] == (of, n) else None
    _ask_draw(float(u[n]), labels, guess, landed, draw)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Draws from 0 again", key="mdp_draws_reset", on_click=lambda: memory.forget_draws(key), disabled=not n
        )
        st.button(
            "pi as it was",
            key="mdp_policy_reset",
            on_click=forget_policy,
            args=(memory,),
            disabled=memory.lineage not in memory.policies,
        )
