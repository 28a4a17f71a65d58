"""The language model's half of the Stage."""

from __future__ import annotations

from dataclasses import replace

from mdp_core.frames import Json, ghost_frame, step_frame, top_positions
from mdp_core.rollout import Draws, play
from mdp_core.scenarios import TextScenario
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import ScoreSpec, reward_from
from mdp_core.trajectory import Step, Trajectory

WORDS = {
    "state": "the text so far",
    "policy": "the language model",
    "action": "the next token",
    "transition": "append it, for certain",
    "reward": "the rating of the finished text",
}

Text = tuple[int, ...]


def token_mdp(model: LanguageModel, scenario: TextScenario) -> TokenMDP:
    """The world in which the prompt of `scenario` is continued and scored.

    Raises ValueError for an empty prompt, one with words that the model has no token for, or one that leaves no room.
    """
    spec = ScoreSpec(kind=scenario.score, word=scenario.word, length=scenario.length)
    return TokenMDP(model, model.encode(scenario.prompt), scenario.max_tokens, reward_from(spec))


def run_text(model: LanguageModel, scenario: TextScenario, seed: int) -> Trajectory[Text, int]:
    """Write the text of `scenario`, with the draws of `seed`. Raises what `token_mdp` raises."""
    mdp = token_mdp(model, scenario)
    policy = LMPolicy(model, Sampling(scenario.temperature, scenario.top_k, scenario.top_p))
    return play(mdp, policy, rng=Draws(seed), max_steps=scenario.max_tokens, forced=dict(scenario.forced))


def text_frames(
    model: LanguageModel, scenario: TextScenario, seed: int, before: tuple[tuple[int, int], ...] | None = None
) -> Json:
    """The text world's frames; `before` are the forced tokens before the last choice, whose future is the ghost.

    Raises what `token_mdp` raises.
    """
    run = run_text(model, scenario, seed)
    old = None if before is None else run_text(model, replace(scenario, forced=before), seed)
    return written_frames(model, scenario, run, old)


def written_frames(
    model: LanguageModel, scenario: TextScenario, run: Trajectory[Text, int], old: Trajectory[Text, int] | None = None
) -> Json:
    """The frames of a text that has been written; `old` is the text before the last choice, whose future is the ghost."""
    mdp = token_mdp(model, scenario)
    final = run.states[-1]
    score = mdp.reward(model.decode(final))
    return {
        "id": "text",
        "title": model.name,
        "caption": _caption(scenario),
        "words": WORDS,
        "map": None,
        "prompt": model.pieces(run.start),
        "steps": [_frame(model, step) for step in run.steps],
        "ending": mdp.ending(final),
        "score": {"name": _score_name(scenario), "total": score.total, "parts": [list(part) for part in score.parts]},
        "ghost": None if old is None else _ghost(model, run, old),
    }


def _frame(model: LanguageModel, step: Step[Text, int]) -> Json:
    def state(ids: Text) -> Json:
        return {"text": "… " + "".join(model.pieces(ids[-3:])).strip(), "length": len(ids)}

    def action(token: int) -> Json:
        return {"action": token, "label": model.piece(token), "name": model.piece(token).strip() or "a blank"}

    return step_frame(
        step,
        bars=top_positions(step.policy, step.action),
        state=state,
        action=action,
        outcome=lambda outcome: {"label": "append " + model.piece(step.action).strip(), "cell": None},
    ) | {"piece": model.piece(step.action)}


def _ghost(model: LanguageModel, run: Trajectory[Text, int], old: Trajectory[Text, int]) -> Json:
    changed = _by_hand(run) ^ _by_hand(old)
    since = min([*(t for t, _ in changed), len(old)])
    return ghost_frame(old, since, pieces=model.pieces(old.states[-1][len(old.start) + since :]))


def _by_hand(run: Trajectory[Text, int]) -> set[tuple[int, int]]:
    return {(step.t, step.action) for step in run.steps if step.forced}


def _caption(scenario: TextScenario) -> str:
    parts = [f"temperature {scenario.temperature:.2f}"]
    if scenario.top_k:
        parts.append(f"top-k {scenario.top_k}")
    if scenario.top_p < 1:
        parts.append(f"top-p {scenario.top_p:.2f}")
    return ", ".join(parts)


def _score_name(scenario: TextScenario) -> str:
    if scenario.score == "word":
        return f"the word “{scenario.word}”"
    return f"{scenario.length} words long" if scenario.score == "length" else "sentiment"
