"""Looking: the pictures that a visit shows, brought up to date; where one cannot be drawn, the last good one stays."""

from __future__ import annotations

from dataclasses import replace

from components.server.models import Models
from components.server.pictures import (
    Picture,
    asleep,
    grid_picture,
    is_slow,
    kept_text,
    shown_as,
    write,
    write_now,
)
from components.shell.shelf import TunedPolicy, language_model, shelf
from components.shell.visit import READY, Side, Visit, Written
from components.stage.relearned import Relearned
from mdp_core.scenarios import GridScenario, TextScenario
from mdp_core.stage.grid import world_of
from mdp_core.stage.learned import kept_arrows

MISFIT = "A choice made by hand fits no step of this world; it is left out."


def look(here: Visit, models: Models) -> dict[Side, ValueError]:
    """Bring `here.shown` up to date. Returns what is wrong with a world; its last good picture stays, the other goes on.

    A text of a slow model is begun as `here.written`, a policy that takes long to learn as `here.relearned`; the last
    picture stays until it is there.
    """
    problems: dict[Side, ValueError] = {}
    for side, renew in (("grid", _grid), ("text", _text)):
        try:
            renew(here, models)
        except ValueError as error:
            problems[side] = error  # type: ignore[index] # mypy widens the literals
    here.stale = set(problems)
    if here.written is not None:
        here.stale.add("text")
    if here.relearned is not None:
        here.stale.add("grid")
    return problems


def _grid(here: Visit, models: Models) -> None:
    grid, seed = here.scenario.grid, here.scenario.seed
    here.shown.setdefault("grid", grid_picture(GridScenario(), seed, None))
    here.relearned, relearned = None, here.relearned
    _stop_at_draft(here, "map")
    if _is_learned(here, relearned):
        return
    try:
        here.shown["grid"] = grid_picture(grid, seed, here.before("grid"))
    except ValueError:
        if not grid.forced:
            raise
        here.shown["grid"] = grid_picture(replace(grid, forced=()), seed, None)
        _leave_out_choices(here, "grid")


def _is_learned(here: Visit, relearned: Relearned | None) -> bool:
    """True where the robot's policy has to be learned again first, and that takes longer than a slice."""
    grid = replace(here.scenario.grid, forced=())
    if grid.policy != "learned" or kept_arrows(world_of(grid), grid.learned) is not None:
        return False
    if relearned is None or relearned.scenario != grid:
        relearned = Relearned(grid)
        relearned.work()
    if not relearned.done:
        here.relearned = relearned
    return not relearned.done


def _text(here: Visit, models: Models) -> None:
    text, seed = here.scenario.text, here.scenario.seed
    here.written, written = None, here.written
    model, pocket = language_model(text.model, models), models.get(READY)
    if model is None or pocket is None:
        here.shown.setdefault("text", asleep(text.prompt))
        return
    if "text" not in here.shown or not here.shown["text"].frames["steps"]:
        here.shown["text"] = kept_text(TextScenario(), seed, None) or write_now(pocket, TextScenario(), seed, None)
    _stop_at_draft(here, "prompt")
    if any(not 0 <= token < model.vocabulary_size for _, token in text.forced):
        _leave_out_choices(here, "text")
        text = here.scenario.text
    picture = _picture(here, model, text, written)
    policy = shelf().get(text.model)
    if picture is not None:
        here.shown["text"] = picture if policy is None else _tuned(picture, policy, here.compares)
    if picture is not None and policy is not None and here.compares:
        _reference(here, models, policy, written)


def _reference(here: Visit, models: Models, policy: TunedPolicy, written: Written | None) -> None:
    """The text of the model that `policy` began as: the same prompt, the same draws, the same choices by hand."""
    model = models.get(policy.base)
    text = replace(here.scenario.text, model=policy.base)
    picture = asleep(text.prompt) if model is None else _picture(here, model, text, written)
    if picture is None:
        picture = here.shown.get("reference", asleep(text.prompt))
    words = picture.frames["words"] | {"policy": "the model before"}
    name = picture.frames["title"] if model is None else model.name
    here.shown["reference"] = shown_as(picture, id="reference", title=f"{name}, before", words=words)


def _tuned(picture: Picture, policy: TunedPolicy, compared: bool) -> Picture:
    """Under the name that the visitor gave it, which is nothing for a cache that all share."""
    said = {"caption": f"tuned, {picture.frames['caption']}"}
    if not compared:
        return shown_as(picture, title=policy.name, **said)
    words = picture.frames["words"] | {"policy": "the tuned policy"}
    return shown_as(picture, title=f"{policy.name}, after", words=words, **said)


def _picture(here: Visit, model, text: TextScenario, written: Written | None) -> Picture | None:  # type: ignore[no-untyped-def]
    """The picture of `text`; None where a slow model has only begun to write it, as `here.written`."""
    seed, before = here.scenario.seed, here.before("text")
    kept = kept_text(text, seed, before)
    if kept is not None:
        return kept
    if not is_slow(model):
        return write_now(model, text, seed, before)
    _begin(here, model, text, written)
    return None


def _begin(here: Visit, model, text: TextScenario, written: Written | None) -> None:  # type: ignore[no-untyped-def]
    from mdp_core.stage.text import token_mdp

    seed, before = here.scenario.seed, here.before("text")
    token_mdp(model, text)  # says at once what is wrong with the prompt
    key = (text, seed, before)
    if here.unwritten is not None and here.unwritten.key == key and here.unwritten.error is not None:
        raise here.unwritten.error
    here.written = (
        written
        if written is not None and written.key == key
        else Written(key, write(model, text, seed, before), text.max_tokens)
    )


def _stop_at_draft(here: Visit, name: str) -> None:
    draft = here.drafts.get(name)
    if draft is not None and draft.error is not None:
        raise draft.error


def _leave_out_choices(here: Visit, side: Side) -> None:
    here.past[side].clear()
    if side == "grid":
        here.change_grid(forced=())
    else:
        here.change_text(forced=())
    if MISFIT not in here.notes:
        here.notes = (*here.notes, MISFIT)
