"""What a learner is asked to do, checked before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from mdp_core.learners.catalogue import LEARNERS, TRACES

MAX_EPISODES = 1_000_000
MAX_STEPS = 100_000
MAX_AGENTS = 200
MAX_ROUND = 2_000_000  # steps of all agents in one episode each: what may pass between two snapshots at worst
MAX_SEED = 2**31 - 1


class DivergedError(ValueError):
    """The learned numbers grew beyond all bounds."""

    def __init__(self) -> None:
        super().__init__(
            "The learned values grew beyond all bounds: a smaller alpha or lambda, or a gamma below 1, helps."
        )


def _check_fraction(symbol: str, value: float, meaning: str) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{symbol} {value:g} is not between 0 and 1: {meaning}.")


def _check_step_size(symbol: str, value: float) -> None:
    if value == 0:
        raise ValueError(f"{symbol} 0 learns nothing: choose a step size above 0, up to 1.")
    if not 0.0 < value <= 1.0:
        raise ValueError(f"{symbol} {value:g} is no step size: choose one above 0, up to 1.")


def _check_count(name: str, value: int, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {value}.")


@dataclass(frozen=True)
class LearnerSpec:
    """One algorithm, its parameters, and how many independent agents use it.

    Agent i draws from seed + i and knows nothing of the others, so the first of many learns what it would learn alone.
    An algorithm ignores the parameters that its `Learner.parameters` does not name.
    Raises ValueError, in a sentence for a visitor, for an unknown algorithm, a parameter out of its range, traces that
    the algorithm does not have, or more steps between two looks than anyone waits for.
    """

    algorithm: str = "q_learning"  # a key of LEARNERS
    alpha: float = 0.1  # step size of the action values or preferences, in (0, 1]
    alpha_v: float = 0.1  # step size of the baseline or critic, in (0, 1]
    epsilon: float = 0.1  # share of exploring actions, in [0, 1]
    lambda_: float = 0.0  # decay of the eligibility traces, in [0, 1]; 0: one-step
    traces: str = "replacing"  # one of TRACES; matters where lambda_ > 0
    gamma: float = 0.99  # in [0, 1]
    episodes: int = 500
    max_steps: int = 1_000  # an episode longer than this is truncated: its last state is bootstrapped
    seed: int = 0
    agents: int = 1

    def __post_init__(self) -> None:
        if self.algorithm not in LEARNERS:
            raise ValueError(f"There is no learner {self.algorithm!r}: choose one of {', '.join(LEARNERS)}.")
        _check_step_size("alpha", self.alpha)
        _check_step_size("alpha of the baseline", self.alpha_v)
        _check_fraction("epsilon", self.epsilon, "it is the share of actions chosen at random")
        _check_fraction("lambda", self.lambda_, "it is the share of a surprise that earlier steps hear of")
        _check_fraction("gamma", self.gamma, "it is what a reward is worth one step later")
        if self.traces not in TRACES:
            raise ValueError(f"There are no {self.traces!r} traces: choose one of {', '.join(TRACES)}.")
        learner = LEARNERS[self.algorithm]
        if self.lambda_ > 0 and learner.traces and self.traces not in learner.traces:
            raise ValueError(f"{learner.title} has no {self.traces} traces: choose {' or '.join(learner.traces)}.")
        _check_count("episodes", self.episodes, 1, MAX_EPISODES)
        _check_count("max_steps", self.max_steps, 1, MAX_STEPS)
        _check_count("agents", self.agents, 1, MAX_AGENTS)
        _check_count("seed", self.seed, 0, MAX_SEED - self.agents)
        if self.agents * self.max_steps > MAX_ROUND:
            raise ValueError(
                f"{self.agents} agents with {self.max_steps} steps an episode would keep you waiting: "
                f"lower max_steps to {MAX_ROUND // self.agents}."
            )
