"""Writing with any model: the policy that it is, and texts by their recorded uniforms."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from mdp_core.tokens.generation import Texts, generate_by_token
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.served.model import ServedModel
from mdp_core.tokens.served.policy import ServedPolicy
from mdp_core.tokens.served.writing import write_by_token as write_by_server
from mdp_core.tokens.text_model import TextModel


def policy_with(model: TextModel, sampling: Sampling) -> LMPolicy | ServedPolicy:
    """pi(. | s) of `model` after `sampling`."""
    return ServedPolicy(model, sampling) if isinstance(model, ServedModel) else LMPolicy(model, sampling)


def write_by_token(
    model: TextModel, prompt: Sequence[int], uniforms: ArrayLike, sampling: Sampling
) -> Generator[None, None, Texts]:
    """Write N texts of at most T tokens after `prompt` with `uniforms` [N, T], with a stop after every token.

    Returns the texts. Raises what `generate` or, of a served model, `ServedPolicy` raises.
    """
    if isinstance(model, ServedModel):
        return (yield from write_by_server(model, prompt, np.asarray(uniforms, dtype=np.float64), sampling))
    return (yield from generate_by_token(model, prompt, uniforms, sampling))
