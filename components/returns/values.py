"""Section 4: V and Q, on the map and on text."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from components.controls.control import control
from components.instruments.board import Iterate, board
from components.instruments.board.film import iterate
from components.instruments.text_values import Candidate, Prefix, text_values
from components.returns.memory import REFRESH, ROLLOUTS, ReturnsMemory
from components.server.models import models
from components.server.pictures import is_slow
from components.shell.messages import tell_problem
from components.shell.plain import plain
from components.shell.served import without_weights
from components.shell.shelf import writer
from components.shell.takeaway import conclude
from components.shell.ticker import work_on
from components.shell.visit import Visit
from mdp_core.learners.policy_value import policy_values
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import map_picture, policy_of, world_of
from mdp_core.stage.text_worth import TextWorth
from mdp_core.tokens.served.client import ServerError
from mdp_core.tokens.served.model import ServedModel
from mdp_core.work import Work

GAMMAS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1.0)
SMALL = 400  # states up to which the values of all of these are worked out
WIDE = 10  # columns from which on four numbers in a cell are too small


def see_values(current: Visit, memory: ReturnsMemory) -> None:
    """Take up the text on the Stage; what is wrong with it is `memory.worth_problem`, and the last text stays."""
    model = writer(current.scenario.text.model, models())
    memory.worth_problem = ""
    if model is None:
        return
    try:
        memory.see_worth(current, model)
        if memory.valuing is not None and memory.valuing.error is not None:
            raise memory.valuing.error
    except ValueError as error:
        memory.worth_problem = str(error)


def show_values(current: Visit, memory: ReturnsMemory) -> None:
    """The section."""
    st.header("4 · V and Q: what a state is worth, on the map and on text", anchor="values")
    left, right = st.columns([6, 7], gap="medium")
    with left:
        with st.container(horizontal=True, horizontal_alignment="center", gap="medium"):
            st.latex(r"v_\pi(s)=\mathbb{E}_\pi[G_t\mid S_t=s]", width="content")
            st.latex(r"q_\pi(s,a)=\mathbb{E}_\pi[G_t\mid S_t=s,A_t=a]", width="content")
        try:
            _draw_map(memory.good_grid(current), current.view.gamma, height=330)
        except ValueError as error:
            tell_problem(str(error), "Choose another policy or world.")
    with right:
        _show_text(current, memory)
    conclude(
        "The text so far is a state: it has a value, and every next token moves it up or down before the end pays."
    )


# On the map


@lru_cache(maxsize=8)
def _film(grid: GridScenario, gammas: tuple[float, ...]) -> tuple[tuple[Iterate, ...], tuple[float, ...]]:
    """v_pi and q_pi for every gamma, and the largest magnitude of each. Raises what `policy_of` raises."""
    world, policy = world_of(grid), policy_of(grid).arrows
    table = world.tabular()
    frames, scales = [], []
    for gamma in gammas:
        v = policy_values(table, policy, gamma)
        with np.errstate(invalid="ignore"):
            q = table.q_from_v(v, gamma)
        known = np.where(np.isfinite(v), v, np.nan)
        frames.append(iterate(world, f"gamma {gamma:.2f}", known, np.where(np.isfinite(q), q, np.nan), policy))
        scales.append(float(np.nanmax(np.abs(known), initial=0.0)))
    return tuple(frames), tuple(scales)


def _draw_map(grid: GridScenario, gamma: float, *, height: int) -> None:
    """The values of the robot's policy, to be scrubbed through gamma. Raises ValueError for what has no policy."""
    world = world_of(grid)
    many = len(world.states) <= SMALL
    gammas = tuple(sorted({*GAMMAS, round(gamma, 3)})) if many else (round(gamma, 3),)
    film, scales = _film(grid, gammas)
    first = gammas.index(round(gamma, 3))
    wide = world.map.shape[1] > WIDE
    board(
        map_picture(world),
        key="return_values",
        name="The values of the policy",
        film=film,
        film_key=[str(grid), gammas, first],
        first=first,
        layers=("v", "q", "policy") if wide else ("q", "v", "policy"),
        layer="v",
        scale=scales[first] or max(scales),
        height=height,
    )
    if not all(np.isfinite(policy_values(world.tabular(), policy_of(grid).arrows, gammas[-1]))) and gammas[-1] == 1.0:
        st.caption("At gamma 1 some cells have no number: from there the sum need not exist.")


# On text


