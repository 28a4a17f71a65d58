"""Section 1: trajectories are sampled, and their returns drawn."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.controls.control import control
from components.instruments.board import Walk, board
from components.instruments.board.film import iterate
from components.instruments.drawing.figures import digits, signed
from components.instruments.returns_chart import GAMMAS, Expected, returns_chart, shown
from components.returns.guess import ask_for_number
from components.returns.memory import REFRESH, Drawing, ReturnsMemory, expected_of
from components.server.models import models
from components.server.pictures import is_slow
from components.shell.carried import since_link
from components.shell.messages import tell_problem
from components.shell.plain import plain
from components.shell.shelf import writer
from components.shell.take_along import Souvenir, offer_to_take_along
from components.shell.takeaway import conclude
from components.shell.ticker import SLICE, work_on
from components.shell.visit import Visit
from mdp_core.grid.policies import ArrowPolicy
from mdp_core.learners.policy_value import start_values
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import map_picture, policy_of, world_of
from mdp_core.stage.samples import MAX_COUNT, Sample, limit_of
from mdp_core.tables import sample_table
from mdp_core.tokens.served.client import ServerError
from mdp_core.tokens.sources.model_id import SERVED
from mdp_core.work import Work

ENOUGH = 100  # trajectories, from which on the expected return is told
LAST_GOOD = "The last good sample stays."
SIDES = {"grid": "Grid world", "text": "Text"}
WHAT = {"grid": "walks", "text": "texts"}
STEPS = {"grid": "steps", "text": "tokens"}
STRONGEST, FAINTEST = 0.85, 0.03  # of a walk on the map


def draw_trajectories(current: Visit, memory: ReturnsMemory) -> None:
    """Bring the sample of the shown world up to date; what is wrong is `memory.problem`, and the last good one stays."""
    memory.problem = ""
    try:
        if memory.side == "grid":
            drawing, slow = memory.draw_grid(current), False
        else:
            model = writer(current.scenario.text.model, models())
            if model is None:
                return
            drawing, slow = memory.draw_text(current, model), is_slow(model)
        if not drawing.sample.drawn and not slow:
            drawing.work.work(SLICE)
        if drawing.work.error is not None:
            raise drawing.work.error
    except ValueError as error:
        memory.problem = str(error)


def show_trajectories(current: Visit, memory: ReturnsMemory) -> None:
    """The section."""
    st.header("1 · Trajectories: a return is drawn, and its mean is the objective", anchor="sample")
    drawing, pictured = memory.drawings.get(memory.side), memory.pictured()
    left, right = st.columns([6, 7], gap="medium")
    with left:
        _ask(current, memory, drawing)
        if memory.problem:
            failed = drawing is not None and isinstance(drawing.work.error, ServerError)
            tell_problem(memory.problem, LAST_GOOD, _draw_again(memory) if failed else None, "Ask again", "_sample")
        if drawing is not None and drawing.work.error is None:
            _show_work(memory, drawing)
        if pictured is not None:
            _show_sample(pictured)
    with right:
        if pictured is not None:
            _show_returns(current, memory, pictured)
        elif drawing is not None:
            st.info("The first texts are being written.")
        else:
            st.info("The language model is waking up; the grid world is ready.")
    conclude("One trajectory has one return, G₀ = Σ γᵗ rₜ₊₁. The objective is its mean over all trajectories: E[G₀].")


def _draw_again(memory: ReturnsMemory) -> Callable[[], None]:
    """A server may be back: its answers so far are kept, and the rest is asked for anew."""

    def again() -> None:
        memory.drawings.pop("text", None)
        st.rerun()

    return again


# What is asked for


def _ask(current: Visit, memory: ReturnsMemory, drawing: Drawing | None) -> None:
    """A guess, which world, how many trajectories, and in the grid the limit of steps."""

    def reveal() -> None:
        memory.ask(max(memory.count, 1_000))
        st.rerun()

    question = f"Predict: the mean return of 1,000 {WHAT[memory.side]}, at gamma {current.view.gamma:.2f}"
    ask_for_number(memory, f"mean_{memory.side}", question, -1e6, 1e6, 0.1, reveal)

    def turn() -> None:
        memory.turn(st.session_state[since_link("return_side")] or memory.side)
        st.rerun()

    def sample() -> None:
        memory.ask(st.session_state[since_link("return_count")])
        st.rerun()

    def cut(limit: float | None) -> None:
        memory.cut_at(limit)
        st.rerun()

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="return_sampling"):
        st.segmented_control(
            "World",
            list(SIDES),
            format_func=SIDES.__getitem__,
            default=memory.side,
            required=True,
            key=since_link("return_side"),
            label_visibility="collapsed",
            on_change=turn,
        )
        st.number_input(
            f"n, up to {MAX_COUNT:,}", value=memory.typed, step=1, key=since_link("return_count"), width=116
        )
        st.button("Sample", key="return_draw", type="primary", on_click=sample)
        if memory.side == "grid":
            limit = drawing.sample.limit if drawing is not None else limit_of(GridScenario())
            st.number_input("limit of steps", **control(current, "return_limit", limit, cut), step=1, width=116)
    if memory.refused:
        st.error(plain(memory.refused))


# What is on its way


def _show_work(memory: ReturnsMemory, drawing: Drawing) -> None:
    what = WHAT[memory.side]

    def says(work: Work[Sample]) -> str:
        done = f"{len(drawing.sample):,} of {drawing.sample.count:,} {what}"
        if work.stopped:
            return f"stopped at {done}"
        return done + ("" if work.left is None else f", about {max(work.left, 1):.0f} s left")

    def expects(_: Work[Any]) -> str:
        return "working out E[G₀] exactly"

    if not drawing.work.done:
        work_on(drawing.work, says, key="return_progress", refresh=REFRESH)
    elif memory.side == "text" and memory.objective is not None and memory.objective.busy:
        work_on(memory.objective, expects, key="return_objective", stop="Enough", refresh=REFRESH)


# What came


def _show_sample(drawing: Drawing) -> None:
    if isinstance(drawing.of, GridScenario):
        draw_walks(drawing.sample, policy_of(drawing.of), height=288)
    else:
        list_texts(drawing.sample)


def draw_walks(sample: Sample, policy: ArrowPolicy, *, height: int) -> None:
    """The first walks over each other, the fainter the more there are; under them the policy's arrows."""
    ways = sample.ways
    opacity = float(np.clip(6 / max(len(ways), 1), FAINTEST, STRONGEST))
    zeros = np.zeros(len(policy.world.states))
    board(
        map_picture(policy.world),
        key="return_ways",
        name=f"{len(ways)} walks on the map",
        film=[iterate(policy.world, "the policy", zeros, policy=policy.arrows)],
        film_key=sample.subject,
        layers=("none", "policy"),
        walks=[Walk(way, opacity) for way in ways],
        height=height,
    )
    if len(ways) < len(sample):
        st.caption(f"The first {len(ways):,} of {len(sample):,} walks are drawn.")


