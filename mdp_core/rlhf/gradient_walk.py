"""One text, token by token, with the draws that wrote it: the numbers on the way to its score, and the way back."""

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
from mdp_core.rollout import Draws, play
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import Reward


@dataclass(frozen=True, eq=False)
class TextWalk:
    """A text of T tokens after a prompt, and its score."""

    prompt: tuple[int, ...]
    tokens: tuple[int, ...]  # [T]
    draws: tuple[float, ...]  # [T], each in [0, 1)
    text: str  # the prompt included
    score: float

    def state(self, t: int) -> tuple[int, ...]:
        """The text before token `t`."""
        return (*self.prompt, *self.tokens[:t])


def walk_text(model: LanguageModel, prompt: tuple[int, ...], seed: int, reward: Reward, *, tokens: int) -> TextWalk:
    """The text of at most `tokens` tokens that the loop writes with the draws of `seed` at temperature 1.

    Raises what `TokenMDP` and `reward` raise.
    """
    mdp = TokenMDP(model, prompt, tokens, reward)
    run = play(mdp, LMPolicy(model, Sampling()), rng=Draws(seed), max_steps=tokens)
    draws = tuple(step.u for step in run.steps)
    return TextWalk(mdp.prompt, run.actions, draws, model.decode(run.states[-1]), run.steps[-1].reward)


@dataclass(frozen=True, eq=False)
class Passage:
    """One token of a walk: the numbers of the way there, and what came of every call of `backward`."""

    forward: ForwardPass
    backward: dict[str, Backward]  # called on "log_probability", on "token" and on "score"


def pass_token(model: LanguageModel, walk: TextWalk, t: int, reward: Reward) -> Passage:
    """Token `t` of `walk`. Every number is computed for real, every call is made for real."""
    state, u = walk.state(t), walk.draws[t]
    backward = {
        "log_probability": backward_on_log_probability(model, state, u),
        "token": backward_on_token(model, state, u, walk.tokens[t]),
        "score": backward_on_score(model, state, u, walk.tokens[t + 1 :], reward),
    }
    return Passage(forward_pass(model, state, u), backward)
