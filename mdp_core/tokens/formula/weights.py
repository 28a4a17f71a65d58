"""Weighted sums of ready-made scores: the formulas that sliders can write, and read back."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from mdp_core.tokens.formula.syntax import read, terms


@dataclass(frozen=True)
class ReadyMade:
    """A score that is there to be taken; its expression may ask for a `word` or a `length`. `scale` of it weighs 1."""

    expression: str
    says: str  # for the visitor
    scale: float = 1.0


READY_MADES: Mapping[str, ReadyMade] = {
    "sentiment": ReadyMade("sentiment(text)", "how positive it sounds, −1 to 1"),
    "word": ReadyMade('has(text, "{word}")', "1 if the wished-for word is there"),
    "length": ReadyMade("near(words(text), {length})", "1 at the wished-for length, in words"),
    "rhyme": ReadyMade("rhyme(text)", "share of lines that rhyme"),
    "repetition": ReadyMade("repetition(text)", "share of word pairs that recur"),
    "readability": ReadyMade("readability(text)", "Flesch's reading ease / 100", 100.0),
}


@dataclass(frozen=True)
class WeightedSum:
    """A weight for some of READY_MADES; 0 for all others."""

    weights: Mapping[str, float] = field(default_factory=dict)
    word: str = "wonderful"
    length: int = 10  # words

    def formula(self) -> str:
        """The formula; "0" where every weight is. `weighted_sum` reads it back."""
        written = ""
        for name, ready in READY_MADES.items():
            weight = round(self.weights.get(name, 0.0), 9)
            if weight:
                sign = ("-" if weight < 0 else "") if not written else (" - " if weight < 0 else " + ")
                factor = "" if abs(weight) == 1 else f"{abs(weight):g} * "
                divisor = "" if ready.scale == 1 else f" / {ready.scale:g}"
                quoted = " ".join(self.word.replace('"', " ").replace("\\", " ").split())
                expression = ready.expression.format(word=quoted, length=self.length)
                written += f"{sign}{factor}{expression}{divisor}"
        return written or "0"


def weighted_sum(source: str) -> WeightedSum | None:
    """The weights of a formula that is a sum of ready-made scores, each once and times a number; None for any other.

    Raises FormulaError for a formula that cannot be read.
    """
    weights: dict[str, float] = {}
    word, length = WeightedSum.word, WeightedSum.length
    for sign, term in terms(read(source)):
        factor, core = _factor(term)
        if isinstance(core, ast.Constant) and core.value == 0:
            continue
        name = _name(core)
        if name is None or name in weights:
            return None
        weights[name] = sign * factor * READY_MADES[name].scale
        match core:
            case ast.Call(func=ast.Name(id="has"), args=[_, ast.Constant(value=str(given))]):
                word = given
            case ast.Call(func=ast.Name(id="near"), args=[_, ast.Constant(value=float(number))]):
                length = int(number)
    return WeightedSum(weights, word, length)


def _factor(node: ast.expr) -> tuple[float, ast.expr]:
    """`node` as a number times what is left of it."""
    factor = 1.0
    while True:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            factor, node = -factor, node.operand
            continue
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Div):
            return factor, node
        left, right = _number(node.left), _number(node.right)
        if isinstance(node.op, ast.Mult) and left is not None:
            factor, node = factor * left, node.right
        elif isinstance(node.op, ast.Mult) and right is not None:
            factor, node = factor * right, node.left
        elif right:  # one does not divide by 0
            factor, node = factor / right, node.left
        else:
            return factor, node


def _number(node: ast.expr) -> float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _number(node.operand)
        return None if number is None else -number
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, float) else None


def _name(node: ast.expr) -> str | None:
    """Which ready-made score `node` is."""
    match node:
        case ast.Call(func=ast.Name(id="has"), args=[_, ast.Constant(value=str())]):
            return "word"
        case ast.Call(
            func=ast.Name(id="near"), args=[ast.Call(func=ast.Name(id="words")), ast.Constant(value=float(n))]
        ):
            return "length" if n.is_integer() and n >= 1 else None
        case ast.Call(func=ast.Name(id=name), args=[_]) if name in READY_MADES:
            return name
    return None
