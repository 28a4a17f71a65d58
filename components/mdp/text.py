"""What the language model would read: the visit's prompt in its world, and pi of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from components.server.models import models
from components.server.warmup import warmup
from components.shell.messages import on_its_way, tell_problem
from components.shell.plain import plain
from components.shell.served import why_not
from components.shell.shelf import language_model
from components.shell.visit import Visit
from mdp_core.distribution import Categorical

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel
    from mdp_core.tokens.mdp import TokenMDP

SHOWN_TOKENS = 5


class Prompted(NamedTuple):
    """A model in front of the prompt."""

    model: LanguageModel
    mdp: TokenMDP
    policy: Categorical[int]  # of the next token


def read_prompt(current: Visit, section: str) -> Prompted | None:
    """The model, its world and pi of the prompt; None, and a word about it in that section, where there is none yet."""
    model = language_model(current.scenario.text.model, models())
    why = why_not(current.scenario.text.model, models(), "the table of all its next tokens is not to be had")
    if why:
        st.info(plain(why))
        return None
    if model is None:
        if warmup().done and warmup().problem:
            tell_problem(warmup().problem, "The grid goes on without it.")
        else:
            on_its_way(current, warmup(), key=f"waiting_{section}")
        return None
    from mdp_core.stage.text import policy_of, token_mdp

    try:
        mdp = token_mdp(model, current.scenario.text)
        return Prompted(model, mdp, policy_of(model, current.scenario.text)(mdp.prompt))
    except ValueError as error:
        tell_problem(str(error), "Change the prompt on the Stage.")
        return None
