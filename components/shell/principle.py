"""The principle that this visitor's texts are scored by: chosen on page Score, and what page Tune learns from."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import streamlit as st

from components.shell.carried import Carried
from components.shell.visit import Visit
from mdp_core.link.kinds import FORMULA, choice, text, whole
from mdp_core.link.settings import Setting, take_up
from mdp_core.rlhf.principle import Principle
from mdp_core.scenarios import SCORES
from mdp_core.tokens.scores import ScoreSpec

LEARNED = "learned"  # what the link says of a reward model
SETTINGS = (
    Setting("principle", choice(SCORES), "kind"),
    Setting("principle_word", text(60), "word"),
    Setting("principle_length", whole(1, 200), "length"),
    Setting("principle_formula", FORMULA, "formula"),
)


def principle() -> Principle:
    """The one that was chosen last; sentiment until then."""
    chosen: Principle = st.session_state.setdefault("principle", Principle())
    return chosen


def choose_principle(chosen: Principle) -> None:
    """Score by `chosen` from now on, on every page that tunes."""
    st.session_state["principle"] = chosen


# In the link: what is said nowhere is what the text on the Stage is scored by.


def _tell(visit: Visit) -> dict[str, str]:
    chosen = principle()
    if chosen.model is not None:
        return {"principle": LEARNED}
    if _same(chosen.spec, visit.asked.text.score_spec):
        return {}
    told = {"kind", chosen.spec.kind}  # a wished-for word says nothing where texts are scored by their length
    return {setting.name: setting.kind.write(setting.of(chosen.spec)) for setting in SETTINGS if setting.path in told}


def _take_up(visit: Visit, query: Mapping[str, str]) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if query.get("principle") == LEARNED:
        if principle().model is not None:
            return ()
        notes = ("The reward model of this link lives in the tab where it was learned: train one on page Score.",)
        query = {}
    of_text = visit.asked.text.score_spec
    read = SimpleNamespace()
    notes += take_up(SETTINGS, read, of_text, query)
    spec = ScoreSpec(**vars(read))
    if principle().model is not None or not _same(spec, principle().spec):
        choose_principle(Principle(spec))
    return notes


def _same(one: ScoreSpec, other: ScoreSpec) -> bool:
    """Whether both score alike, whatever the word is that one of them does not wish for."""
    return one.kind == other.kind and getattr(one, one.kind, "") == getattr(other, other.kind, "")


IN_LINK = Carried(
    _tell,
    _take_up,
    names=tuple(setting.name for setting in SETTINGS),
    flowing=tuple(setting.name for setting in SETTINGS if setting.kind.flows),
)
