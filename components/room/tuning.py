"""Tune on the room's taste: a run whose score is the reward model that the room has taught."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.instruments.drawing.figures import figure
from components.instruments.tuning_film import tuning as tuning_film
from components.room.memory import Desk
from components.server.job_queue import job_queue
from components.server.pictures import is_slow
from components.shell.plain import plain
from components.shell.queued_run import QueuedRun
from components.shell.run_progress import show_progress, show_warnings
from components.shell.shelf import ShelfError, shelf
from mdp_core.rlhf.principle import Principle
from mdp_core.scenarios import TextScenario

if TYPE_CHECKING:
    from mdp_core.rlhf.film import Film
    from mdp_core.rlhf.reward_model import RewardModel
    from mdp_core.rlhf.spec import TuneSpec
    from mdp_core.tokens.language_model import LanguageModel

SUITS: dict[bool, dict[str, Any]] = {  # by whether the model is slow
    False: {"texts": 48},
    True: {"texts": 16, "learning_rate": 0.0015},
}
LEAST_TEMPERATURE = 0.1  # a policy that learns from its draws needs some


def show_tuning(desk: Desk) -> None:
    """Start, how far it is, and its film."""
    run, taste, model = desk.workshop.run, desk.workshop.taste, desk.model
    if taste is None and run is None:
        st.html('<p class="room-says">There is no taste to tune on yet: let the room vote first.</p>')
        return
    if run is None:
        st.html(
            '<p class="room-says">The score is now what the room likes, as the reward model has it. The language model is '
            "moved towards texts that score more; beta is what a nat of distance from the model as it was costs.</p>"
        )
    if run is not None:
        _show_run(desk, run)
    if taste is not None and model is not None and (run is None or not run.is_live):
        _ask_to_begin(desk, model, taste.model)


def look_at_run(desk: Desk) -> None:
    """The lecturer is there, whatever step is shown: the run does not rest for want of a look."""
    run = desk.workshop.run
    if run is not None and run.job is not None:
        run.job.look()


def _show_run(desk: Desk, run: QueuedRun) -> None:
    """How far it is, or what came of it, and its film: both on one screen."""
    if run.is_live or not run.snapshots:
        show_progress(run)
    else:
        st.html(f'<p class="room-says">{says_tuned(run)}</p>')
    show_warnings(run)
    if run.snapshots:
        tuning_film(
            run.film,
            key="room_film",
            run=f"{desk.mine.code} {desk.workshop.runs}",
            live=run.is_live,
            on_step=lambda n: setattr(desk.memory, "cursor", n),
            on_watch=lambda prefix: _read(run.film, prefix),
        )


def says_tuned(run: QueuedRun) -> str:
    """From where to where the score went."""
    figures = run.film.figures
    first, last = figures[min(figures)], figures[max(figures)]
    return (
        f"By the reward model, the mean score went from {figure(first.score)} to {figure(last.score)}. "
        "Is that better? Only the room can say."
    )


def put_on_the_shelf(desk: Desk) -> None:
    """Once a run is over, its last policy stands on this tab's shelf, where Stage and Tune find it."""
    run, memory, number = desk.workshop.run, desk.memory, desk.workshop.runs
    if run is not None and run.is_live:
        memory.awaited = number
    if run is None or run.is_live or number in memory.shelved or not run.steps:
        return
    memory.shelved.add(number)
    adapter = run.last_good
    if adapter is None:
        return
    try:
        kept = shelf().keep(
            f"tuned by room {desk.mine.code}",
            run.model.id,
            adapter,
            spec=run.spec,
            scored_by=run.principle.name,
            step=run.steps,
        )
    except ShelfError as error:
        memory.news = str(error)
        return
    if memory.awaited == number:  # else it has been told, before this tab was loaded anew
        memory.news = f"“{kept.name}” is on the shelf: Stage and Tune know it."


def spec_of(text: TextScenario, slow: bool, steps: int, beta: float) -> TuneSpec:
    """What a run on the room's texts is asked for. Raises ValueError, in a sentence for a visitor."""
    from mdp_core.rlhf.spec import preset

    return preset(
        "rloo",
        prompt=text.prompt,
        tokens=text.max_tokens,
        temperature=max(text.temperature, LEAST_TEMPERATURE),
        steps=steps,
        beta=beta,
        **SUITS[slow],
    )


def _ask_to_begin(desk: Desk, model: LanguageModel, reward: RewardModel) -> None:
    memory, slow, before = desk.memory, is_slow(model), desk.workshop.run

    def make() -> QueuedRun:
        reward.check(model)
        return QueuedRun(model, spec_of(desk.text, slow, memory.steps[slow], memory.beta), Principle(model=reward))

    def begin() -> None:
        run = desk.workshop.begin(before, make)
        if run is not None:
            memory.cursor, memory.awaited = None, desk.workshop.runs
            run.begin(job_queue())

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="room_tune_row"):
        st.button(
            "Tune on the room's taste" if before is None else "Tune anew, on all votes so far",
            key="room_tune",
            type="primary",
            on_click=desk.do,
            args=(begin,),
        )
        beta = st.number_input("beta", 0.0, 10.0, value=memory.beta, step=0.01, format="%g", key="room_beta", width=126)
        steps = st.number_input("steps", 1, 1_000, value=memory.steps[slow], step=10, key="room_steps", width=126)
        memory.beta = memory.beta if beta is None else float(beta)
        memory.steps[slow] = memory.steps[slow] if steps is None else int(steps)
        votes = reward.name
        st.caption(plain(f"The score: {votes}."))


def _read(film: Film, prefix: tuple[int, ...]) -> None:
    """Read a prefix under every policy, beside the page: while a large model is tuned each pass waits for its turn, and
    what else is on the page, the number of votes too, would wait with it."""

    from mdp_core.tokens.lane import LaneClosedError

    def read() -> None:
        with suppress(ValueError, LaneClosedError):
            for _ in film.watch(prefix):  # it ends when another prefix is chosen
                pass

    threading.Thread(target=read, name="a prefix is read", daemon=True).start()
