"""What of a tuning run can be taken along: its film as a page, its numbers as a table, its recipe as a script for TRL."""

from __future__ import annotations

import streamlit as st

from components.instruments.kit.standalone import standalone
from components.instruments.tuning_film import film_data
from components.shell.plain import plain
from components.shell.queued_run import QueuedRun
from components.shell.take_along import Souvenir, offer_to_take_along
from mdp_core.tables import tuning_table


def offer_the_film(run: QueuedRun) -> None:
    """The door to it. While the run goes on, a file holds what is known when it is asked for."""
    film, spec = run.film, run.spec
    name = f"one-loop-tuning-{spec.algorithm}-seed-{spec.seed}"
    passed = "; pass@k, held-out problems included" if spec.prompts else ""
    title = f"One Loop, tuning by {spec.algorithm}, seed {spec.seed}"
    offer_to_take_along(
        Souvenir(
            "The film, to play",
            "One page: opens without a network, also in slides.",
            f"{name}.html",
            lambda: standalone("tuning_film", film_data(film, title, fixed=True), title=title),
        ),
        Souvenir(
            "The curves, a table",
            f"CSV: a row an update; score, KL, entropy and length, with their errors{passed}.",
            f"{name}.csv",
            lambda: tuning_table(film.figures, film.passing, {exam: dict(taken) for exam, taken in run.marks.items()}),
        ),
        *([_for_trl(run, name)] if not (lacking := _lacking_in_trl(run)) else []),
        key="take_tuning",
        also=lambda: _say(lacking),
    )


def _say(lacking: str) -> None:
    if lacking:
        st.caption(plain(lacking))


def _for_trl(run: QueuedRun, name: str) -> Souvenir:
    def pack() -> bytes:
        from mdp_core.rlhf.trl.bundle import adapted_ends
        from mdp_core.rlhf.trl.tuning import tuning_bundle

        ends = adapted_ends(run.model.model, run.spec.adapter.targets)
        return tuning_bundle(run.spec, run.principle, run.model.id, ends, begun=run.start_name)

    return Souvenir(
        "Take it to TRL",
        "A program for TRL's trainer: the same prompts, score, adapter, beta and clip, and how to run it on large machines.",
        f"{name}-for-TRL.zip",
        pack,
    )


def _lacking_in_trl(run: QueuedRun) -> str:
    """Why there is no script; empty where there is one."""
    from mdp_core.rlhf.trl.bundle import NotInTRLError
    from mdp_core.rlhf.trl.tuning import check_trl

    try:
        check_trl(run.spec, run.principle)
    except NotInTRLError as error:
        return str(error)
    return ""
