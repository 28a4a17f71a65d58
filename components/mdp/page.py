"""The MDP opened up: its world, its two functions P and pi, and its states counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.controls.question import question
from components.instruments.drawing.tables import STYLE
from components.mdp.append import append, shown
from components.mdp.counts import LIKE, cells, kinds, nearest, texts
from components.mdp.frequencies import closing_in, frequencies
from components.mdp.markov import forgotten, histories, the_same
from components.mdp.memory import (
    BASES,
    MOST_SAMPLES,
    Opened,
    action_of,
    choose_state,
    edit_policy,
    forget_policy,
    opened,
    places_of,
    policy_table,
    read_world,
    state_of,
)
from components.mdp.policy import arrows, decide, distribution
from components.mdp.transition import pair
from components.mdp.world import controls, painting, said
from components.server.models import models
from components.server.warmup import warmup
from components.shell.address import follow_address, visit, write_link
from components.shell.messages import notes, problem
from components.shell.plain import plain
from components.shell.shelf import language_model
from components.shell.visit import Visit
from components.shell.wanted_model import settle
from mdp_core.counting import in_powers, prefixes
from mdp_core.distribution import Categorical
from mdp_core.frequencies import counts, largest_differences, uniforms
from mdp_core.grid.presets import world
from mdp_core.mdp import Outcome
from mdp_core.reach import distances, two_histories
from mdp_core.stage.places import Places

TICK = 0.3  # seconds between two looks at what is on its way
GRID, TEXT, DECISION = 0, 1, 2  # the streams of uniforms
SHOWN_TOKENS = 5
ENOUGH_FOR_A_CURVE = 10  # samples


@dataclass(frozen=True)
class _Vocabulary:
    name: str
    vocabulary: int
    ends: int


SMOLLM2 = _Vocabulary("SmolLM2-135M-Instruct", 49_152, 1)  # as its configuration says


def page() -> None:
    """The page "MDP". An edit of the world runs all of it; everything else only its own section."""
    here, page = follow_address(visit()), opened()
    if warmup().done:
        settle(here, models())
    unreadable = read_world(here, page)
    st.html(STYLE)
    notes(here.notes, here.dismiss)
    _world(here, page, unreadable)
    st.fragment(_transition)()
    st.fragment(_policy)()
    st.fragment(_counts)()
    st.fragment(_markov)()
    write_link(here)


def _lesson(sentence: str) -> None:
    st.html(f'<div class="lesson">{sentence}</div>')


# 1. The world


def _world(here: Visit, page: Opened, unreadable: str) -> None:
    st.subheader("1 · The world: paint it", anchor="world")
    left, right = st.columns([8, 5], gap="medium")
    with left:
        painting(here, page)
        said(here, page, unreadable)
    with right:
        controls(here, page)
        _lesson("States, actions, P, r: an MDP is a map's rules, and nothing else.")


# 2. P


def _transition() -> None:
    here, page = visit(), opened()
    st.subheader("2 · The transition function P: where does (s, a) lead?", anchor="transition")
    question(
        page.guesses,
        "lake",
        "On the slippery lake you press right. How likely do you really go right?",
        ["always, 1.00", "0.80", "0.50", "0.33"],
        _really_right,
    )
    st.latex(r"P(s', r \mid s, a) = \Pr\{S_{t+1} = s',\ R_{t+1} = r \mid S_t = s,\ A_t = a\}")
    board, table, text = st.columns([5, 5, 4], gap="medium")
    places = places_of(page)
    state = state_of(page, places)
    action = action_of(page, places, state)
    with board:
        pair(
            places,
            state,
            action,
            on_cell=lambda cell: choose_state(page, places, cell),
            on_action=lambda a: setattr(page, "action", a),
        )
    with table:
        _grid_table(here, page, places, state, action)
    with text:
        _token_table(here, page)
    _lesson(
        "P is the world's answer, and a distribution: samples of it close in on it. Appending a token is certain: P = 1."
    )


def _really_right() -> tuple[int, str]:
    lake = world("lake")
    start = lake.initial_state()
    p = sum(
        chance for outcome, chance in lake.transition(start, "right") if outcome.next_state == (start[0], start[1] + 1)
    )
    options = (1.0, 0.8, 0.5, 1 / 3)
    nearest = min(range(4), key=lambda i: abs(options[i] - p))
    return nearest, f"P is {p:.2f} to the right and as much to each side. Choose the lake above, and sample it below."


def _grid_table(here: Visit, page: Opened, places: Places, state: int, action: int | None) -> None:
    s = places.words[state]
    if action is None:
        st.markdown(f"**GRID** s: {s}. The episode is over here: no action is taken, and P leads nowhere.")
        return
    st.markdown(f"**GRID** s: {s}; a: {places.labels()[action]}")
    outcomes = places.mdp.transition(state, action)
    rows = [(_landing(places, state, outcome), _paid(outcome.reward), p) for outcome, p in outcomes]
    key = ("grid", page.lineage, state, action)
    n = page.samples.get(key, 0)
    draws = uniforms(here.scenario.seed, GRID, state, action, n=n)
    frequencies(
        rows,
        counts(outcomes, draws),
        key="mdp_grid",
        most=MOST_SAMPLES,
        on_sample=lambda more: page.sample(key, more),
        on_reset=lambda: page.samples.pop(key, None),
    )
    if n >= ENOUGH_FOR_A_CURVE and len(outcomes) > 1:
        closing_in(largest_differences(outcomes, draws), "mdp_closing_in")


def _paid(reward: float) -> str:
    return f"{reward:+.4g}".replace("-", "−") if reward else "0"


def _landing(places: Places, state: int, outcome: Outcome[int]) -> str:
    if outcome.next_state == state:
        return "stays where it is"
    return places.words[outcome.next_state] + (", the end" if outcome.terminated else "")


def _token_table(here: Visit, page: Opened) -> None:
    read = _text(here)
    if read is None:
        return
    model, mdp, policy = read
    st.markdown(plain(f"LANGUAGE MODEL {model.name}").replace("LANGUAGE MODEL", "**LANGUAGE MODEL**", 1))
    top = policy.top(SHOWN_TOKENS)
    token = page.token if page.token in [i for i, _ in top] else top[0][0]
    before = model.decode(mdp.prompt)
    append(before, [(i, model.piece(i), p) for i, p in top], token, lambda i: setattr(page, "token", i))
    outcomes = mdp.transition(mdp.prompt, token)
    after = "…" + model.decode((*mdp.prompt, token))[-14:]
    key = ("text", here.scenario.text.model, mdp.prompt, token)
    n = page.samples.get(key, 0)
    frequencies(
        [(after, _paid(outcome.reward), p) for outcome, p in outcomes],
        counts(outcomes, uniforms(here.scenario.seed, TEXT, token, n=n)),
        key="mdp_text_samples",
        most=MOST_SAMPLES,
        on_sample=lambda more: page.sample(key, more),
        on_reset=lambda: page.samples.pop(key, None),
    )


def _text(here: Visit) -> tuple[Any, Any, Categorical[int]] | None:
    """The model, its world and pi of the prompt; None, and a word about it, where there is none yet."""
    model = language_model(here.scenario.text.model, models())
    if model is None:
        st.fragment(_waking, run_every=TICK)()
        return None
    from mdp_core.stage.text import policy_of, token_mdp

    try:
        mdp = token_mdp(model, here.scenario.text)
        return model, mdp, policy_of(model, here.scenario.text)(mdp.prompt)
    except ValueError as error:
        problem(str(error), "Change the prompt on the Stage.")
        return None


def _waking() -> None:
    here, begun = visit(), warmup()
    if language_model(here.scenario.text.model, models()) is not None:
        st.rerun()
    if begun.done and begun.problem:
        problem(begun.problem, "The grid goes on without it.")
        return
    st.caption(plain(f"Waking up the language model: {begun.progress.message}"))


# 3. pi


def _policy() -> None:
    here, page = visit(), opened()
    st.subheader("3 · The policy function pi: what does the agent do in s?", anchor="policy")
    st.latex(r"\pi(a \mid s) = \Pr\{A_t = a \mid S_t = s\}, \qquad \textstyle\sum_a \pi(a \mid s) = 1")
    left, right = st.columns([5, 7], gap="medium")
    places = places_of(page)
    state = state_of(page, places)
    table = policy_table(page, places)
    with left:
        arrows(places, table, state, lambda cell: choose_state(page, places, cell))
        st.caption("The fuller an arrow, the likelier its action. Click a cell: its distribution is on the right.")
        if not page.gym:
            _base(page)
    with right:
        if places.mdp.is_terminal(state):
            st.markdown(f"s: {places.words[state]}. The episode is over here: no action, no pi. Click another cell.")
        else:
            _decisions(here, page, places, state, table[state])
        _lesson("pi is the agent's answer. It is not a decision yet: the draw u makes it one.")


def _base(page: Opened) -> None:
    def chosen() -> None:
        page.base = st.session_state["mdp_base"] or page.base

    st.segmented_control(
        "pi begins as", list(BASES), default=page.base, format_func=BASES.__getitem__, key="mdp_base", on_change=chosen
    )


def _decisions(here: Visit, page: Opened, places: Places, state: int, row: Any) -> None:
    allowed = list(places.mdp.actions(state))
    labels = [places.labels()[a] for a in allowed]
    policy = Categorical(allowed, row[allowed])
    key = (page.lineage, places.mdp.states[state])
    n = page.draws.get(key, 0)
    u = uniforms(here.scenario.seed, DECISION, state, n=n + 1)
    guessed = page.guesses.get("landing")
    of = f"{page.lineage} {state}"

    def draw(more: int, guess: str | None) -> None:
        page.draws[key] = min(n + more, MOST_SAMPLES)
        page.guesses["landing"] = (of, n + more, guess)

    st.markdown(f"s: **{places.words[state]}**. Drag a bar, or use the arrow keys on it; the sum stays 1.")
    distribution(
        labels,
        row[allowed].tolist(),
        of=of,
        tallies=counts(policy, u[:n]).tolist() if n else [],
        u=float(u[n - 1]) if n else None,
        draws=n,
        on_change=lambda p: edit_policy(page, places, state, allowed, p),
    )
    landed = labels[policy.index(float(u[n - 1]))] if n else None
    mine = guessed[2] if guessed is not None and guessed[:2] == (of, n) else None
    decide(float(u[n]), labels, mine, landed, draw)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Draws from 0 again", key="mdp_draws_reset", on_click=lambda: page.draws.pop(key, None), disabled=not n
        )
        st.button(
            "pi as it was",
            key="mdp_policy_reset",
            on_click=forget_policy,
            args=(page,),
            disabled=page.lineage not in page.policies,
        )


# 4. Counting


def _counts() -> None:
    here, page = visit(), opened()
    st.subheader("4 · How many states?", anchor="states")
    question(
        page.guesses,
        "texts",
        f"SmolLM2 knows {SMOLLM2.vocabulary:,} tokens. How many texts of at most 16 tokens are there? Nearest to ...",
        [label for _, label in LIKE],
        _how_many,
    )
    left, right = st.columns(2, gap="large")
    places = places_of(page)
    with left:
        several = int((places.mdp.start > 0).sum()) > 1
        start = state_of(page, places) if several else places.mdp.initial_state()
        cells(places, _steps(places), _steps(places, start), places.words[start] if several else "the start")
    with right:
        known = _vocabularies(here)
        texts(
            known,
            page.model if page.model in known else list(known)[-1],
            page.tokens,
            lambda name: setattr(page, "model", name),
            lambda n: setattr(page, "tokens", n),
        )
    kinds(places.mdp.shape[0], page.tokens)
    _lesson("Both worlds are finite. One fits in a table; of the other nobody will ever see more than a few states.")


@lru_cache(maxsize=64)
def _steps(places: Places, start: int | None = None) -> NDArray[np.int64]:
    return distances(places.mdp, start)


@lru_cache(maxsize=64)
def _walks(places: Places, target: int, variant: int) -> tuple[list[int], list[int]] | None:
    return two_histories(places.mdp, target, variant)


def _vocabularies(here: Visit) -> dict[str, tuple[int, int]]:
    """The visit's model, where it is here, and SmolLM2, which need not be here to be counted."""
    model = language_model(here.scenario.text.model, models())
    known = {} if model is None else {model.name: (model.vocabulary_size, len(model.end_tokens))}
    if any(name.startswith(SMOLLM2.name) for name in known):
        return known
    return known | {SMOLLM2.name: (SMOLLM2.vocabulary, SMOLLM2.ends)}


