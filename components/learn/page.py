"""Learn: find the policy that maximises the expected return, first with the world known, then from samples of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from components.controls.control import control
from components.controls.world import world
from components.learn.learners import learners, wrong_numbers
from components.learn.learning_curve import LOOKS, bottom_of, learning_curve, online, window, worth
from components.learn.lesson import table, walks
from components.learn.lessons import Course, Lesson
from components.learn.memory import Study, study
from components.learn.residuals import residuals
from components.learn.solved import solved
from components.learn.solver import formula, horizon, outcome, prediction, solver
from components.server.warmup import warmup
from components.shell.address import follow_address, visit, write_link
from components.shell.messages import problem
from components.shell.navigation import go_to
from components.shell.plain import plain
from components.shell.visit import Visit
from components.shell.waiting import waiting
from mdp_core.grid.diagnosis import remarks
from mdp_core.grid.editing import Brush
from mdp_core.grid.world import Cell, GridWorld
from mdp_core.learners import LEARNERS
from mdp_core.scenarios import EXACT, Scenario, View
from mdp_core.stage.learned import episode_limit

TICK = 0.1  # seconds between two slices
SLICE = 0.2  # seconds of work in one run of the page
LAST_GOOD = "The last good world stays."


def page() -> None:
    """The page."""
    here, mine = follow_address(visit()), study(visit())
    warmup()  # a policy may be sent to the Stage soon
    _problem_world(here, mine)
    seen = mine.world
    assert seen is not None
    _controls(here, mine, seen)
    solving = mine.known(seen)
    solving.work(SLICE)
    st.fragment(_solve, run_every=TICK if solving.busy else None)()
    st.fragment(_learn, run_every=TICK if mine.course is not None and not mine.course.done else None)()
    write_link(here)


def _problem_world(here: Visit, mine: Study) -> None:
    """Take up the visit's world; where it cannot be read, say so and keep the last good one."""
    try:
        mine.see(here)
    except ValueError as error:
        problem(str(error), LAST_GOOD)
        if mine.world is None:
            mine.see(Visit(Scenario(), View()))


def _controls(here: Visit, mine: Study, seen: GridWorld) -> None:
    with st.container(horizontal=True, key="learn_controls", gap="medium", vertical_alignment="center"):
        world(here)
        st.slider(
            "gamma: what a reward is worth one step later",
            0.0,
            1.0,
            step=0.01,
            **control(here, "learn_gamma", mine.gamma, lambda gamma: setattr(mine, "gamma", round(gamma, 2))),
            width=340,
        )
        st.button("Undo", key="undo_edit", on_click=mine.undo, args=(here,), disabled=not mine.past)
    # What is odd about the world, and a stroke that could not be made.
    for said in remarks(seen):
        st.warning(plain(said))
    if mine.problem:
        problem(mine.problem, "The world stays as it is.")


# Solve it.


def _solve() -> None:
    here, mine = visit(), study(visit())
    if mine.stale:  # the world was changed in here: the whole page is about another one now
        mine.stale = False
        st.rerun()
    seen = mine.world
    assert seen is not None
    solving = mine.known(seen)
    st.subheader("1 · Solve it: the world is known", anchor="solve")
    left, right = st.columns([3, 2], gap="medium")

    def press(begin: Callable[[], None]) -> None:
        begin()
        solving.work(SLICE)
        mine.stale = solving.busy  # the ticks begin with a run of the page

    def paint(cells: list[Cell], brush: Brush) -> None:
        mine.paint(here, cells, brush)
        mine.stale = True

    with left:
        st.caption("Paint a wall, a goal, a reward: one click, and the change runs through the values.")
        solved(solving, paint, height=380)
    with right:
        formula(solving.method)
        prediction(mine, solving, press)
        solver(solving, press)
        if solving.busy:
            waiting("solving", None, "Stop", solving.stop, key="solving")
        if solving.problem:
            problem(solving.problem, "The last picture stays.")
        if mine.gamma == 1.0 and (solving.problem or solving.method.startswith("backward")):
            horizon(here, mine, solving, press)
        outcome(solving)
        what = "improvement" if solving.method == "policy iteration" else "sweep"
        if not solving.method.startswith("backward"):
            residuals(solving.film.residuals, mine.gamma, what)
        if solving.settled and st.button(
            f"Send to the Stage: optimal for gamma {mine.gamma:.2f}", key="send_exact", icon=":material/play_arrow:"
        ):
            _send(here, mine, EXACT)
    if solving.busy:
        solving.work(SLICE)
        if not solving.busy:
            st.rerun()


