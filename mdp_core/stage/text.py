"""The language model's half of the Stage."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from mdp_core.frames import SHOWN, Json, ghost_frame, step_frame, top_positions
from mdp_core.rollout import Draws, rollout
from mdp_core.scenarios import MAX_PROMPT, TextScenario
from mdp_core.tokens.mdp import Text, TokenMDP
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.prompts import LongPromptError
from mdp_core.tokens.rewards import reward_from
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.served.model import ServedModel
from mdp_core.tokens.served.policy import Partial, ServedPolicy
from mdp_core.tokens.served.vocabulary import ForgottenTokenError
from mdp_core.tokens.text_model import TextModel
from mdp_core.tokens.writers import policy_with
from mdp_core.trajectory import Step

WORDS = {
    "state": "the text so far",
    "policy": "the language model",
    "action": "the next token",
    "transition": "append it, P = 1",
    "reward": "the text's rating",
    "next": "the longer text",
}
SHOWN_TOKENS = 3  # at the end of a state, which is the whole text


def token_mdp(model: TextModel, scenario: TextScenario) -> TokenMDP:
    """The world in which the prompt of `scenario` is continued and scored.

    Raises a PromptError (a ValueError) for an empty prompt, one with more characters than a link can carry, one that the
    model cannot read, or one that leaves no room; ValueError for a score that cannot be.
    """
    if len(scenario.prompt) > MAX_PROMPT:
        raise LongPromptError(len(scenario.prompt), MAX_PROMPT, "characters")
    return TokenMDP(model, model.encode(scenario.prompt), scenario.max_tokens, reward_from(scenario.score_spec))


def policy_of(model: TextModel, scenario: TextScenario) -> LMPolicy | ServedPolicy:
    """The model with the sampling of `scenario`. Raises ValueError for a number out of its range."""
    return policy_with(model, Sampling(scenario.temperature, scenario.top_k, scenario.top_p))


def text_frames_by_token(
    model: TextModel, scenario: TextScenario, seed: int, before: tuple[tuple[int, int], ...] | None = None
) -> Generator[int, None, Json]:
    """Write the text of `scenario` with the draws of `seed`: yields how many of its tokens are written, returns the frames.

    `before` are the forced tokens before the last choice, whose future is the ghost; while that is written, which the model
    may have forgotten, none of the text is. Raises what `token_mdp` and `policy_of` raise, and ValueError for a forced token
    that the model does not have.
    """
    mdp, policy = token_mdp(model, scenario), policy_of(model, scenario)
    ghost = None
    if before is not None:
        ghost = yield from _ghost(model, scenario, seed, before)
    final, steps = mdp.prompt, []
    # Every step holds a distribution over the whole vocabulary and a frame only its bars, so none is kept.
    for step in rollout(mdp, policy, rng=Draws(seed), max_steps=scenario.max_tokens, forced=dict(scenario.forced)):
        steps.append(_frame(model, step))
        final = step.next_state
        yield len(steps)
    pieces = model.pieces(final)
    for frame in steps:
        frame["piece"] = pieces[frame["state"]["length"]]
        for state in (frame["state"], frame["next"]):
            state["text"] = _end_of(pieces[: state["length"]])
    score = mdp.reward(model.decode(final))
    return {
        "id": "text",
        "title": model.name,
        "caption": _caption(model, scenario),
        "words": WORDS,
        "map": None,
        "prompt": pieces[: len(mdp.prompt)],
        "steps": steps,
        "ending": mdp.ending(final),
        "score": {"name": _score_name(scenario), "total": score.total, "parts": [list(part) for part in score.parts]},
        "ghost": ghost,
    }


def _frame(model: TextModel, step: Step[Text, int]) -> Json:
    """The frame of one step but for what only the whole text tells: its piece, and how its states read.

    Raises ForgottenTokenError for a token that was forced and that the model server does not tell.
    """
    if isinstance(step.policy, Partial):
        return _partly_told(model, step, step.policy)
    return _told(model, step, top_positions(step.policy, step.action))


def _partly_told(model: TextModel, step: Step[Text, int], policy: Partial) -> Json:
    """Of the tokens that are not told only the sum is known: no number of them, and no entropy."""
    if step.forced and not policy.knows(step.action):
        raise ForgottenTokenError
    possible = np.flatnonzero(policy.probabilities[:-1]).tolist()
    bars = possible[:SHOWN]
    if step.action in policy.outcomes:
        taken = policy.outcomes.index(step.action)
        bars = bars if taken in bars else [*bars[: SHOWN - 1], taken]
    elif policy.probability(step.action):
        step = replace(step, policy=policy.with_drawn(step.action, step.u))
        bars = [*bars[: SHOWN - 1], len(policy)]
    else:
        bars = bars[: SHOWN - 1]
    frame = _told(model, step, bars)
    hidden = len(set(possible) - set(bars))
    rest = {"p": max(1.0 - sum(bar["p"] for bar in frame["bars"]), 0.0), "count": None, "told": hidden}
    return frame | {"entropy": None, "rest": rest if policy.others or hidden else None}


def _told(model: TextModel, step: Step[Text, int], bars: Sequence[int]) -> Json:
    chosen = model.named(step.action)
    return step_frame(
        step,
        bars=bars,
        state=lambda ids: {"text": "", "length": len(ids)},
        action=lambda token: {"action": token, "label": model.named(token), "name": _spoken(model.named(token))},
        outcome=lambda outcome: {"label": "append " + chosen, "cell": None},
    )


def _spoken(name: str) -> str:
    """What a token is called where it is talked about, or read aloud."""
    return {"␣": "a blank", "⏎": "a line break", "⇥": "a tab"}.get(name, name)


def _end_of(pieces: list[str]) -> str:
    visible = [piece for piece in pieces if piece]
    text = "".join(visible[-SHOWN_TOKENS:]).strip()
    return "… " + text if len(visible) > SHOWN_TOKENS else text


def _ghost(
    model: TextModel, scenario: TextScenario, seed: int, before: tuple[tuple[int, int], ...]
) -> Generator[int, None, Json]:
    old = replace(scenario, forced=before)
    mdp, policy = token_mdp(model, old), policy_of(model, old)
    final, rewards = mdp.prompt, []
    for step in rollout(mdp, policy, rng=Draws(seed), max_steps=old.max_tokens, forced=dict(before)):
        final = step.next_state
        rewards.append(step.reward)
        yield 0
    since = next((t for t, token in scenario.forced if (t, token) not in before), len(rewards))
    pieces = model.pieces(final)[len(mdp.prompt) + since :]
    return ghost_frame(rewards, since, pieces=pieces)


def _caption(model: TextModel, scenario: TextScenario) -> str:
    parts = [f"temperature {scenario.temperature:.2f}"]
    if scenario.top_k:
        parts.append(f"top-k {scenario.top_k}")
    if scenario.top_p < 1:
        parts.append(f"top-p {scenario.top_p:.2f}")
    if isinstance(model, ServedModel):
        parts.append(f"{model.told_at_most} told")
    return ", ".join(parts)


def _score_name(scenario: TextScenario) -> str:
    return "formula" if scenario.score == "formula" else scenario.score_spec.name  # a formula's parts say what it is
