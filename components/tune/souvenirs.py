"""What of a tuning run can be taken along: its film as a page, its numbers as a table."""

from __future__ import annotations

from components.instruments.kit.standalone import standalone
from components.instruments.tuning_film import film_data
from components.shell.queued_run import QueuedRun
from components.shell.take_along import Souvenir, offer_to_take_along
from mdp_core.tables import tuning_table


def offer_the_film(run: QueuedRun) -> None:
    """The door to it. While the run goes on, a file holds what is known when it is asked for."""
    film, spec = run.film, run.spec
    name = f"one-loop-tuning-{spec.algorithm}-seed-{spec.seed}"
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
            "CSV: a row an update; score, KL, entropy and length, with their errors.",
            f"{name}.csv",
            lambda: tuning_table(film.figures),
        ),
        key="take_tuning",
    )
