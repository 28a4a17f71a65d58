"""The wanted model: what becomes of one that a visitor asked for and that is not on the Stage yet."""

from __future__ import annotations

from components.server.models import Models, spelling
from components.shell.principle import choose_principle
from components.shell.shelf import shelf, writer
from components.shell.visit import READY, Visit
from mdp_core.rlhf.principle import Principle
from mdp_core.scenarios import first_text
from mdp_core.tokens.sources import facts
from mdp_core.tokens.sources.errors import UnknownModel
from mdp_core.tokens.sources.model_id import SUMS, BuiltIn, base_id, read_model_id


def settle(visit: Visit, models: Models) -> str | None:
    """Bring the visit up to date with the models that are here, at the beginning of a run of the page.

    Returns the name of a model that was waited for and has just come onto the Stage.
    """
    if visit.stand_in is None:
        shown = visit.scenario.text.model
        if shelf().base_of(shown) != READY and writer(shown, models) is None:
            visit.miss()
    if visit.wanted is None:
        return None
    try:
        base = _base_of(visit.wanted)
    except UnknownModel as error:
        visit.give_up(str(error))
        return None
    model, waited = models.writer(base), visit.load
    if model is not None:
        visit.load = None
        visit.receive()
        return None if waited is None else model.name
    if waited is not None and waited.done.is_set():
        visit.load = None
        visit.give_up(waited.problem)
    elif waited is None and _comes_by_itself(base, models):
        visit.load = models.ask(base)
    return None


def choose(visit: Visit, model: str, models: Models) -> None:
    """Put `model`, or the tuned policy of that id, on the Stage: at once where it is here, else it is loaded.

    Raises UnknownModel for what names no model.
    """
    base = _base_of(model)
    model = model if model in shelf() else base
    before = _base_of(visit.asked.text.model)
    _leave_load(visit)
    if models.writer(base) is not None or base == READY:
        visit.give_up()
        if visit.scenario.text.model != model:
            visit.change_text(model=model)
        _suit(visit, before, base)
        return
    visit.want(model)
    visit.load = models.ask(base)
    _suit(visit, before, base)


def _suit(visit: Visit, before: str, base: str) -> None:
    """Between Sums and models that know words: what one of them reads, and is scored by, says nothing to the other."""
    if (before == SUMS) == (base == SUMS):
        return
    fits = first_text(base)
    visit.change_text(prompt=fits.prompt, max_tokens=fits.max_tokens, score=fits.score)
    choose_principle(Principle(fits.score_spec))


def leave(visit: Visit) -> None:
    """Want nothing any more; the load goes on only for others."""
    _leave_load(visit)
    visit.give_up()


def described(model: str, models: Models) -> str:
    """A model that could be loaded, and what that costs, for a button. Raises UnknownModel for what names no model."""
    known = facts(_base_of(model), models.host)
    if known.is_here:
        return f"{known.name} (nothing to download)"
    if known.download is None:
        return f"{known.name} (its size is checked first)"
    least, most = (size / 1e6 for size in known.download)
    return f"{known.name} (downloads {least:.0f} to {most:.0f} MB once)"


def _base_of(model: str) -> str:
    """The model under a tuned policy, any other model in its one spelling. Raises UnknownModel."""
    return shelf().base_of(model) if model in shelf() else spelling(model)


def _leave_load(visit: Visit) -> None:
    if visit.load is not None:
        visit.load.leave(id(visit))
        visit.load = None


def _comes_by_itself(model: str, models: Models) -> bool:
    """Where the host chose it, somebody waits for it already, it is here and only reads a prompt in another way, or nothing
    has to be downloaded: a link may start it.

    Another model's download, or the reading of a folder, is begun by a visitor only, never by a link.
    """
    base, first = base_id(model), base_id(models.host.first)
    if base == first or models.loading(model) or models.writer(base) is not None:
        return True
    return isinstance(read_model_id(base), BuiltIn) and facts(base, models.host).is_here
