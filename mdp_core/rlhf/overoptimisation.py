"""Over-optimisation: a score that stands for something else is raised until it no longer does.

A policy is tuned by a proxy, and its texts are also scored by what was meant. With nothing to hold it near the reference,
the proxy rises on while the true score turns and falls, and the texts stop being language; a price on the divergence keeps
it where the proxy still means something (Gao, Schulman & Hilton 2022, "Scaling laws for reward model overoptimization").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mdp_core.rlhf.spec import TuneSpec, preset
from mdp_core.rlhf.trainer import tune
from mdp_core.rlhf.tuning_step import TuningStep
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.scores import Reward, ScoreSpec

SHOWN = 2  # texts of a step that are kept
NO_BETA = 0.0  # nothing holds the policy

# Settings with which the effect is seen in every run of Pocket that was tried, in a few seconds.
LOOSE = preset("rloo", texts=32, tokens=16, steps=40, learning_rate=0.006, beta=NO_BETA)


@dataclass(frozen=True)
class Demonstration:
    """A proxy, what it was meant to stand for, and the price at which it still does."""

    says: str  # the proxy, for the visitor
    meant: str  # the true score
    proxy: ScoreSpec
    true: ScoreSpec
    beta: float  # that holds, in proxy a nat

    def spec(self, beta: float, seed: int = 0) -> TuneSpec:
        """The run with this price."""
        return replace(LOOSE, beta=beta, seed=seed)


# “A good film is called wonderful, so count that word.” The first few are what was meant; by the sixteenth nothing is left.
WONDERFUL = Demonstration(
    says="how often it says “wonderful”",
    meant="it sounds positive, and says nothing twice",
    proxy=ScoreSpec("formula", formula='count(text, "wonderful")'),
    true=ScoreSpec("formula", formula="sentiment(text) - 2 * repetition(text)"),
    beta=0.15,
)

# For reward models of Bradley and Terry, whose scores are log-odds of a choice: the scale is the same for all of them.
LEARNED_BETA = 0.3


@dataclass(frozen=True)
class ProxyPoint:
    """What the texts of one step score, means over the texts: those of step 1 are the reference's own."""

    step: int
    proxy: float
    true: float
    likelihood: (
        float  # mean log pi_ref of a written token, nats: how much they still read like the reference's language
    )
    kl: float  # KL(pi || pi_ref), nats a text, estimated by k1
    texts: tuple[str, ...]  # the first SHOWN of them
    scores: tuple[tuple[float, float], ...]  # proxy and true score of each


def proxy_point(snapshot: TuningStep, true: Reward) -> ProxyPoint:
    """Look at a step of a run that was tuned by a proxy. Costs the true scores, and no forward pass.

    Raises what `true` raises.
    """
    tokens = float(snapshot.texts.lengths.sum())
    reference = float((snapshot.texts.log_probabilities - snapshot.log_ratios).sum())
    truly = [true(text).total for text in snapshot.written]
    return ProxyPoint(
        snapshot.step,
        snapshot.score,
        sum(truly) / len(truly),
        reference / tokens,
        snapshot.kl,
        snapshot.written[:SHOWN],
        tuple(zip(map(float, snapshot.scores[:SHOWN]), truly[:SHOWN], strict=True)),
    )


def overoptimise(model: LanguageModel, spec: TuneSpec, proxy: Reward, true: Reward) -> Iterator[ProxyPoint]:
    """Tune by `proxy` as `spec` says, one ProxyPoint a step. Raises what `tune` and the two scores raise."""
    coming = tune(model, spec, proxy)
    return (proxy_point(snapshot, true) for snapshot in coming)
