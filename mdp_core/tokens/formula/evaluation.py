"""What a formula gives for one text, worked out by simpleeval on a tree that has passed the whitelist."""

from __future__ import annotations

import ast
import math
import operator
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from simpleeval import SimpleEval

from mdp_core.tokens.formula.errors import ImpossibleError
from mdp_core.tokens.formula.functions import FUNCTIONS
from mdp_core.tokens.formula.intervals import LARGEST
from mdp_core.tokens.formula.syntax import TEXT

SECONDS = 0.5  # of this thread's own time, for one text; looked at between any two operations
KNOWN = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Constant, ast.Name)


class PlacedError(Exception):
    """An operation without a result, and the node that asked for it."""

    def __init__(self, sentence: str, node: ast.expr) -> None:
        self.sentence, self.node = sentence, node
        super().__init__(sentence)


class Evaluator:
    """Works out the parts of a formula, for one text after the other; each function is asked the same thing once a text."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[Any, ...], float] = {}
        self._until = 0.0
        functions = {name: self._remembering(name, function.value) for name, function in FUNCTIONS.items()}
        self._engine = SimpleEval(operators=_OPERATORS, functions=functions, names={})
        handlers = self._engine.nodes
        self._engine.nodes = {kind: self._placing(handlers[kind]) for kind in KNOWN}

    def values(self, text: str, nodes: Sequence[ast.expr]) -> list[float]:
        """The number that each of `nodes` is. Raises PlacedError where one is none."""
        with self._lock:
            self._known.clear()
            self._until = time.thread_time() + SECONDS
            self._engine.names = {TEXT: text}
            return [float(self._engine.eval("", previously_parsed=node)) for node in nodes]

    def _remembering(self, name: str, value: Callable[..., float]) -> Callable[..., float]:
        def asked(*arguments: Any) -> float:
            key = (name, *arguments)
            if key not in self._known:
                self._known[key] = held(float(value(*arguments)))
            return self._known[key]

        return asked

    def _placing(self, handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def work(node: ast.expr) -> Any:
            if time.thread_time() > self._until:
                raise PlacedError(f"This takes longer than {SECONDS:g} seconds.", node)
            try:
                return handler(node)
            except ZeroDivisionError:
                raise PlacedError("There is no dividing by 0.", _divisor(node)) from None
            except OverflowError:
                raise PlacedError(TOO_LARGE, node) from None
            except ImpossibleError as error:
                raise PlacedError(str(error), node) from None

        return work


def held(number: float) -> float:
    """`number` itself. Raises ImpossibleError where it is beyond LARGEST, or none at all."""
    if not -LARGEST <= number <= LARGEST:
        raise ImpossibleError(TOO_LARGE)
    return number


def _power(a: float, b: float) -> float:
    if a < 0 and not float(b).is_integer():
        raise ImpossibleError("A negative number has a power with a whole exponent only.")
    if a == 0 and b < 0:
        raise ZeroDivisionError
    return math.pow(a, b)


def _in_floats(operation: Callable[..., Any]) -> Callable[..., float]:
    def work(*operands: Any) -> float:
        return held(float(operation(*map(float, operands))))

    return work


TOO_LARGE = f"This number grows beyond {LARGEST:,.0f}."

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _in_floats(operator.add),
    ast.Sub: _in_floats(operator.sub),
    ast.Mult: _in_floats(operator.mul),
    ast.Div: _in_floats(operator.truediv),
    ast.Mod: _in_floats(operator.mod),
    ast.Pow: _in_floats(_power),
    ast.UAdd: _in_floats(operator.pos),
    ast.USub: _in_floats(operator.neg),
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _divisor(node: ast.expr) -> ast.expr:
    """The part of `node` that is 0."""
    return node.right if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow) else node
