"""Page Return, the first section: trajectories are sampled, and their returns drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.instruments.returns_chart import GAMMAS, Expected, returns_chart, shown
from components.returns.guess import prediction
from components.returns.memory import SLICE, TICK, Returns, returns
from components.returns.picture import texts, ways
from components.returns.sample_controls import said, sampling
from components.returns.samples import Sample, expected_of, limit_of
from components.returns.worth import Objective
from components.server.models import models
from components.server.pictures import is_slow
from components.shell.address import visit
from components.shell.messages import problem
from components.shell.plain import plain
from components.shell.shelf import language_model
from components.shell.takeaway import takeaway
from components.shell.visit import Visit
from components.shell.waiting import waiting
from mdp_core.learners.policy_value import start_values
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import policy_of, world_of

ENOUGH = 100  # trajectories, from which on the expected return is told
LAST_GOOD = "The last good sample stays."


def bring_up(here: Visit, mine: Returns) -> None:
    """Bring the sample of the shown world up to date; what is wrong is `mine.problem`, and the last good one stays."""
    mine.problem = ""
    try:
        if mine.side == "grid":
            found = mine.see_grid(here)
        else:
            model = language_model(here.scenario.text.model, models())
            if model is None:
                return
            found = mine.see_text(here, model)
            if is_slow(model):
                return
        if found.error is not None:
            raise found.error
        if not found.drawn:
            found.work(SLICE)
    except ValueError as error:
        mine.problem = str(error)


def sample() -> None:
    here, mine = visit(), returns()
    if mine.stale:
        mine.stale = False
        st.rerun()
    st.subheader("1 · Trajectories: a return is drawn, and its mean is the objective", anchor="sample")
    found = mine.samples.get(mine.side)
    left, right = st.columns([6, 7], gap="medium")
    with left:
        _asked(here, mine, found)
        if mine.problem:
            problem(mine.problem, LAST_GOOD)
        if found is not None and found.error is None and (found.stopped or _busy(mine, found)):
            mine.due = False  # a run of the page ends quickly: the drawing itself is the next tick's
            st.fragment(_drawing, run_every=None if found.stopped else TICK)()
        seen = mine.pictured()
        if seen is not None:
            _trajectories(mine, seen)
    with right:
        if seen is not None:
            _returns(here, mine, seen)
        elif found is not None:
            st.info("The first texts are being written.")
        else:
            st.info("The language model is waking up; the grid world is ready.")
    takeaway("One trajectory has one return, G₀ = Σ γᵗ rₜ₊₁. The objective is its mean over all trajectories: E[G₀].")


def _busy(mine: Returns, found: Sample) -> bool:
    """True while trajectories are drawn, or texts enumerated."""
    return not found.done or (mine.side == "text" and mine.objective is not None and not mine.objective.done)


def _drawing() -> None:
    """A slice a tick, in a fragment of its own: the picture beside it stays bright."""
    mine = returns()
    if mine.stale:
        mine.stale = False
        st.rerun()
    found = mine.samples.get(mine.side)
    if found is None:
        return
    what = "walks" if mine.side == "grid" else "texts"
    share = len(found) / found.count
    if found.stopped:
        said = f"stopped at {len(found):,} of {found.count:,} {what}"
        waiting(said, share, "Go on", lambda: mine.again(found.go_on), key="return_stopped")
        return
    objective = None
    if not found.done:
        left = "" if found.left is None else f", about {max(found.left, 1):.0f} s left"
        waiting(
            f"{len(found):,} of {found.count:,} {what}{left}",
            share,
            "Stop",
            lambda: mine.again(found.stop),
            key="return_progress",
        )
    elif mine.objective is not None:
        objective = mine.objective
        waiting(
            "working out E[G₀] exactly",
            objective.progress,
            "Enough",
            lambda: mine.again(objective.stop),
            key="return_objective",
        )
    if not mine.due:
        mine.due = True
        return
    if objective is None:
        try:
            found.work(SLICE)
        except ValueError:  # which the page says
            st.rerun()
    else:
        objective.work(SLICE)
    far = len(found) + (0 if objective is None or objective.value is None else objective.value.drawn)
    if not _busy(mine, found) or mine.refresh(f"{found.subject} {found.count}", far):
        st.rerun()


def _asked(here: Visit, mine: Returns, found: Sample | None) -> None:
    def press(change: Callable[[], None]) -> None:
        change()
        mine.stale = True

    limit = 1
    if mine.side == "grid":
        limit = found.limit if found is not None else limit_of(GridScenario())
    what = "walks" if mine.side == "grid" else "texts"
    prediction(
        mine,
        f"mean_{mine.side}",
        f"Predict: the mean return of 1,000 {what}, at gamma {here.view.gamma:.2f}",
        -1e6,
        1e6,
        0.1,
        lambda: press(lambda: mine.ask(max(mine.count, 1_000))),
    )
    sampling(here, mine, limit, press)


def _trajectories(mine: Returns, found: Sample) -> None:
    if mine.side == "text":
        texts(found)
        return
    of = mine.of["grid"]
    assert isinstance(of, GridScenario)
    ways(found, policy_of(of), height=288)


def _returns(here: Visit, mine: Returns, found: Sample) -> None:
    def looked(gamma: float) -> None:
        here.look(here.view.step, gamma)
        mine.gamma = here.view.gamma
        mine.stale = True

    mine.see_gamma(here)
    payments = found.payments
    what = "walks" if mine.side == "grid" else "texts"
    expected = _expected(mine, found) if len(found) >= ENOUGH else None  # it is to be guessed first
    returns_chart(
        payments,
        key="returns_chart",
        sample=found.key,
        subject=found.subject,
        title=f"G₀ of {len(found):,} {what if len(found) > 1 else what[:-1]}",
        gamma=here.view.gamma,
        command=mine.command,
        expected=expected,
        on_gamma=looked,
    )
    few = shown(payments).count
    if few < payments.count:
        st.caption(f"The picture holds the first {few:,} of {payments.count:,}: more would be too much to send.")
    st.caption(plain(_about(here, mine, found)))
    _judged(here, mine, payments.returns(here.view.gamma))


def _expected(mine: Returns, found: Sample) -> Expected | None:
    if mine.side == "grid":
        of = mine.of["grid"]
        assert isinstance(of, GridScenario)
        rewards = expected_of(of, found.limit)
        values = np.power(GAMMAS[:, None], np.arange(len(rewards))) @ rewards
        return Expected("exact E[G₀]", values.tolist(), [0.0] * len(GAMMAS))
    value = mine.objective.value if mine.objective is not None else None
    if value is None or not value.texts:
        return None
    name = "E[G₀], part enumerated, part drawn:" if value.sampled else "exact E[G₀]"
    return Expected(name, [value.value(g) for g in GAMMAS], [value.half_width(g) for g in GAMMAS])


def _about(here: Visit, mine: Returns, found: Sample) -> str:
    gamma = here.view.gamma
    if mine.side == "text":
        return f"{said(found, 'texts', 'tokens')} {_how_exact(mine.objective, gamma)}"
    of = mine.of["grid"]
    assert isinstance(of, GridScenario)
    cut = f"{found.cut:.0%} were cut off at the limit of {found.limit} steps. " if found.cut else ""
    value = float(start_values(world_of(of).tabular(), policy_of(of).arrows, gamma))
    if np.isfinite(value):
        endless = f"Without the limit, by the linear system v = r + γPv: v(s₀) = {value:.4g}."
    else:
        endless = (
            f"At gamma {gamma:g} and without a limit the sum need not exist: this policy may walk and be paid for ever. "
            f"The limit, a horizon of {found.limit} steps, makes it exist; so does a gamma below 1."
        )
    return f"{said(found, 'walks', 'steps')} {cut}{endless}"


def _how_exact(objective: Objective | None, gamma: float) -> str:
    if objective is None:
        return "So large a model's texts cannot be enumerated: the mean and its band are all there is."
    value = objective.value
    if value is None:
        return "Its texts are being enumerated."
    if not value.sampled:
        return f"{value.texts:,} texts enumerated, exact to ±{value.bound():.4f}: so much probability was left out."
    return (
        f"Enumerated: {value.texts:,} texts with probability {1 - value.rest:.2f}, exact to ±{value.bound():.2f} alone. "
        f"{len(value.rest_scores):,} texts of the rest were drawn: ±{value.half_width(gamma):.3f} (95 %). "
        "A lower length limit makes it exact."
    )


def _judged(here: Visit, mine: Returns, all_returns: NDArray[np.float64]) -> None:
    guess = mine.guesses.get(f"mean_{mine.side}")
    if guess is None or len(all_returns) < ENOUGH:
        return
    mean = float(all_returns.mean())
    st.info(
        plain(
            f"You said {_figure(guess)}. The mean of {len(all_returns):,} is {_figure(mean)}, "
            f"at gamma {here.view.gamma:.2f}."
        )
    )


def _figure(value: float) -> str:
    return ("−" if value < 0 else "") + f"{abs(value):.4g}"
