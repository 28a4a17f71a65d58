"""Section 2, the transition function: choose (s, a), see where it may lead, and sample it; append a token, for certain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from components.controls.question import ask_question
from components.instruments.board import Arrival, board
from components.instruments.drawing.figures import signed_digits
from components.mdp.frequencies import compare_frequencies, draw_closing_in
from components.mdp.memory import MOST_SAMPLES, MdpMemory, action_of, choose_state, pair_key, places_of, state_of
from components.mdp.text import SHOWN_TOKENS, read_prompt
from components.shell.plain import plain
from components.shell.takeaway import conclude
from components.shell.visit import Visit
from mdp_core.distribution import Categorical
from mdp_core.frequencies import counts, largest_differences, uniforms
from mdp_core.grid.presets import world
from mdp_core.mdp import Outcome
from mdp_core.stage.places import Places

GRID, TEXT = 0, 1  # the streams of uniforms
ENOUGH_FOR_A_CURVE = 10  # samples
LONGEST = 160  # characters of a state that are shown: its end


def _draw_pair(
    places: Places,
    state: int,
    action: int | None,
    *,
    on_cell: Callable[[tuple[int, int]], None],
    on_action: Callable[[int], None],
) -> None:
    """The map with the arrows of (s, a), and the actions that s allows."""
    chosen_cell = places.cells[state]
    board(
        places.picture,
        key="mdp_transition",
        name="Where (s, a) may lead",
        layers=("none",),
        selected=chosen_cell,
        arrivals=[] if action is None else _arrivals(places, state, places.mdp.transition(state, action)),
        height=330,
        on_select=on_cell,
    )
    if action is None:
        return
    allowed, labels = list(places.mdp.actions(state)), places.labels()
    key = f"mdp_action_{'_'.join(map(str, allowed))}_{action}"

    def chosen() -> None:
        picked = st.session_state[key]
        if picked is not None:
            on_action(picked)

    st.pills(
        "action a",
        allowed,
        default=action,
        format_func=labels.__getitem__,
        key=key,
        on_change=chosen,
    )


def _arrivals(places: Places, state: int, outcomes: Categorical[Outcome[int]]) -> list[Arrival]:
    """One arrow a cell, however many outcomes lie on it."""
    chances: dict[tuple[int, int], float] = {}
    for outcome, p in outcomes:
        cell = places.cells[outcome.next_state] or places.cells[state]
        if cell is not None:
            chances[cell] = chances.get(cell, 0.0) + p
    return [Arrival(cell, min(p, 1.0), f"{p:.2f}") for cell, p in chances.items()]


def _draw_append(
    text: str, tokens: Sequence[tuple[int, str, float]], token: int, on_token: Callable[[int], None]
) -> None:
    """The text s, the chosen token a of `tokens` (id, name, probability), and s' = s + a."""
    names = {i: name for i, name, _ in tokens}
    likely = {i: p for i, _, p in tokens}
    before = escape(text if len(text) <= LONGEST else "…" + text[-LONGEST:])
    mark = f'<span class="token">{escape(names[token])}</span>'
    st.html(
        f'<div class="text-step"><span class="before">{before}</span>'
        f'<span class="arrow">append {mark} &nbsp; P 1.00</span>'
        f'<span class="before">{before}</span> {mark}</div>'
    )
    key = f"mdp_token_{token}"

    def chosen() -> None:
        picked = st.session_state[key]
        if picked is not None:
            on_token(picked)

    st.pills(
        "action a: one of the likeliest tokens",
        [i for i, _, _ in tokens],
        default=token,
        format_func=lambda i: plain(f"{names[i]} {likely[i]:.2f}"),
        key=key,
        on_change=chosen,
    )