def list_texts(sample: Sample) -> None:
    """The first texts, each with its score."""
    rows = "".join(
        f"<tr><td class='{'loss' if score < 0 else 'gain'}'>{signed(score, 2)}</td><td dir='auto'>{escape(text)}</td></tr>"
        for text, score in sample.texts
    )
    st.html(f"<div class='sampled-texts'><table><tbody>{rows}</tbody></table></div>")
    if len(sample.texts) < len(sample):
        st.caption(f"The first {len(sample.texts)} of {len(sample):,} texts, each with its score.")


def _show_returns(current: Visit, memory: ReturnsMemory, drawing: Drawing) -> None:
    def look(gamma: float) -> None:
        current.look(current.view.step, gamma)
        memory.gamma = current.view.gamma
        st.rerun()

    memory.see_gamma(current.view.gamma)
    sample, gamma = drawing.sample, current.view.gamma
    payments = sample.payments
    what = WHAT[memory.side]
    returns_chart(
        payments,
        key="returns_chart",
        sample=sample.key,
        subject=sample.subject,
        title=f"G₀ of {len(sample):,} {what if len(sample) > 1 else what[:-1]}",
        gamma=gamma,
        command=memory.command,
        expected=_expected(memory, drawing) if len(sample) >= ENOUGH else None,  # it is to be guessed first
        on_gamma=look,
    )
    few = shown(payments).count
    if few < payments.count:
        st.caption(f"The picture holds the first {few:,} of {payments.count:,}: more would be too much to send.")
    lengths, steps = sample.lengths, STEPS[memory.side]
    if len(sample) == 1:
        size = f"It has {lengths[0]} {steps}."
    else:
        size = f"{len(sample):,} {what}, {lengths.mean():.1f} {steps} on average, at most {lengths.max():,}."
    rest = (
        _about_walks(drawing.of, sample, gamma)
        if isinstance(drawing.of, GridScenario)
        else _how_exact(memory.objective, gamma, drawing.of.model == SERVED)
    )
    st.caption(plain(f"{size} {rest}"))
    _judge(memory, payments.returns(gamma), gamma)
    offer_to_take_along(
        Souvenir(
            "The returns, a table",
            f"CSV: a row a trajectory, {len(sample):,} of them, at this gamma.",
            f"one-loop-returns-{memory.side}-seed-{current.scenario.seed}.csv",
            lambda: sample_table(sample, current.view.gamma),
        ),
        key="take_returns",
    )


