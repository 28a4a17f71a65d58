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
from mdp_core.trajectory import Step, Trajectory

Json = dict[str, Any]

SHOWN = 7  # bars of a distribution over tokens; what is chosen is always shown, as an eighth if need be


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

    `bars` are the positions in the policy's outcomes that get a bar of their own; the rest is one sum. `state`, `action`
    and `outcome` say how this world writes them.
    """
    policy = step.policy
    chosen = _position(policy, step.action)
    upper = policy.cumulative
    interval = [float(upper[chosen - 1]) if chosen else 0.0, float(upper[chosen])] if chosen is not None else None
    shown = [*bars] if chosen is None or chosen in bars else [*bars, chosen]
    rest = float(1.0 - sum(policy.probabilities[i] for i in shown))
    here = step.outcomes
    landed = next(
        i
        for i, o in enumerate(here.outcomes)
        if (o.next_state, o.reward, o.terminated) == (step.next_state, step.reward, step.terminated)
    )
    return {
        "state": state(step.state),
        "bars": [action(policy.outcomes[i]) | {"p": float(policy.probabilities[i])} for i in shown],
        "rest": {"p": max(rest, 0.0), "count": len(policy) - len(shown)} if len(policy) > len(shown) else None,
        "u": step.u,
        "chosen": shown.index(chosen) if chosen is not None else None,
        "interval": interval,
        "forced": step.forced,
        "label": action(step.action)["label"],
        "entropy": policy.entropy(),
        "outcomes": [
            outcome(o) | {"p": float(p), "reward": o.reward, "terminated": o.terminated}
            for o, p in zip(here.outcomes, here.probabilities, strict=True)
        ],
        "v": step.v,
        "outcome": landed,
        "reward": step.reward,
        "next": state(step.next_state),
        "piece": None,
        "terminated": step.terminated,
        "truncated": step.truncated,
    }


def top_positions(policy: Categorical[Any], k: int = SHOWN) -> list[int]:
    """The positions of the `k` most probable outcomes, most probable first; impossible ones are left out."""
    order = np.argsort(-policy.probabilities, kind="stable")[:k]
    return [int(i) for i in order if policy.probabilities[i] > 0]


def ghost_frame(old: Trajectory[Any, Any], since: int, **drawing: list[Any]) -> Json:
    """The future that was given up at step `since`: its rewards, and what the world draws of it."""
    return {"from": since, "rewards": old.rewards.tolist(), "cells": None, "pieces": None} | drawing


def _position(policy: Categorical[Any], action: Any) -> int | None:
    """Where the action lies in the distribution; None where the policy rules it out and it was forced."""
    try:
        return policy.outcomes.index(action)
    except ValueError:
        return None
