"""What the Stage shows: the pictures brought up to date; where one cannot be drawn, the last good one stays."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from components.server.models import Models
from components.server.pictures import (
    Picture,
    asleep,
    grid_picture,
    is_slow,
    kept_text,
    shown_as,
    write_now,
    writing,
)
from components.shell.shelf import TunedPolicy, shelf, writer
from components.shell.visit import READY, Side, Visit
from components.stage.memory import StageMemory
from mdp_core.scenarios import GridScenario, TextScenario
from mdp_core.stage.grid import world_of
from mdp_core.stage.learned import kept_arrows, name_of, relearning
from mdp_core.tokens.served.vocabulary import ForgottenTokenError
from mdp_core.work import Report, Work

if TYPE_CHECKING:
    from mdp_core.tokens.text_model import TextModel

MISFIT = "A choice made by hand fits no step of this world; it is left out."
SLICE = 0.15  # seconds of learning before a bar is worth its place


def bring_up_to_date(visit: Visit, memory: StageMemory, models: Models) -> dict[Side, ValueError]:
    """Bring `memory.shown` up to date. Returns what is wrong with a world; its last good picture stays, the other goes on.

    A text of a slow model is begun as `memory.writing`, a policy that takes long to learn as `memory.learning`; the last
    picture stays until it is there.
    """
    problems: dict[Side, ValueError] = {}
    try:
        _bring_grid(visit, memory)
    except ValueError as error:
        problems["grid"] = error
    try:
        _bring_text(visit, memory, models)
    except ValueError as error:
        problems["text"] = error
    memory.stale = set(problems)
    if memory.writing is not None:
        memory.stale.add("text")
    if memory.learning is not None:
        memory.stale.add("grid")
    return problems


def _bring_grid(visit: Visit, memory: StageMemory) -> None:
    grid, seed = visit.scenario.grid, visit.scenario.seed
    memory.shown.setdefault("grid", grid_picture(GridScenario(), seed, None))
    learning, memory.learning = memory.learning, None
    _stop_at_draft(visit, "map")
    if _begin_learning(grid, memory, learning):
        return
    try:
        memory.shown["grid"] = grid_picture(grid, seed, visit.before("grid"))
    except ValueError:
        if not grid.forced:
            raise
        memory.shown["grid"] = grid_picture(replace(grid, forced=()), seed, None)
        _leave_out_choices(visit, "grid")


def _begin_learning(grid: GridScenario, memory: StageMemory, learning: Work[Any] | None) -> bool:
    """True where the robot's policy has to be learned again first, and that takes longer than a slice."""
    grid = replace(grid, forced=())
    if grid.policy != "learned" or kept_arrows(world_of(grid), grid.learned) is not None:
        return False
    if learning is None or memory.learning_of != grid:
        learning, memory.learning_of = Work(_learning(grid)), grid
        learning.work(SLICE)
    if learning.error is not None:
        raise learning.error
    if not learning.done:
        memory.learning = learning
    return not learning.done


def _learning(grid: GridScenario) -> Generator[Report[Any], None, Any]:
    learning = relearning(world_of(grid), grid.learned)
    try:
        while True:
            yield Report(next(learning), f"learning the robot's policy: {name_of(grid.learned)}")
    except StopIteration as end:
        return end.value


def _bring_text(visit: Visit, memory: StageMemory, models: Models) -> None:
    text, seed = visit.scenario.text, visit.scenario.seed
    writing_before, memory.writing = memory.writing, None
    model, pocket = writer(text.model, models), models.get(READY)
    if model is None or pocket is None:
        if "text" not in memory.shown:
            memory.shown["text"], memory.text = asleep(text.prompt), text
        return
    if "text" not in memory.shown or not memory.shown["text"].frames["steps"]:
        memory.text = TextScenario()
        memory.shown["text"] = kept_text(TextScenario(), seed, None) or write_now(pocket, TextScenario(), seed, None)
    _stop_at_draft(visit, "prompt")
    if any(not 0 <= token < model.vocabulary_size for _, token in text.forced):
        _leave_out_choices(visit, "text")
        text = visit.scenario.text
    picture = _picture(visit, memory, model, text, writing_before)
    policy = shelf().get(text.model)
    if picture is None:
        return
    memory.text = visit.scenario.text
    memory.shown["text"] = picture if policy is None else _tuned(picture, policy, visit.compares)
    if policy is not None and visit.compares:
        _bring_reference(visit, memory, models, policy, writing_before)


def _bring_reference(
    visit: Visit, memory: StageMemory, models: Models, policy: TunedPolicy, writing_before: Work[Picture] | None
) -> None:
    """The text of the model that `policy` began as: the same prompt, the same draws, the same choices by hand."""
    model = models.get(policy.base)
    text = replace(visit.scenario.text, model=policy.base)
    picture = asleep(text.prompt) if model is None else _picture(visit, memory, model, text, writing_before)
    if picture is None:
        picture = memory.shown.get("reference", asleep(text.prompt))
    words = picture.frames["words"] | {"policy": "the model before"}
    name = picture.frames["title"] if model is None else model.name
    memory.shown["reference"] = shown_as(picture, id="reference", title=f"{name}, before", words=words)


def _tuned(picture: Picture, policy: TunedPolicy, compared: bool) -> Picture:
    """Under the name that the visitor gave it, which is nothing for a cache that all share."""
    caption = f"tuned, {picture.frames['caption']}"
    if not compared:
        return shown_as(picture, title=policy.name, caption=caption)
    words = picture.frames["words"] | {"policy": "the tuned policy"}
    return shown_as(picture, title=f"{policy.name}, after", words=words, caption=caption)


def _picture(
    visit: Visit, memory: StageMemory, model: TextModel, text: TextScenario, writing_before: Work[Picture] | None
) -> Picture | None:
    """The picture of `text`; None where a slow model has only begun to write it, as `memory.writing`."""
    from mdp_core.stage.text import token_mdp

    seed, before = visit.scenario.seed, visit.before("text")
    kept = kept_text(text, seed, before)
    if kept is not None:
        return kept
    if not is_slow(model):
        return write_now(model, text, seed, before)
    token_mdp(model, text)  # says at once what is wrong with the prompt
    if writing_before is None or memory.writing_of != (text, seed, before):
        writing_before, memory.writing_of = Work(writing(model, text, seed, before)), (text, seed, before)
    memory.writing = writing_before
    if isinstance(writing_before.error, ForgottenTokenError):
        _leave_out_choices(visit, "text")
        memory.writing = None
        return _picture(visit, memory, model, visit.scenario.text, None)
    if writing_before.error is not None:
        raise writing_before.error
    return writing_before.result


def _stop_at_draft(visit: Visit, name: str) -> None:
    draft = visit.drafts.get(name)
    if draft is not None and draft.error is not None:
        raise draft.error


def _leave_out_choices(visit: Visit, side: Side) -> None:
    visit.past[side].clear()
    change = visit.change_grid if side == "grid" else visit.change_text
    change(forced=())
    if MISFIT not in visit.notes:
        visit.notes = (*visit.notes, MISFIT)