def show_transition(current: Visit, memory: MdpMemory) -> None:
    """The section."""
    st.header("2 · The transition function P: where does (s, a) lead?", anchor="transition")
    ask_question(
        memory.guesses,
        "lake",
        "On the slippery lake you press right. How likely do you really go right?",
        ["always, 1.00", "0.80", "0.50", "0.33"],
        lambda: _really_right(memory),
    )
    st.latex(r"P(s', r \mid s, a) = \Pr\{S_{t+1} = s',\ R_{t+1} = r \mid S_t = s,\ A_t = a\}")
    board, table, text = st.columns([5, 5, 4], gap="medium")
    places = places_of(memory)
    state = state_of(memory, places)
    action = action_of(memory, places, state)
    with board:
        _draw_pair(
            places,
            state,
            action,
            on_cell=lambda cell: choose_state(memory, places, cell),
            on_action=lambda a: setattr(memory, "action", a),
        )
    with table:
        _grid_table(current, memory, places, state, action)
    with text:
        _token_table(current, memory)
    conclude(
        "P is the world's answer, and a distribution: samples of it close in on it. Appending a token is certain: P = 1."
    )


def _really_right(memory: MdpMemory) -> tuple[int, str]:
    lake = world("lake")
    start = lake.initial_state()
    p = sum(
        chance for outcome, chance in lake.transition(start, "right") if outcome.next_state == (start[0], start[1] + 1)
    )
    options = (1.0, 0.8, 0.5, 1 / 3)
    nearest = min(range(4), key=lambda i: abs(options[i] - p))
    shown = memory.gym.startswith("gym-lake") or (memory.good.world in ("lake", "lake8") and not memory.good.own_map)
    then = "Sample it below." if shown else "Choose the lake above, and sample it below."
    return nearest, f"P is {p:.2f} to the right and as much to each side. {then}"


def _grid_table(current: Visit, memory: MdpMemory, places: Places, state: int, action: int | None) -> None:
    s = places.words[state]
    if action is None:
        st.markdown(f"**GRID** s: {s}. The episode is over here: no action is taken, and P leads nowhere.")
        return
    st.markdown(f"**GRID** s: {s}; a: {places.labels()[action]}")
    outcomes = places.mdp.transition(state, action)
    rows = [(_landing(places, state, outcome), _paid(outcome.reward), p) for outcome, p in outcomes]
    key = pair_key(memory, state, action)
    n = memory.samples.get(key, 0)
    draws = uniforms(current.scenario.seed, GRID, state, action, n=n)
    compare_frequencies(
        rows,
        counts(outcomes, draws),
        key="mdp_grid",
        most=MOST_SAMPLES,
        on_sample=lambda more: memory.sample(key, more),
        on_reset=lambda: memory.forget_samples(key),
    )
    if n >= ENOUGH_FOR_A_CURVE and len(outcomes) > 1:
        draw_closing_in(largest_differences(outcomes, draws), "mdp_closing_in")


def _paid(reward: float) -> str:
    return signed_digits(reward, 4) if reward else "0"


def _landing(places: Places, state: int, outcome: Outcome[int]) -> str:
    if outcome.next_state == state:
        return "stays where it is"
    return places.words[outcome.next_state] + (", the end" if outcome.terminated else "")


def _token_table(current: Visit, memory: MdpMemory) -> None:
    read = read_prompt(current, "transition")
    if read is None:
        return
    model, mdp, policy = read
    st.markdown(plain(f"LANGUAGE MODEL {model.name}").replace("LANGUAGE MODEL", "**LANGUAGE MODEL**", 1))
    top = policy.top(SHOWN_TOKENS)
    token = memory.token if memory.token in [i for i, _ in top] else top[0][0]
    before = model.decode(mdp.prompt)
    _draw_append(before, [(i, model.named(i), p) for i, p in top], token, lambda i: setattr(memory, "token", i))
    outcomes = mdp.transition(mdp.prompt, token)
    after = "…" + model.decode((*mdp.prompt, token))[-14:]
    key = ("text", current.scenario.text.model, mdp.prompt, token)
    n = memory.samples.get(key, 0)
    compare_frequencies(
        [(after, _paid(outcome.reward), p) for outcome, p in outcomes],
        counts(outcomes, uniforms(current.scenario.seed, TEXT, token, n=n)),
        key="mdp_text_samples",
        most=MOST_SAMPLES,
        on_sample=lambda more: memory.sample(key, more),
        on_reset=lambda: memory.forget_samples(key),
    )
