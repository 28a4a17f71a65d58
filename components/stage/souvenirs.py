"""What of the Stage can be taken along: the run as a page, as a table, and as a notebook."""

from __future__ import annotations

from dataclasses import replace

from components.instruments.kit.standalone import standalone
from components.instruments.player import player_data
from components.server.pictures import Picture, stage
from components.shell.moving_picture import Scene, offer_moving_picture
from components.shell.shelf import shelf
from components.shell.take_along import Souvenir, offer_to_take_along
from components.shell.visit import Visit
from components.stage.memory import StageMemory
from mdp_core.notebook import stage_notebook
from mdp_core.tables import trajectory_table
from mdp_core.tokens.sources.model_id import SERVED


def offer_the_run(current: Visit, memory: StageMemory) -> None:
    """The door to it. Every file is made of what is on the Stage when it is asked for."""
    kept = shelf()
    base = kept.base_of(memory.text.model)

    def page() -> str:
        data = player_data(stage(*halves(current, memory)), current.view, fixed=True)
        return standalone("player", data, title=f"One Loop, seed {current.scenario.seed}")

    def table() -> str:
        return trajectory_table([half.frames for half in halves(current, memory)], current.view.gamma)

    def notebook() -> str:
        shown = replace(memory.text, model=kept.base_of(memory.text.model))
        return stage_notebook(replace(current.scenario, text=shown), current.view)

    def scene() -> Scene:
        seed, frames = current.scenario.seed, stage(*halves(current, memory))
        return Scene(
            frames, current.view, f"Seed {seed}, γ gamma {current.view.gamma:.2f}", f"one-loop-stage-seed-{seed}.gif"
        )

    name = f"one-loop-stage-seed-{current.scenario.seed}"
    under = "" if base == memory.text.model else " A tuned policy stays here: the notebook has the model under it."
    made_again = Souvenir(
        "A notebook", f"Makes the same numbers with mdp_core, in Python.{under}", f"{name}.ipynb", notebook
    )
    offer_to_take_along(
        Souvenir("The run, to play", "One page: opens without a network, also in slides.", f"{name}.html", page),
        Souvenir("Both trajectories, a table", "CSV: a row a step, at this gamma.", f"{name}.csv", table),
        *(() if SERVED in (base, kept.base_of(current.scenario.text.model)) else (made_again,)),  # not known elsewhere
        key="take_stage",
        also=lambda: offer_moving_picture(scene),
    )


def halves(current: Visit, memory: StageMemory) -> tuple[Picture, Picture]:
    """What stands left and right on the Stage."""
    left = memory.shown.get("reference", memory.shown["grid"]) if current.compared else memory.shown["grid"]
    return left, memory.shown["text"]
