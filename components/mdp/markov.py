"""Section 5, what is Markov about it: the same state after two histories; and a state that is its own history."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from components.instruments.board import Walk, board
from components.instruments.drawing.figures import signed
from components.instruments.drawing.tables import BarRow, bar_table
from components.mdp.counts import steps_to
from components.mdp.memory import MdpMemory, action_of, places_of, policy_table, state_of
from components.mdp.text import SHOWN_TOKENS, read_prompt
from components.shell.plain import plain
from components.shell.takeaway import conclude
from components.shell.visit import Visit
from mdp_core.distribution import Categorical
from mdp_core.reach import two_histories
from mdp_core.stage.places import Places


def _draw_histories(places: Places, walks: tuple[list[int], list[int]] | None, target: int) -> None:
    """Two walks that end in the same state, drawn on the map."""
    drawn = []
    for walk, name, tone, dashed in zip(walks or (), ("A", "B"), ("state", "loss"), (False, True), strict=False):
        cells = [cell for s in walk if (cell := places.cells[s]) is not None]
        drawn.append(Walk(cells, 0.95, tone=tone, dashed=dashed, name=name))
    board(
        places.picture,
        key="mdp_markov",
        name="Two histories that end in the same cell",
        layers=("none",),
        selected=places.cells[target],
        walks=drawn,
        height=270,
    )


def _show_the_same(
    walks: tuple[list[int], list[int]],
    labels: Sequence[str],
    after: tuple[Sequence[float], Sequence[float]],
    p_after: tuple[str, str],
) -> None:
    """pi and P after both histories: `after` are pi(. | s) as asked for at the end of each, `p_after` P in words."""
    a, b = (len(walk) - 1 for walk in walks)
    rows = [
        BarRow(label, [f"{x:.2f}", f"{y:.2f}", signed(y - x, 2)], x, y)
        for label, x, y in zip(labels, *after, strict=True)
    ]
    st.html(bar_table(["pi(a | s)", f"after A, {a} steps", f"after B, {b} steps", "B − A"], rows, "policy"))
    same = "the same" if p_after[0] == p_after[1] else "different"
    st.markdown(f"P from here after A: {p_after[0]}. After B: {same}.")


def _show_forgotten(whole: str, last: str, rows: Sequence[tuple[str, float, float]], distance: float) -> None:
    """pi for the whole text and for its last token alone: `rows` are (token, pi(whole), pi(last))."""
    st.markdown(f"s is “{whole}”. Forget all but “{last}”, and pi is another one:")
    table = [BarRow(label, [f"{p:.2f}", f"{q:.2f}", signed(q - p, 2)], p, q) for label, p, q in rows]
    st.html(bar_table(["next token", "pi of the whole", "of the last token", "difference"], table, "policy"))
    st.caption(f"Total variation distance between the two: {distance:.2f} (0: the same, 1: nothing in common).")


@lru_cache(maxsize=64)
def _walks(places: Places, target: int, variant: int) -> tuple[list[int], list[int]] | None:
    return two_histories(places.mdp, target, variant)


def show_markov(current: Visit, memory: MdpMemory) -> None:
    """The section."""
    st.header("5 · Markov: the past is in the state, or it does not count", anchor="markov")
    left, right = st.columns(2, gap="large")
    places = places_of(memory)
    target = state_of(memory, places)
    with left:
        _compare_histories(memory, places, target)
    with right:
        _forget_history(current)
    conclude("Same cell, same pi, same P, whatever came before. A text is its own history, so nothing of it is lost.")


def _compare_histories(memory: MdpMemory, places: Places, target: int) -> None:
    if target == places.mdp.initial_state() and memory.state is None:
        target = _far(places)
    walks = _walks(places, target, memory.history)
    _draw_histories(places, walks, target)
    if walks is None:
        st.caption(f"There are no two ways to {places.words[target]}; choose another cell in section 2.")
        return
    st.button("Another history B", key="mdp_history", on_click=lambda: setattr(memory, "history", memory.history + 1))
    if places.mdp.is_terminal(target):
        st.caption("Both end here: nothing follows, whatever came before. Choose another cell in section 2.")
        return
    ends = walks[0][-1], walks[1][-1]
    table = policy_table(memory, places)
    allowed = list(places.mdp.actions(target))
    action = action_of(memory, places, target) or 0
    words = tuple(
        ", ".join(f"{p:.2f} {places.words[o.next_state]}" for o, p in places.mdp.transition(end, action))
        for end in ends
    )
    _show_the_same(
        walks,
        [places.labels()[a] for a in allowed],
        (table[ends[0], allowed].tolist(), table[ends[1], allowed].tolist()),
        (words[0], words[1]),
    )


def _far(places: Places) -> int:
    """The state on the map that is the farthest away and no end."""
    steps = np.where(places.mdp.terminal, -1, steps_to(places, places.mdp.initial_state()))
    on_map = np.zeros(len(steps), dtype=bool)
    on_map[list(places.at.values())] = True
    steps = np.where(on_map, steps, -1)
    return int(np.argmax(steps))


def _forget_history(current: Visit) -> None:
    read = read_prompt(current, "markov")
    if read is None:
        return
    model, mdp, policy = read
    from mdp_core.stage.text import policy_of

    last = (*model.start, mdp.prompt[-1])
    if last == mdp.prompt:
        st.markdown("The prompt is one token long: write a longer one on the Stage, and there is a past to forget.")
        return
    short = policy_of(model, current.scenario.text)(last)
    whole_p, last_p = (_by_token(model, p) for p in (policy, short))
    rows = [(model.named(i), float(whole_p[i]), float(last_p[i])) for i, _ in policy.top(SHOWN_TOKENS)]
    distance = 0.5 * float(np.abs(whole_p - last_p).sum())
    _show_forgotten(plain(model.decode(mdp.prompt)[-80:]), plain(model.named(mdp.prompt[-1])), rows, distance)


def _by_token(model: Any, policy: Categorical[int]) -> Any:
    table = np.zeros(model.vocabulary_size)
    table[np.fromiter(policy.outcomes, dtype=np.int64, count=len(policy))] = policy.probabilities
    return table
