"""Which layers of a network a `peft` configuration means, by the names that it writes: exactly peft's rules.

Read from peft 0.21.2 (`check_target_module_exists`, `get_pattern_key`, `_maybe_include_all_linear_layers`). Expressions
are a stranger's: they are matched by a library that can be stopped, all of an adapter's in `PATIENCE` seconds together.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

import regex
from torch import nn
from transformers.pytorch_utils import Conv1D

from mdp_core.rlhf.adapters import AdapterError, ends_with

ALL_LINEAR = "all-linear"
MAX_EXPRESSION = 4_000  # characters
PATIENCE = 1.0  # seconds; honest expressions take milliseconds

_FUZZY = re.compile(r"\{(?!\d*,?\d*\})")  # in the other library's language, and a plain brace in Python's
_NUMBERED = r".*?\.[^.]*\.(\d+)\."  # the first number in a name is its layer's; later ones are an expert's


class Expressions:
    """Regular expressions in Python's language, whose matching ends. Raises AdapterError for one that is none."""

    def __init__(self) -> None:
        self._left = PATIENCE
        self._known: dict[str, regex.Pattern[str]] = {}

    def whole(self, expression: str, name: str) -> bool:
        """Whether the expression is all of `name`."""
        return self._found(expression, expression, name, whole=True) is not None

    def number(self, stack: str, name: str) -> int | None:
        """The number of the layer in a `stack` of layers, an expression for its name."""
        found = self._found(rf"(?:^|.*?\.){stack}\.(?P<number>\d+)\.", stack, name)
        return int(found["number"]) if found else None

    def ending(self, expression: str, name: str) -> bool:
        """Whether the expression is `name`, or what follows one of its dots."""
        return self._found(rf"(.*\.)?({expression})$", expression, name) is not None

    def _found(self, pattern: str, expression: str, name: str, *, whole: bool = False) -> regex.Match[str] | None:
        if pattern not in self._known:
            self._known[pattern] = _compiled(pattern, expression)
        began = time.perf_counter()
        try:
            if self._left <= 0:
                raise TimeoutError
            known = self._known[pattern]
            return (known.fullmatch if whole else known.match)(name, timeout=self._left, concurrent=True)
        except (TimeoutError, MemoryError, RecursionError) as error:
            raise AdapterError(
                f"The expression {_shown(expression)} takes too long to compare with the layers: list their names instead."
            ) from error
        finally:
            self._left -= time.perf_counter() - began


@dataclass(frozen=True)
class LayerRule:
    """What a configuration says of its layers. Text is an expression, or "all-linear"; a tuple holds ends of names."""

    targets: str | tuple[str, ...]
    excluded: str | tuple[str, ...] = ()
    numbers: frozenset[int] | None = None  # of the layers in their stack; None: all
    stacks: tuple[str, ...] = ()  # expressions for what the stack is called; none: whatever it is called
    expressions: Expressions = field(default_factory=Expressions, compare=False, repr=False)

    def layers(self, network: nn.Module) -> list[str]:
        """The names of the linear layers that are meant, in the network's order. Raises AdapterError for expressions that
        cannot be read."""
        linear = linear_layers(network)
        if isinstance(self.targets, str) and self.targets.lower() == ALL_LINEAR:
            get_head = getattr(network, "get_output_embeddings", None)
            head = get_head() if get_head is not None else None
            return [name for name, module in linear.items() if module is not head and not self._excludes(name)]
        return [name for name in linear if self._means(name)]

    def _means(self, name: str) -> bool:
        if self._excludes(name):
            return False
        if isinstance(self.targets, str):
            return self.expressions.whole(self.targets, name)
        if name in self.targets:  # a full name counts, whatever its number
            return True
        return ends_with(name, self.targets) and (self.numbers is None or self._number(name) in self.numbers)

    def _excludes(self, name: str) -> bool:
        if isinstance(self.excluded, str):
            return self.expressions.whole(self.excluded, name)
        return ends_with(name, self.excluded)

    def _number(self, name: str) -> int | None:
        if not self.stacks:
            found = re.match(_NUMBERED, name)
            return int(found[1]) if found else None
        numbers = (self.expressions.number(stack, name) for stack in self.stacks)
        return next((number for number in numbers if number is not None), None)


def linear_layers(network: nn.Module) -> dict[str, nn.Module]:
    """The layers that an adapter can be laid over, by full name, in the network's order."""
    return {name: module for name, module in network.named_modules() if isinstance(module, (nn.Linear, Conv1D))}


def of_pattern(patterns: Mapping[str, float], name: str, otherwise: float, expressions: Expressions) -> float:
    """What a rank_pattern or an alpha_pattern says of the layer: the first expression that its name ends with counts."""
    return next((value for key, value in patterns.items() if expressions.ending(key, name)), otherwise)


def _compiled(pattern: str, expression: str) -> regex.Pattern[str]:
    wrong = AdapterError(
        f"The expression {_shown(expression)} of adapter_config.json cannot be read: correct it there."
    )
    if len(expression) > MAX_EXPRESSION or _FUZZY.search(expression):
        raise wrong
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)  # Python's language is the smaller one
            return regex.compile(pattern)
    except (re.error, regex.error, RecursionError, OverflowError, MemoryError, ValueError) as error:
        raise wrong from error


def _shown(expression: str) -> str:
    line = " ".join(expression.split())
    return f"“{line if len(line) <= 60 else line[:59] + '…'}”"