# Learn it.


def _learn() -> None:
    here, mine = visit(), study(visit())
    if mine.stale:
        mine.stale = False
        st.rerun()
    seen = mine.world
    assert seen is not None
    course = mine.course
    busy = course is not None and not course.done
    st.subheader("2 · Learn it: only samples of the world", anchor="learn-it")
    wrong = wrong_numbers(mine)
    if not wrong:
        try:
            mine.specs(seen)
        except ValueError as error:
            wrong = str(error)
    _cliff(here, mine, busy)
    learners(here, mine, wrong or mine.refused, busy, lambda: _run(mine, seen))
    if course is not None and busy:
        waiting(_progress(course), course.progress, "Stop", course.stop, key="learning")
    if course is not None:
        _course(here, mine, course)
    else:
        st.caption(f"gamma {mine.gamma:.2f}; an episode is cut off after {episode_limit(seen):,} steps.")
    if course is not None and busy:
        course.work(SLICE)
        if course.done:
            st.rerun()


def _run(mine: Study, seen: GridWorld) -> None:
    mine.begin(seen)
    mine.stale = True


def _progress(course: Course) -> str:
    left = course.left
    done = max(lesson.episodes for lesson in course.lessons)
    said = f"learning: {done} of {course.lessons[0].spec.episodes} episodes"
    return said if left is None else f"{said}, about {max(1, round(left * (SLICE + TICK) / SLICE))} s left"


def _cliff(here: Visit, mine: Study, busy: bool) -> None:
    """Sutton & Barto's figure 6.6: first the guess, then the figure."""
    with st.container(border=True, key="cliff_box", horizontal=True, vertical_alignment="center", gap="medium"):
        st.radio(
            "Predict: on the cliff, Sarsa and Q-learning both explore with epsilon 0.1. Which of the two will earn more "
            "while it learns?",
            ["Sarsa", "Q-learning", "both the same"],
            index=None,
            horizontal=True,
            key="guess_cliff",
            disabled=busy,
        )
        guess = st.session_state.get("guess_cliff")

        def begin() -> None:
            mine.cliff_guess = guess
            mine.cliff(here)
            mine.stale = True

        st.button(
            "The cliff, as Sutton & Barto's Figure 6.6 shows it",
            key="cliff",
            on_click=begin,
            disabled=busy or guess is None,
            help="alpha 0.5, epsilon 0.1, gamma 1, 500 episodes, 30 seeds; first say which one"
            if guess is None
            else None,
        )


def _course(here: Visit, mine: Study, course: Course) -> None:
    for lesson in course.lessons:
        if lesson.problem:
            problem(f"{LEARNERS[lesson.spec.algorithm].title}: {lesson.problem}", "What it learned before stays.")
    left, right = st.columns(2, gap="medium")
    with left:
        _curves(mine, course)
        walking = [lesson for lesson in course.lessons if lesson.walks]
        if course.done and walking:
            st.caption("The way each one walks in the end, without exploring; other agents' ways faintly.")
            walks(walking, [LOOKS[lesson.spec.algorithm] for lesson in walking], height=240)
    with right:
        names = [lesson.spec.algorithm for lesson in course.lessons]
        if mine.looked not in names:
            mine.looked = names[0]
        if len(names) > 1:
            st.segmented_control(
                "On the board",
                names,
                format_func=lambda name: LEARNERS[name].title,
                required=True,
                key=_show("looked", mine.looked),
                on_change=lambda: setattr(mine, "looked", st.session_state["looked"]),
                label_visibility="collapsed",
            )
        lesson = next(lesson for lesson in course.lessons if lesson.spec.algorithm == mine.looked)
        learner = LEARNERS[lesson.spec.algorithm]
        st.latex(learner.formula)
        st.caption(plain(learner.says))
        table(lesson, mine.courses, height=320)
        _sending(here, mine, lesson)
    _lesson_of(mine, course)


