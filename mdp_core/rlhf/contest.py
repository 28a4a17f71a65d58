"""Two ways to learn from one beginning: from a target text that somebody wrote, and from a score of one's own texts."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.exact import CountedTexts
from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.supervised import imitate
from mdp_core.rlhf.totals import checked_totals
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.generation import Texts, generate
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.scores import Reward
from mdp_core.work import Report


@dataclass(frozen=True)
class Standing:
    """Where a policy stands after so many steps, by texts that it writes with the same draws every time."""

    step: int
    target: float | None  # p(target); None where there is no target
    score: float  # mean of the texts
    error: float  # standard error of it
    text: str  # the first of them
    best: tuple[str, float]  # of them, and its score


@dataclass(frozen=True, eq=False)
class Contest:
    """Supervised learning and reinforcement learning, as far as they are."""

    supervised: tuple[Standing, ...]  # empty where there is no target to learn from
    rl: tuple[Standing, ...]
    target_score: float | None  # r(y*)
    best: tuple[str, float]  # the best of all texts that were counted or written, and its score
    signal: bool  # False as long as all texts scored the same

    @property
    def heading(self) -> int:
        """Where supervised learning has brought the mean score: 0 to the target's own score, 1 to the best, 2 nowhere."""
        end = self.supervised[-1].score
        places = (self.target_score or 0.0, self.best[1], self.supervised[0].score)
        return min(range(3), key=lambda i: abs(end - places[i]))


def hold_contest(
    model: LanguageModel,
    adapter: Adapter,
    counted: CountedTexts,
    target: Texts | None,
    reward: Reward,
    spec: TuneSpec,
    *,
    every: int,
    looked: int,
    seed: int,
) -> Generator[Report[Contest], None, Contest]:
    """Let both learn from `adapter` on as many steps, at the same rate, as `spec` says, without a target RL alone.

    `counted` are the texts of that beginning. After each `every` steps both write `looked` texts with draws of `seed`; that
    is when a report has a result. Raises what `tune` and `imitate` raise.
    """
    prompt, tokens = counted.texts.prompt, spec.tokens
    uniforms = np.random.default_rng([seed, 13]).random((looked, tokens))

    def stand(learned: Adapter, step: int) -> Standing:
        written = generate(AdaptedModel(model, learned), prompt, uniforms)
        texts = [model.decode(ids) for ids in written]
        scores = checked_totals(reward, texts)
        p = None if target is None else float(np.exp(float(log_probabilities(model, target, learned).sum())))
        error = float(scores.std(ddof=1) / np.sqrt(looked))
        top = int(scores.argmax())
        return Standing(step, p, float(scores.mean()), error, texts[0], (texts[top], float(scores[top])))

    top = int(counted.scores.argmax())
    best = (model.decode(counted.texts.ids(top)), float(counted.scores[top]))
    first = stand(adapter, 0)
    supervised, rl, signal = [first], [first], False
    tuning = tune(model, spec, reward, adapter)
    imitating = None if target is None else imitate(model, adapter, target, learning_rate=spec.learning_rate)
    target_score = None if target is None else float(checked_totals(reward, [model.decode(target.ids(0))])[0])

    def so_far() -> Contest:
        best_now = max(best, *(standing.best for standing in rl), key=lambda text: text[1])
        return Contest(tuple(supervised) if imitating else (), tuple(rl), target_score, best_now, signal)

    yield Report(0.05, "before", so_far())
    for step in range(1, spec.steps + 1):
        snapshot = next(tuning)
        signal = signal or snapshot.signal
        doing = f"both learn: step {step} of {spec.steps}"
        yield Report(0.05 + 0.95 * (step - 0.6) / spec.steps, doing)
        imitated = None if imitating is None else next(imitating)[1]
        looks = step % every == 0
        if looks:
            rl.append(stand(snapshot.adapter, step))
            if imitated is not None:
                supervised.append(stand(imitated, step))
        yield Report(0.05 + 0.95 * step / spec.steps, doing, so_far() if looks else None)
    return so_far()
