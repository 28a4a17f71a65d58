"""Return: trajectories, gamma, and the objective, in both worlds."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import streamlit as st

from components.drawing.tables import STYLE
from components.panels.messages import notes, offer, problem
from components.panels.model import model as model_controls
from components.panels.prompt import prompt
from components.panels.return_choice import choice, line_controls, verdict
from components.panels.return_guess import prediction
from components.panels.return_picture import texts, ways
from components.panels.return_sample import said, sampling
from components.panels.return_sparse import corridor_controls, found_curve, sparse_verdict, the_corridor
from components.panels.return_values import how_exact, on_text, on_the_map
from components.panels.robot import robot
from components.panels.seed import seed
from components.panels.waiting import waiting
from components.panels.world import world
from components.returns_chart import GAMMAS, Expected, returns_chart, shown
from components.session.control import control
from components.session.models import models, warmup
from components.session.pictures import is_slow
from components.session.plain import plain
from components.session.returns import Returns, returns
from components.session.samples import Sample, expected_of, limit_of
from components.session.visit import Visit, follow_address, visit, write_link
from components.session.wishes import leave, settle
from components.session.worth import ROLLOUTS, Objective, Worth
from mdp_core.grid.maps import MapError
from mdp_core.learners.policy_value import start_values
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import policy_of, world_of

TICK = 0.15  # seconds between two slices
SLICE = 0.25  # seconds of work in one run of a section
ENOUGH = 100  # trajectories, from which on the expected return is told
LAST_GOOD = "The last good sample stays."
CSS = """
.sampled-texts { max-height: 340px; overflow: auto; font-size: 16px; line-height: 1.35; }
.sampled-texts td { padding: 4px 8px; border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent);
  overflow-wrap: anywhere; vertical-align: top; }