def _sending(here: Visit, mine: Study, lesson: Lesson) -> None:
    if not lesson.done:
        return
    frame, title = lesson.sendable(), LEARNERS[lesson.spec.algorithm].title
    if frame is None:
        st.caption(f"{title} took more steps than a link may ask for; fewer episodes can be sent to the Stage.")
        return
    if st.button(
        f"Send to the Stage: {title} after {frame.episodes} episodes",
        key="send_learned",
        icon=":material/play_arrow:",
        disabled=lesson.world != mine.world,
        help=None if lesson.world == mine.world else "It was learned in another world; run it in this one first.",
    ):
        _send(here, mine, lesson.spec.algorithm)


def _send(here: Visit, mine: Study, by: str) -> None:
    mine.send(here, by)
    go_to("Stage")


def _curves(mine: Study, course: Course) -> None:
    st.segmented_control(
        "Curve",
        ["online", "worth"],
        format_func={"online": "earned while it learns", "worth": "worth of its policy"}.__getitem__,
        required=True,
        key=_show("curve", mine.curve),
        on_change=lambda: setattr(mine, "curve", st.session_state["curve"]),
        label_visibility="collapsed",
    )
    curves = [online(lesson) if mine.curve == "online" else worth(lesson) for lesson in course.lessons]
    curves = [curve for curve in curves if len(curve.x)]
    if not curves:
        st.caption(
            "The first episodes are on their way." if mine.curve == "online" else "The map is too large for that."
        )
        return
    spec, best = course.lessons[0].spec, course.optimum
    agents = "one seed" if spec.agents == 1 else f"{spec.agents} seeds"
    band_said = "" if spec.agents == 1 else "; the band holds the middle half of them"
    if mine.curve == "online":
        optimum = None if best is None else best.online
        said = f"Sum of rewards, mean of {agents}, smoothed over {window(spec.episodes)} episodes{band_said}."
        what = "sum of rewards"
    else:
        optimum = None if best is None else best.value
        said = f"Exact v(s_0) of what is learned, without exploring, gamma {spec.gamma:.2f}: median of {agents}{band_said}."
        what = "v of the learned policy at the start"
    if optimum is not None and np.isfinite(optimum):
        said += f" Dashed: the optimal policy, {_figure(optimum)}."
    learning_curve(curves, optimum, what, said, bottom=bottom_of(curves, optimum), height=300)
    st.caption(plain(said))


def _lesson_of(mine: Study, course: Course) -> None:
    """The sentence to take away."""
    if not course.done:
        return
    last = [(lesson, lesson.curve()[:, -max(1, lesson.spec.episodes // 5) :].mean()) for lesson in course.lessons]
    said = [
        f"{LEARNERS[lesson.spec.algorithm].title} {_figure(earned)}" for lesson, earned in last if np.isfinite(earned)
    ]
    tail = max(1, course.lessons[0].spec.episodes // 5)
    sentence = f"Earned in an episode, over the last {tail}: {', '.join(said)}."
    if mine.is_cliff(course):
        sarsa, q = last[0][1], last[1][1]
        best = "Sarsa" if sarsa > q else "Q-learning"
        verdict = "" if not mine.cliff_guess else f"You said {mine.cliff_guess}; it is {best}. "
        sentence = (
            f"{verdict}{sentence} Q-learning learns the short way along the edge and falls off it while it explores; Sarsa "
            "counts its own exploring in, goes around, and earns more. Without exploring, Q-learning's way is better."
        )
    st.success(plain(sentence))


def _figure(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _show(key: str, value: object) -> str:
    """The key of a widget that shows `value`."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return key