def _expected(memory: ReturnsMemory, drawing: Drawing) -> Expected | None:
    if isinstance(drawing.of, GridScenario):
        rewards = expected_of(drawing.of, drawing.sample.limit)
        values = np.power(GAMMAS[:, None], np.arange(len(rewards))) @ rewards
        return Expected("exact E[G₀]", values.tolist(), [0.0] * len(GAMMAS))
    value = memory.objective.result if memory.objective is not None else None
    if value is None or not value.texts:
        return None
    name = "E[G₀], part enumerated, part drawn:" if value.sampled else "exact E[G₀]"
    return Expected(name, [value.value(g) for g in GAMMAS], [value.half_width(g) for g in GAMMAS])


def _about_walks(grid: GridScenario, sample: Sample, gamma: float) -> str:
    cut = f"{sample.cut:.0%} were cut off at the limit of {sample.limit} steps. " if sample.cut else ""
    value = float(start_values(world_of(grid).tabular(), policy_of(grid).arrows, gamma))
    if np.isfinite(value):
        return (
            f"{cut}Without the limit, v(s₀) = {value:.4g}: a state is worth its next reward and gamma times what follows, "
            "v = r + γPv, solved for all states at once."
        )
    return (
        f"{cut}At gamma {gamma:g} and without a limit the sum need not exist: this policy may walk and be paid for ever. "
        f"The limit, a horizon of {sample.limit} steps, makes it exist; so does a gamma below 1."
    )


def _how_exact(objective: Work[Any] | None, gamma: float, served: bool) -> str:
    if served:
        return (
            "The server tells its likeliest tokens only: the mean and its band are all there is, and nothing is exact."
        )
    if objective is None:
        return "So large a model's texts cannot be enumerated: the mean and its band are all there is."
    value = objective.result
    if value is None:
        return "Its texts are being enumerated."
    if not value.sampled:
        return f"{value.texts:,} texts enumerated, exact to ±{value.bound():.4f}: so much probability was left out."
    return (
        f"Enumerated: {value.texts:,} texts with probability {1 - value.rest:.2f}, exact to ±{value.bound():.2f} alone. "
        f"{len(value.rest_scores):,} texts of the rest were drawn: ±{value.half_width(gamma):.3f} (95 %). "
        "A lower length limit makes it exact."
    )


def _judge(memory: ReturnsMemory, returns: NDArray[np.float64], gamma: float) -> None:
    """The guess beside the mean."""
    guess = memory.guesses.get(f"mean_{memory.side}")
    if guess is None or len(returns) < ENOUGH:
        return
    mean = digits(float(returns.mean()), 4)
    st.info(plain(f"You said {digits(guess, 4)}. The mean of {len(returns):,} is {mean}, at gamma {gamma:.2f}."))