.sampled-texts td:first-child { font-weight: 700; white-space: nowrap; font-variant-numeric: tabular-nums; }
.sampled-texts .gain { border-left: 6px solid #009e73; }
.sampled-texts .loss { border-left: 6px dashed #d55e00; }
"""


def page() -> None:
    """The page "Return"."""
    here, mine = follow_address(visit()), returns()
    if warmup().done:
        settle(here, models())
    st.html(STYLE)
    st.html(f"<style>{CSS}</style>")
    unreadable = _unreadable(here)
    _controls(here, unreadable)
    _messages(here)
    st.fragment(_sample, run_every=TICK if _sampling(here, mine) else None)()
    st.fragment(_choice)()
    st.fragment(_sparse)()
    st.fragment(_values, run_every=TICK if _valuing(here, mine) else None)()
    write_link(here)


def _lesson(sentence: str) -> None:
    st.html(f'<div class="lesson">{sentence}</div>')


def _unreadable(here: Visit) -> str:
    try:
        world_of(here.scenario.grid)
    except MapError as error:
        return str(error)
    except ValueError:
        pass
    return here.drafts["map"].problem if "map" in here.drafts else ""


def _controls(here: Visit, unreadable: str) -> None:
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        world(here)
        robot(here, unreadable)
        prompt(here)
        model_controls(here, models())
        seed(here)


def _messages(here: Visit) -> None:
    begun = warmup()
    notes(here.notes, here.dismiss)
    if not begun.done or here.load is not None:
        st.fragment(_on_its_way, run_every=TICK)()
    elif begun.problem or here.model_problem:
        problem(begun.problem or here.model_problem, "The model that was here stays.")
    elif here.wish is not None:
        said = "The link asks for another language model; Pocket writes until it is here."
        offer(here, models(), said, here.wish.model, "Load")


def _on_its_way() -> None:
    here, begun = visit(), warmup()
    if not begun.done:
        waiting(f"Waking up the language model: {begun.progress.message}", begun.progress.fraction)
    elif here.load is not None and not here.load.done.is_set():
        now = here.load.watch(id(here))
        waiting(now.message, now.fraction, "Cancel", lambda: leave(here))
    else:
        st.rerun()


# 1. Sample trajectories: returns have a distribution, and its mean is the objective.


def _sampling(here: Visit, mine: Returns) -> bool:
    """Bring the sample of the shown world up to date, and say whether it is still being drawn."""
    mine.problem = ""
    try:
        if mine.side == "grid":
            found = mine.see_grid(here)
        else:
            model = models().get(here.scenario.text.model)
            if model is None:
                return False
            found = mine.see_text(here, model)
        if not found.drawn:
            found.work(SLICE)
    except ValueError as error:
        mine.problem = str(error)
        return False
    working = mine.side == "text" and mine.objective is not None and not mine.objective.done
    return not found.done or working


def _sample() -> None:
    here, mine = visit(), returns()
    if mine.stale:
        mine.stale = False
        st.rerun()
    st.subheader("1 · Trajectories: a return is drawn, and its mean is the objective", anchor="sample")
    found = mine.samples.get(mine.side)
    busy = found is not None and not found.done
    left, right = st.columns([6, 7], gap="medium")
    with left:
        _asked(here, mine, found)
        if mine.problem:
            problem(mine.problem, LAST_GOOD)
        if found is not None and found.drawn:
            _trajectories(mine, found)
    with right:
        if found is None or not found.drawn:
            st.info("The language model is waking up; the grid world is ready.")
        else:
            _returns(here, mine, found)
    _lesson("One trajectory has one return, G₀ = Σ γᵗ rₜ₊₁. The objective is its mean over all trajectories: E[G₀].")
    if busy and found is not None:
        found.work(SLICE)
        if found.done:
            st.rerun()
    elif mine.side == "text" and mine.objective is not None and not mine.objective.done:
        mine.objective.work(SLICE)
        if mine.objective.done:
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
    if found is not None and found.drawn and not (found.done and not found.stopped):
        _progress(found, what)


def _progress(found: Sample, what: str) -> None:
    share = len(found) / found.count
    if found.stopped:
        waiting(f"stopped at {len(found):,} of {found.count:,} {what}", share, key="return_stopped")
        return
    left = "" if found.left is None else f", about {max(found.left, 1):.0f} s left"
    waiting(f"{len(found):,} of {found.count:,} {what}{left}", share, "Stop", found.stop, key="return_progress")


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


def _judged(here: Visit, mine: Returns, all_returns: np.ndarray) -> None:
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


# 2. What gamma decides


def _choice() -> None:
    here, mine = visit(), returns()
    st.subheader("2 · Gamma decides: the near reward or the far one?", anchor="gamma")
    left, right = st.columns([5, 7], gap="medium")
    with left:
        line_controls(here, mine.line, lambda: mine.guesses.pop("flip", None))
        st.latex(r"G_0=\gamma^{k}\,r_{k+1}")
        st.caption("k moves go before the one that pays.", text_alignment="center")
        said = "Predict: at which gamma does the best first move flip?"
        prediction(mine, "flip", said, 0.0, 1.0, 0.01, lambda: None)
        verdict(mine)
        _lesson("Gamma is the price of waiting: whoever chooses it chooses what is best.")
    with right:
        choice(mine)
        if "flip" not in mine.revealed:
            st.info("Commit to a guess first: then gamma is yours to drag, and the arrows turn.")


# 3. One reward, far away


def _sparse() -> None:
    here, mine = visit(), returns()
    line = mine.line
    st.subheader("3 · Sparse and long: will chance ever find the reward?", anchor="sparse")
    left, right = st.columns([5, 7], gap="medium")
    with left:
        corridor_controls(here, line, lambda: mine.guesses.pop("sparse", None))
        said = f"Predict: how many of {line.walks:,} random walks find it?"
        prediction(mine, "sparse", said, 0, line.walks, 1, lambda: None)
        sparse_verdict(mine, here.scenario.seed)
        _lesson(
            "There is not a reward for every action: until the first one is found, "
            "nothing tells a good action from a bad one."
        )
    with right:
        the_corridor(line)
        if "sparse" in mine.revealed:
            found_curve(line, here.scenario.seed, height=280)
        else:
            st.info("Commit to a guess first: then the exact curve and the sampled one are drawn.")


# 4. V and Q


def _valuing(here: Visit, mine: Returns) -> bool:
    model = models().get(here.scenario.text.model)
    mine.worth_problem = ""
    if model is None:
        return False
    try:
        found = mine.see_worth(here, model)
    except ValueError as error:
        mine.worth_problem = str(error)
        return False
    return not found.done and not (is_slow(model) and not found.complete and not mine.valued)


def _values() -> None:
    here, mine = visit(), returns()
    if mine.stale_values:
        mine.stale_values = False
        st.rerun()
    st.subheader("4 · V and Q: what a state is worth, on the map and on text", anchor="values")
    left, right = st.columns([6, 7], gap="medium")
    with left:
        with st.container(horizontal=True, horizontal_alignment="center", gap="medium"):
            st.latex(r"v_\pi(s)=\mathbb{E}_\pi[G_t\mid S_t=s]", width="content")
            st.latex(r"q_\pi(s,a)=\mathbb{E}_\pi[G_t\mid S_t=s,A_t=a]", width="content")
        try:
            on_the_map(mine.good_grid(here), here.view.gamma, height=330)
        except ValueError as error:
            problem(str(error), "Choose another policy or world.")
    with right:
        _text_values(here, mine)
    _lesson("The text so far is a state: it has a value, and every next token moves it up or down before the end pays.")


def _text_values(here: Visit, mine: Returns) -> None:
    worth = mine.worth
    if mine.worth_problem:
        problem(mine.worth_problem, "The last text stays." if worth is not None else "")
    if worth is None:
        st.info("The language model is waking up.")
        return

    def restart(change: Callable[[], None]) -> None:
        change()
        mine.stale_values = True

    def looked(gamma: float) -> None:
        here.look(here.view.step, gamma)
        mine.stale_values = True

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.slider(
            "gamma",
            0.0,
            1.0,
            **control(here, "values_gamma", here.view.gamma, looked),
            step=0.01,
            width=260,
        )
        if worth.slow:
            st.number_input(
                "k rollouts for each prefix",
                *ROLLOUTS,
                **control(here, "rollouts", mine.rollouts, lambda k: restart(lambda: mine.roll(k))),
                step=4,
                width=190,
            )
            if not mine.valued:
                st.button(
                    "Work it out", key="work_out", on_click=lambda: restart(lambda: setattr(mine, "valued", True))
                )
    _work_out(mine, worth, restart)
    on_text(worth, here.view.gamma)
    how_exact(worth, here.view.gamma)


def _work_out(mine: Returns, worth: Worth, restart: Callable[[Callable[[], None]], None]) -> None:
    if worth.slow and not mine.valued:
        return
    if worth.stopped:
        waiting("stopped", worth.progress, "Go on", lambda: restart(worth.go_on), key="worth_stopped")
        return
    if worth.done:
        return
    waiting("working out the values", worth.progress, "Stop", worth.stop, key="worth_progress")
    begun = time.perf_counter()
    worth.work(SLICE)
    if worth.done and time.perf_counter() > begun:
        st.rerun()
