"""A text of the Stage, written to its end."""

from mdp_core.rollout import Draws, play
from mdp_core.stage.text import policy_of, text_frames_by_token, token_mdp
from mdp_core.tokens.sources import drain


def run_text(model, scenario, seed):
    """The trajectory."""
    mdp, policy = token_mdp(model, scenario), policy_of(model, scenario)
    return play(mdp, policy, rng=Draws(seed), max_steps=scenario.max_tokens, forced=dict(scenario.forced))


def text_frames(model, scenario, seed, before=None):
    """The frames."""
    return drain(text_frames_by_token(model, scenario, seed, before))
