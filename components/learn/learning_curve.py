"""Learning curves of several learners, against the optimum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.controls.control import key_showing
from components.instruments.drawing.figures import digits
from components.instruments.drawing.palette import Concept, faint, tone
from components.instruments.plot import NORMAL, plot
from components.learn.memory import LearnMemory
from components.shell.plain import plain
from components.shell.take_along import Souvenir, offer_to_take_along
from mdp_core.learners import LEARNERS
from mdp_core.learners.course import Course
from mdp_core.learners.curve import Curve, bottom_of, online_curve, smoothing_window, worth_curve
from mdp_core.tables import learning_table

LOOKS: Mapping[str, tuple[Concept, str]] = {  # of a learner: its colour, and the line as Plotly names it
    "monte_carlo": ("quiet", "dot"),
    "sarsa": ("state", "solid"),
    "expected_sarsa": ("reward", "longdash"),
    "q_learning": ("loss", "dash"),
    "reinforce": ("policy", "dashdot"),
    "actor_critic": ("action", "longdashdot"),
}


def draw_learning_curves(memory: LearnMemory, course: Course) -> None:
    """What the learners earned while they learned, or what their policies were worth, as the visitor chooses."""
    st.segmented_control(
        "Curve",
        ["online", "worth"],
        format_func={"online": "earned while it learns", "worth": "worth of its policy"}.__getitem__,
        required=True,
        key=key_showing("curve", memory.curve),
        on_change=lambda: setattr(memory, "curve", st.session_state["curve"]),
        label_visibility="collapsed",
    )
    spec, best, online = course.lessons[0].spec, course.optimum, memory.curve == "online"
    window = smoothing_window(spec.episodes)
    curves = {
        lesson.spec.algorithm: online_curve(lesson.curve(), window) if online else worth_curve(lesson.worth)
        for lesson in course.lessons
    }
    curves = {by: curve for by, curve in curves.items() if len(curve.x)}
    if not curves:
        st.caption("The first episodes are on their way." if online else "The map is too large for that.")
        return
    agents = "one seed" if spec.agents == 1 else f"{spec.agents} seeds"
    band = "" if spec.agents == 1 else "; the band holds the middle half of them"
    smoothed = "not smoothed" if window == 1 else f"smoothed over {window} episodes"
    if online:
        optimum = None if best is None else best.online
        sentence = f"Sum of rewards, mean of {agents}, {smoothed}{band}."
        what = "sum of rewards"
    else:
        optimum = None if best is None else best.value
        sentence = (
            f"Exact v(s_0) of what is learned, without exploring, gamma {spec.gamma:.2f}: median of {agents}{band}."
        )
        what = "v of the learned policy at the start"
    if optimum is not None and not np.isfinite(optimum):
        optimum = None
    if optimum is not None:
        sentence += f" Dashed: the optimal policy, {digits(optimum)}."
    _draw(curves, optimum, what, sentence)
    st.caption(plain(sentence))
    if course.done:  # while it learns, every tick makes another file, and who presses has the last one's
        offer_to_take_along(
            Souvenir(
                "The learning curves, a table",
                "CSV: a row an episode, learner after learner; what they earned, and what their policies were worth.",
                f"one-loop-learning-seed-{spec.seed}.csv",
                lambda: learning_table(course.lessons),
            ),
            key="take_learning",
        )


def _draw(curves: Mapping[str, Curve], optimum: float | None, what: str, sentence: str) -> None:
    picture = go.Figure()
    for by, curve in curves.items():
        if curve.low is not None and curve.high is not None:
            picture.add_scatter(
                x=np.concatenate([curve.x, curve.x[::-1]]),
                y=np.concatenate([curve.high, curve.low[::-1]]),
                fill="toself",
                fillcolor=faint(tone(LOOKS[by][0])),
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
    for by, curve in curves.items():
        concept, dash = LOOKS[by]
        picture.add_scatter(
            x=curve.x,
            y=np.where(np.isfinite(curve.y), curve.y, np.nan),
            name=LEARNERS[by].title,
            mode="lines",
            line={"color": tone(concept), "width": 3, "dash": dash},
        )
    if optimum is not None:
        picture.add_hline(
            y=optimum,
            line={"dash": "dash", "width": 2, "color": tone("quiet")},
            annotation={"text": f"optimal {digits(optimum)}", "font": {"size": NORMAL}},
            annotation_position="bottom right",
        )
    bottom = bottom_of(list(curves.values()), optimum)
    if bottom is not None:  # below it nothing is drawn
        top = max([optimum or bottom, *(float(np.nanmax(curve.y, initial=bottom)) for curve in curves.values())])
        picture.update_yaxes(range=[bottom, top + 0.05 * (top - bottom) + 1e-9])
    plot(picture, key="learning_curve", says=sentence, height=300, x="episode", y=what, xaxis={"rangemode": "tozero"})
