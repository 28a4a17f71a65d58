"""Wishes: what becomes of a model that a visitor wants and that is not on the Stage yet."""

from __future__ import annotations

from dataclasses import replace

from components.server.models import Models, spelling
from components.shell.shelf import language_model, shelf
from components.shell.visit import READY, Visit, Wish
from mdp_core.tokens.sources import facts
from mdp_core.tokens.sources.errors import UnknownModel
from mdp_core.tokens.sources.model_id import BuiltIn, read_model_id


def settle(here: Visit, models: Models) -> str | None:
    """Bring the visit up to date with the models that are here, at the beginning of a run of the page.

    Returns the name of a model that was waited for and has just come onto the Stage.
    """
    _miss(here, models)
    if here.wish is None:
        return None
    try:
        model = spelling(here.wish.model)
    except UnknownModel as error:
        here.give_up(str(error))
        return None
    here.wish = replace(here.wish, model=model)
    found = models.get(model)
    if found is not None:
        waited, here.load = here.load is not None, None
        here.receive(model)
        return found.name if waited else None
    if here.load is not None and here.load.done.is_set():
        problem, here.load = here.load.problem, None
        here.give_up(problem)
        return None
    if here.load is None and _comes_by_itself(model, models):
        here.load = models.ask(model)
    return None


def choose(here: Visit, model: str, models: Models) -> None:
    """Put `model`, or the tuned policy of that id, on the Stage: at once where it is here, else it is loaded.

    Raises UnknownModel for what names no model.
    """
    base = shelf().base_of(model) if model in shelf() else spelling(model)
    model = model if model in shelf() else base
    wish = here.wish
    leave(here)
    if models.get(base) is not None or base == READY:
        here.give_up()
        if here.scenario.text.model != model:
            here.change_text(model=model)
        return
    tuned = model if model != base else ""
    same = wish is not None and (wish.model, wish.tuned) == (base, tuned)
    here.want(wish if wish is not None and same else Wish(base, tuned=tuned))  # a link's brings choices with it
    here.load = models.ask(base)


def described(model: str, models: Models) -> str:
    """A model that could be loaded, and what that costs, for a button. Raises UnknownModel for what names no model."""
    known = facts(model, models.host)
    if known.is_here:
        return f"{known.name} (nothing to download)"
    if known.download is None:
        return f"{known.name} (its size is checked first)"
    least, most = (size / 1e6 for size in known.download)
    return f"{known.name} (downloads {least:.0f} to {most:.0f} MB once)"


def leave(here: Visit) -> None:
    """Wish for nothing any more; the load goes on only for others."""
    if here.load is not None:
        here.load.leave(id(here))
        here.load = None
    here.give_up()


def _miss(here: Visit, models: Models) -> None:
    """A model that made room for another one is wished for again."""
    text = here.scenario.text
    base = shelf().base_of(text.model)
    if base != READY and language_model(text.model, models) is None and here.wish is None:
        here.wish = Wish(base, text.forced, text.prompt, text.model if base != text.model else "")
        here.change_text(model=READY, forced=())


def _comes_by_itself(model: str, models: Models) -> bool:
    """Where the host chose it, somebody waits for it already, or nothing has to be downloaded: a link may start it.

    Another model's download, or the reading of a folder, is begun by a visitor only, never by a link.
    """
    if model == models.host.first or models.loading(model):
        return True
    return isinstance(read_model_id(model), BuiltIn) and facts(model, models.host).is_here