def _how_many() -> tuple[int, str]:
    number = prefixes(SMOLLM2.vocabulary, 16)
    m, e = in_powers(number)
    return nearest(
        number
    ), f"The sum of |V|^t for t from 0 to 16 is {m:.2f} times 10^{e}, a number with {e + 1} digits."


def _markov() -> None:
    here, page = visit(), opened()
    st.subheader("5 · Markov: the past is in the state, or it does not count", anchor="markov")
    left, right = st.columns(2, gap="large")
    places = places_of(page)
    target = state_of(page, places)
    with left:
        _two_histories(page, places, target)
    with right:
        _own_history(here)
    _lesson("Same cell, same pi, same P, whatever came before. A text is its own history, so nothing of it is lost.")


def _two_histories(page: Opened, places: Places, target: int) -> None:
    if target == places.mdp.initial_state() and page.state is None:
        target = _far(places)
    walks = _walks(places, target, page.history)
    histories(places, walks, target)
    if walks is None:
        st.caption(f"There are no two ways to {places.words[target]}; choose another cell in section 2.")
        return
    st.button("Another history B", key="mdp_history", on_click=lambda: setattr(page, "history", page.history + 1))
    if places.mdp.is_terminal(target):
        st.caption("Both end here: nothing follows, whatever came before. Choose another cell in section 2.")
        return
    ends = walks[0][-1], walks[1][-1]
    table = policy_table(page, places)
    allowed = list(places.mdp.actions(target))
    action = action_of(page, places, target) or 0
    said = tuple(
        ", ".join(f"{p:.2f} {places.words[o.next_state]}" for o, p in places.mdp.transition(end, action))
        for end in ends
    )
    the_same(
        walks,
        [places.labels()[a] for a in allowed],
        (table[ends[0], allowed].tolist(), table[ends[1], allowed].tolist()),
        (said[0], said[1]),
    )


