"""Frames: a trajectory as plain JSON, the same shape for both worlds. What the player draws, and all that it knows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

from mdp_core.distribution import Categorical
from mdp_core.mdp import Outcome
from mdp_core.trajectory import Step

Json = dict[str, Any]

SHOWN = 7  # bars of a distribution over tokens, the chosen one among them; the rest is one sum


def key_of(*parts: object) -> str:
    """A short name of what was rolled out: the same parts, the same key."""
    plain = [asdict(part) if is_dataclass(part) and not isinstance(part, type) else part for part in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:16]


def stage_frames(key: str, worlds: Sequence[Json]) -> Json:
    """One Stage: the worlds on one clock. The page adds `view`."""
    return {"key": key, "worlds": list(worlds)}


def step_frame(
    step: Step[Any, Any],
    *,
    bars: Sequence[int],
    state: Callable[[Any], Json],
    action: Callable[[Any], Json],
    outcome: Callable[[Outcome[Any]], Json],
) -> Json:
    """One turn of the loop.

    `bars` are the positions in the policy's outcomes that get a bar of their own, with `from` the lower edge of their
    stretch of the stacked bar; the rest is one sum. The action that was taken always has a bar: where the policy rules it
    out and it was forced, one of probability 0. `state`, `action` and `outcome` say how this world writes them.
    """
    policy = step.policy
    edges = policy.cumulative
    shown = [
        action(policy.outcomes[i]) | {"p": float(policy.probabilities[i]), "from": float(edges[i - 1]) if i else 0.0}
        for i in bars
    ]
    taken = action(step.action)
    if all(bar["action"] != taken["action"] for bar in shown):
        shown.append(taken | {"p": 0.0, "from": 1.0})
    distribution = step.outcomes
    landed = next(
        i
        for i, o in enumerate(distribution.outcomes)
        if (o.next_state, o.reward, o.terminated) == (step.next_state, step.reward, step.terminated)
    )
    others = int(np.count_nonzero(policy.probabilities)) - sum(bar["p"] > 0 for bar in shown)
    return {
        "state": state(step.state),
        "bars": shown,
        "rest": {"p": max(1.0 - sum(bar["p"] for bar in shown), 0.0), "count": others} if others > 0 else None,
        "u": step.u,
        "chosen": next(i for i, bar in enumerate(shown) if bar["action"] == taken["action"]),
        "forced": step.forced,
        "entropy": policy.entropy(),
        "outcomes": [
            outcome(o) | {"p": float(p), "reward": o.reward, "terminated": o.terminated}
            for o, p in zip(distribution.outcomes, distribution.probabilities, strict=True)
        ],
        "v": step.v,
        "outcome": landed,
        "reward": step.reward,
        "next": state(step.next_state),
        "piece": None,
        "terminated": step.terminated,
        "truncated": step.truncated,
    }


def top_positions(policy: Categorical[Any], taken: Any) -> list[int]:
    """The positions of the SHOWN most probable outcomes, most probable first, `taken` among them wherever it lies."""
    order = np.argsort(-policy.probabilities, kind="stable")
    top = [int(i) for i in order[:SHOWN] if policy.probabilities[i] > 0]
    try:
        position = policy.outcomes.index(taken)
    except ValueError:  # the policy rules it out, and it was forced
        return top[: SHOWN - 1]
    return top if position in top else [*top[: SHOWN - 1], position]


def ghost_frame(rewards: Sequence[float], since: int, **drawing: list[Any]) -> Json:
    """The future that was given up at step `since`: the rewards of its whole run, and what the world draws of it."""
    return {"from": since, "rewards": [float(r) for r in rewards], "cells": None, "pieces": None} | drawing