def _show_text(current: Visit, memory: ReturnsMemory) -> None:
    worth, valuing = memory.worth, memory.valuing
    if memory.worth_problem:
        failed = valuing is not None and isinstance(valuing.error, ServerError)
        stays = "The last text stays." if worth is not None else ""
        tell_problem(memory.worth_problem, stays, _value_again(memory) if failed else None, "Ask again", "_values")
    if worth is None or valuing is None:
        if not memory.worth_problem:
            st.info("The language model is waking up.")
        return
    slow = is_slow(worth.model)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):

        def look(gamma: float) -> None:
            current.look(current.view.step, gamma)
            st.rerun()

        def roll(rollouts: int | None) -> None:
            memory.rollouts = rollouts or memory.rollouts
            st.rerun()

        st.slider("gamma", 0.0, 1.0, **control(current, "values_gamma", current.view.gamma, look), step=0.01, width=260)
        if slow:
            st.number_input(
                "k rollouts for each prefix",
                *ROLLOUTS,
                **control(current, "rollouts", memory.rollouts, roll),
                step=4,
                width=190,
            )
            if not memory.valued:
                st.button("Work it out", key="work_out", on_click=lambda: setattr(memory, "valued", True))
    if memory.valued or not slow:
        work_on(valuing, _says, key="worth_progress", refresh=REFRESH)
    _draw_text(worth, memory, current.view.gamma)
    _tell_how_exact(worth, current.view.gamma)


def _value_again(memory: ReturnsMemory) -> Callable[[], None]:
    def again() -> None:
        memory.worth_of = None
        st.rerun()

    return again


def _says(work: Work[Any]) -> str:
    return "stopped" if work.stopped else "working out the values"


def _draw_text(worth: TextWorth, memory: ReturnsMemory, gamma: float) -> None:
    """The text token by token with the value of every prefix, and what may come behind the chosen one."""
    model, t = worth.model, worth.chosen
    pieces = model.pieces(worth.ids)
    start = len(worth.mdp.prompt)
    prompt = "".join(pieces[:start]).strip()
    known = [worth.values.get(i) for i in range(worth.length)]
    v = [None if value is None else value.value(gamma) for value in known]
    score = worth.mdp.reward(model.decode(worth.ids)).total if worth.complete else None
    prefixes = [Prefix(prompt, v[0] if v else None, known[0].half_width(gamma) if v and known[0] else 0.0, None)]
    for i in range(1, worth.length + 1):
        before, value = v[i - 1], known[i] if i < worth.length else None
        now = score if i == worth.length else v[i]
        change = None if now is None or before is None else (now if i == worth.length else gamma * now) - before
        half = 0.0 if value is None else value.half_width(gamma)
        token = worth.ids[start + i - 1]
        prefixes.append(Prefix(_visible(pieces[start + i - 1], model.named(token)), now, half, change))
    written = worth.ids[start + t] if worth.length > t else -1
    candidates = [
        Candidate(model.named(next_.token), next_.p, next_.q(gamma), next_.half(gamma), next_.token == written)
        for next_ in worth.candidates.get(t, [])
    ]

    def choose(t: int) -> None:
        memory.choose_prefix(t)

    text_values(
        prefixes,
        candidates,
        key="text_values",
        chosen=t,
        after=f"After “{_end(pieces[: start + t])}”: what is each next token worth?",
        low=min(worth.low, 0.0),
        high=max(worth.high, 0.0),
        on_prefix=choose,
    )


def _tell_how_exact(worth: TextWorth, gamma: float) -> None:
    """What the numbers are: enumerated, with the error of what was left out, or a mean of rollouts."""
    value = worth.values.get(worth.chosen)
    if value is None:
        return
    now, half = value.value(gamma), value.half_width(gamma)
    if not value.texts:
        sentence = (
            f"V = {now:.3f} ± {half:.3f} (95 %): the mean of {value.drawn} texts, written from here to their ends."
        )
    elif not value.sampled:
        sentence = (
            f"V = {now:.3f}, exact to ±{half:.4f}: {value.texts:,} texts enumerated; "
            f"what was left out has probability {value.rest:.4f}."
        )
    else:
        sentence = (
            f"V = {now:.3f} ± {half:.3f} (95 %): {value.texts:,} texts with probability {1 - value.rest:.2f} enumerated; "
            f"alone they bound V to ±{value.bound():.2f}, so the rest was drawn, {value.drawn:,} texts."
        )
    if isinstance(worth.model, ServedModel):
        sentence += " " + without_weights(worth.model, "its texts cannot be enumerated, and no value is exact")
    st.caption(plain(sentence))


def _visible(piece: str, name: str) -> str:
    """A token's name; the character where it is the last of several that make one."""
    return piece.strip() if "⟩" in name and piece.strip("� ") else name


def _end(pieces: list[str]) -> str:
    text = "".join(pieces).strip()
    return "… " + text[-28:] if len(text) > 30 else text