def _far(places: Places) -> int:
    """The state on the map that is the farthest away and no end."""
    steps = np.where(places.mdp.terminal, -1, _steps(places, places.mdp.initial_state()))
    on_map = np.zeros(len(steps), dtype=bool)
    on_map[list(places.at.values())] = True
    steps = np.where(on_map, steps, -1)
    return int(np.argmax(steps))


def _own_history(here: Visit) -> None:
    read = _text(here)
    if read is None:
        return
    model, mdp, policy = read
    from mdp_core.stage.text import policy_of

    last = (*model.start, mdp.prompt[-1])
    if last == mdp.prompt:
        st.markdown("The prompt is one token long: write a longer one on the Stage, and there is a past to forget.")
        return
    short = policy_of(model, here.scenario.text)(last)
    whole_p, last_p = (_by_token(model, p) for p in (policy, short))
    rows = [(shown(model.piece(i)), float(whole_p[i]), float(last_p[i])) for i, _ in policy.top(SHOWN_TOKENS)]
    distance = 0.5 * float(np.abs(whole_p - last_p).sum())
    forgotten(plain(model.decode(mdp.prompt)[-80:]), plain(shown(model.piece(mdp.prompt[-1]))), rows, distance)


def _by_token(model: Any, policy: Categorical[int]) -> Any:
    table = np.zeros(model.vocabulary_size)
    table[np.fromiter(policy.outcomes, dtype=np.int64, count=len(policy))] = policy.probabilities
    return table
