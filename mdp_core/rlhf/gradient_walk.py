"""A walk from the weights to a score and back: one text, token by token, and what `backward` answers at each of them."""

from __future__ import annotations

from dataclasses import dataclass

from mdp_core.rlhf.backprop import (
    Backward,
    ForwardPass,
    backward_on_log_probability,
    backward_on_score,
    backward_on_token,
    forward_pass,
)
from mdp_core.rlhf.principle import Principle
from mdp_core.rollout import Draws, play
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.mdp import Text, TokenMDP
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.sampling import Sampling

CALLS = ("log_probability", "token", "score")  # what `backward` may be called on


@dataclass(frozen=True, eq=False)
class GradientWalk:
    """One text, token by token, with the draws that wrote it, and its score."""

    prompt: Text
    tokens: tuple[int, ...]
    draws: tuple[float, ...]
    text: str
    score: float

    def state(self, t: int) -> Text:
        """The text before token `t`."""
        return (*self.prompt, *self.tokens[:t])


def walk(model: LanguageModel, prompt: Text, seed: int, principle: Principle, max_tokens: int) -> GradientWalk:
    """The text that the loop writes with the draws of `seed` at temperature 1.

    Raises ValueError for a prompt that cannot be continued or a score that cannot be.
    """
    mdp = TokenMDP(model, prompt, max_tokens, principle.reward())
    run = play(mdp, LMPolicy(model, Sampling()), rng=Draws(seed), max_steps=max_tokens)
    draws = tuple(step.u for step in run.steps)
    return GradientWalk(mdp.prompt, run.actions, draws, model.decode(run.states[-1]), run.steps[-1].reward)


@dataclass(frozen=True, eq=False)
class Passed:
    """Token `t` of a walk: the numbers of the way there, and what came of every call of `backward`."""

    forth: ForwardPass
    back: dict[str, Backward]  # by CALLS


def pass_through(model: LanguageModel, walked: GradientWalk, t: int, principle: Principle) -> Passed:
    """Every number is computed for real, every call is made for real; some twenty milliseconds of Pocket's in all."""
    state, u, token = walked.state(t), walked.draws[t], walked.tokens[t]
    rest = walked.tokens[t + 1 :]
    back = {
        "log_probability": backward_on_log_probability(model, state, u),
        "token": backward_on_token(model, state, u, token),
        "score": backward_on_score(model, state, u, rest, principle.reward()),
    }
    return Passed(forward_pass(model, state, u), back)
