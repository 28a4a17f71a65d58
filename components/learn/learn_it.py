"""Learn it: only samples of the world, and what several learners make of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from components.controls.control import key_showing
from components.instruments.drawing.figures import digits
from components.learn.learners import ask_learners
from components.learn.learning_curve import draw_learning_curves
from components.learn.lesson_board import draw_table, draw_walks
from components.learn.memory import CLIFF_GUESSES, LearnMemory, is_cliff
from components.learn.sending import offer_to_send
from components.shell.carried import since_link
from components.shell.messages import tell_problem
from components.shell.now import tell_now
from components.shell.plain import plain
from components.shell.ticker import SLICE, TICK, work_on
from components.shell.visit import Visit
from mdp_core.learners import LEARNERS
from mdp_core.learners.course import Course
from mdp_core.learners.lesson import Lesson
from mdp_core.stage.learned import description_of, episode_limit
from mdp_core.work import Work

REFRESH = 0.5  # seconds between two pictures of a course on its way


def draw_learning(current: Visit, memory: LearnMemory) -> None:
    """The learners and their numbers, and what they have learned."""
    course = memory.course
    busy = course is not None and course.busy
    st.header("2 · Learn it: only samples of the world", anchor="learn-it")

    def begin(change: Callable[[], None]) -> None:
        change()
        if memory.course is not None:
            memory.course.work(SLICE)
        st.rerun()  # the whole page: it may be about another world now

    _ask_cliff(busy, memory.cliff_guess, lambda guess: begin(lambda: memory.begin_cliff(current, guess)))
    try:
        memory.specs()
        wrong = memory.refused
    except ValueError as error:
        wrong = str(error)
    ask_learners(current, memory, wrong, busy, lambda: begin(memory.begin))
    fields = {"step size": "alpha", "epsilon": "epsilon", "lambda": "lambda_"}
    numbers = {name: f"{memory.number(field):g}" for name, field in fields.items()}
    tell_now({**numbers, "discount factor": f"{memory.gamma:.2f}"})
    if course is None:
        limit = episode_limit(memory.world)
        st.caption(f"gamma {memory.gamma:.2f}; an episode is cut off after {limit:,} steps.")
        return
    work_on(course, partial(_progress, course), key="learning", go_on="", refresh=REFRESH)
    for lesson in course.lessons:
        if lesson.error is not None:
            tell_problem(f"{_title(lesson)}: {lesson.error}", "What it learned before stays.")
    left, right = st.columns(2, gap="medium")
    with left:
        draw_learning_curves(memory, course)
        walking = [lesson for lesson in course.lessons if lesson.walks]
        if course.done and walking:
            st.caption("The way each one walks in the end, without exploring; other agents' ways faintly.")
            draw_walks(walking, height=240)
    with right:
        _draw_lesson(memory, course)
    if course.done:
        st.success(plain(_takeaway(memory, course)))


def _progress(course: Course, work: Work[tuple[Lesson, ...]]) -> str:
    done = max(lesson.episodes for lesson in course.lessons)
    sentence = f"learning: {done} of {course.lessons[0].spec.episodes} episodes"
    left = work.left
    return sentence if left is None else f"{sentence}, about {max(1, round(left * (SLICE + TICK) / SLICE))} s left"


def _ask_cliff(busy: bool, said: str | None, begin: Callable[[str | None], None]) -> None:
    """Sutton & Barto's figure 6.6: first the guess, then the figure."""
    with st.container(border=True, key="cliff_box", horizontal=True, vertical_alignment="center", gap="medium"):
        guess = st.radio(
            "Predict: on the cliff, Sarsa and Q-learning both explore with epsilon 0.1. Which of the two will earn more "
            "while it learns?",
            list(CLIFF_GUESSES),
            index=None if said is None else CLIFF_GUESSES.index(said),
            horizontal=True,
            key=since_link("guess_cliff"),
            disabled=busy,
        )
        first = "alpha 0.5, epsilon 0.1, gamma 1, 500 episodes, 30 seeds; first say which one"
        st.button(
            "The cliff, as Sutton & Barto's Figure 6.6 shows it",
            key="cliff",
            on_click=begin,
            args=(guess,),
            disabled=busy or guess is None,
            help=first if guess is None else None,
        )


def _draw_lesson(memory: LearnMemory, course: Course) -> None:
    lessons = {lesson.spec.algorithm: lesson for lesson in course.lessons}
    if memory.looked not in lessons:
        memory.looked = course.lessons[0].spec.algorithm
    if len(lessons) > 1:
        st.segmented_control(
            "On the board",
            list(lessons),
            format_func=lambda by: LEARNERS[by].title,
            required=True,
            key=key_showing("looked", memory.looked),
            on_change=lambda: setattr(memory, "looked", st.session_state["looked"]),
            label_visibility="collapsed",
        )
    lesson = lessons[memory.looked]
    st.latex(LEARNERS[memory.looked].formula)
    st.caption(plain(LEARNERS[memory.looked].says))
    draw_table(lesson, memory.courses, height=320)
    if not lesson.done:
        return
    learned = description_of(lesson)
    if learned is None:
        st.caption(
            f"{_title(lesson)} took more steps than a link may ask for; fewer episodes can be sent to the Stage."
        )
        return
    elsewhere = "It was learned in another world; run it in this one first."
    offer_to_send(
        f"{_title(lesson)} after {learned.episodes} episodes",
        learned,
        key="send_learned",
        why_not=None if lesson.world == memory.world else elsewhere,
    )


def _takeaway(memory: LearnMemory, course: Course) -> str:
    """The sentence to take away."""
    tail = max(1, course.lessons[0].spec.episodes // 5)
    lasts = [(lesson, lesson.curve()[:, -tail:]) for lesson in course.lessons]
    begun = [(lesson, last) for lesson, last in lasts if last.size]  # a run that was stopped may not have come to all
    if not begun:
        return "It was stopped before its first episode was over, so nothing was earned."
    each = [f"{_title(lesson)} {digits(last.mean())}" for lesson, last in begun]
    sentence = f"Earned in an episode, over the last {tail}: {', '.join(each)}."
    if not is_cliff(course) or len(begun) < len(lasts):
        return sentence
    earned = [last.mean() for _, last in begun]
    best = "Sarsa" if earned[0] > earned[1] else "Q-learning"
    verdict = f"You said {memory.cliff_guess}; it is {best}. " if memory.cliff_guess else ""
    return (
        f"{verdict}{sentence} Q-learning learns the short way along the edge and falls off it while it explores; Sarsa "
        "counts its own exploring in, goes around, and earns more. Without exploring, Q-learning's way is better."
    )


def _title(lesson: Lesson) -> str:
    return LEARNERS[lesson.spec.algorithm].title
