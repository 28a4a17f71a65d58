"""The recipe: what a visitor asks a tuning for. It keeps what was typed; what nobody typed follows the presets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from mdp_core.rlhf.algorithms import ALGORITHMS, SPECIAL, ChoiceAlgorithm

if TYPE_CHECKING:
    from mdp_core.rlhf.adapters import AdapterSpec
    from mdp_core.rlhf.passing import Exam
    from mdp_core.rlhf.spec import TuneSpec

Size = Literal["small", "large", "sums"]

DIGITS = 2  # of the numbers in the problems that Sums learns from; 0: one prompt, the visitor's

# What suits a model: Pocket's texts are short enough to be counted, and SmolLM2's steps few enough for a minute or two.
SUITS: dict[Size, dict[str, Any]] = {
    "small": {"texts": 64, "tokens": 4, "steps": 100},
    "sums": {"texts": 128, "steps": 40, "learning_rate": 0.006, "beta": 0.01},
    "large": {"texts": 16, "tokens": 16, "steps": 30, "learning_rate": 0.0015, "beta": 0.04},
}


@dataclass
class Recipe:
    """Kept in session state. `spec` says whether it can be cooked."""

    algorithm: str = "rloo"
    typed: dict[Size, dict[str, Any]] = field(default_factory=lambda: {"small": {}, "large": {}, "sums": {}})

    def value(self, size: Size, name: str) -> Any:
        """What a control shows: what was typed, else the preset's. `rank` and `targets` are the adapter's."""
        if name in self.typed[size]:
            return self.typed[size][name]
        if name == "digits":
            return DIGITS
        spec = self._preset(size)
        if name == "rank":
            return spec.adapter.rank
        if name == "targets":
            return ", ".join(spec.adapter.targets)
        return getattr(spec, name)

    def type(self, size: Size, name: str, value: Any) -> None:
        """Write down what a control says; an emptied number keeps what it had."""
        if value is not None:
            self.typed[size][name] = value

    def suit(self, size: Size) -> None:
        """The preset again."""
        self.typed[size] = {}

    def exams(self, size: Size) -> tuple[Exam, ...]:
        """What the policies of a run are asked beside."""
        from mdp_core.rlhf.sums import sums_to_ask

        return sums_to_ask(digits) if size == "sums" and (digits := self.value(size, "digits")) else ()

    def spec(self, size: Size, prompt: str, shape: AdapterSpec | None = None) -> TuneSpec:
        """The TuneSpec. `shape` is that of an adapter to go on with, which stays as it is, whatever was typed.

        Raises ValueError, in a sentence for a visitor, for what no run can be asked.
        """
        from mdp_core.rlhf.adapters import AdapterSpec

        typed = {name: value for name, value in self.typed[size].items() if name != "digits"}
        preset = self._preset(size)
        rank = typed.pop("rank", preset.adapter.rank)
        names = typed.pop("targets", "")
        targets = tuple(names.replace(",", " ").split())[:16]
        for name in idle(self.algorithm, float(typed.get("beta", preset.beta))):
            typed.pop(name, None)  # what does not apply cannot be wrong either
        # alpha / r stays 2: another rank then needs no other learning rate.
        adapter = AdapterSpec(rank, max(2.0 * rank, 1.0), targets) if shape is None else shape
        spec: TuneSpec = replace(preset, prompt=prompt, adapter=adapter, **typed)
        return spec

    def _preset(self, size: Size) -> Any:
        from mdp_core.rlhf.spec import preset  # heavy: it brings torch

        return preset(self.algorithm, **{**SUITS[size], **ALGORITHMS[self.algorithm].suits, **self._problems(size)})

    def _problems(self, size: Size) -> dict[str, Any]:
        """The prompts of a run on sums, and what goes with them."""
        if size != "sums":
            return {}
        from mdp_core.rlhf.sums import sums_to_learn
        from mdp_core.tokens.sums.problems import longest

        digits = self.value(size, "digits")
        learned = not isinstance(ALGORITHMS[self.algorithm], ChoiceAlgorithm) and digits
        tokens = longest(digits or DIGITS)
        return {"prompts": sums_to_learn(digits), "group": 8, "tokens": tokens} if learned else {"tokens": tokens}


def idle(algorithm: str, beta: float) -> dict[str, str]:
    """The settings that change nothing, each with the reason."""
    known = ALGORITHMS[algorithm]
    reasons = {}
    if not known.grouped:
        reasons["group"] = f"{known.title} compares a text to no group."
    if not known.clipped:
        once = f"{known.title} goes over its texts once: nothing is clipped."
        reasons |= {"epochs": once, "clip": once}
    if not known.values:
        critics = " and ".join(other.title for other in ALGORITHMS.values() if other.values)
        reasons["lambda_"] = f"Only {critics} has a value for every state, and so something for lambda to weigh."
    for setting in SPECIAL:
        if not known.has(setting):
            those = " and ".join(other.title for other in ALGORITHMS.values() if other.has(setting))
            reasons[setting] = f"Only {those} is made with it."
    if isinstance(known, ChoiceAlgorithm):
        inside = f"{known.title} has beta in its loss."
        reasons |= {"penalty": inside, "estimator": inside}
    elif beta == 0:
        none = "beta is 0: there is no penalty."
        reasons |= {"penalty": none, "estimator": none}
    return reasons
