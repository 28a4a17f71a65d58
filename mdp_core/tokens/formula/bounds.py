"""Between which numbers a formula's scores lie, whatever the text: the formula, worked out on intervals."""

from __future__ import annotations

import ast
from collections.abc import Callable

import mdp_core.tokens.formula.intervals as intervals
from mdp_core.tokens.formula.functions import FUNCTIONS
from mdp_core.tokens.formula.intervals import Interval

_OPERATIONS: dict[type[ast.AST], Callable[..., Interval]] = {
    ast.Add: intervals.add,
    ast.Sub: intervals.subtract,
    ast.Mult: intervals.multiply,
    ast.Div: intervals.divide,
    ast.Mod: intervals.remainder,
    ast.Pow: intervals.power,
    ast.UAdd: lambda a: a,
    ast.USub: intervals.negative,
    ast.Not: intervals.flipped,
    ast.Eq: intervals.equal,
    ast.NotEq: lambda a, b: intervals.flipped(intervals.equal(a, b)),
    ast.Lt: intervals.less,
    ast.LtE: intervals.at_most,
    ast.Gt: lambda a, b: intervals.less(b, a),
    ast.GtE: lambda a, b: intervals.at_most(b, a),
}


def bound(node: ast.expr, longest: int) -> Interval:
    """An interval that holds every number that `node` can be, for all texts of at most `longest` characters.

    `node` comes from `syntax.read`. What occurs twice is taken as if it were two things, so the interval may be wider than
    need be: words(text) - words(text) is not known to be 0.
    """
    match node:
        case ast.Constant(value=float(number)):
            return Interval(number, number)
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATIONS[type(op)](bound(operand, longest))
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATIONS[type(op)](bound(left, longest), bound(right, longest))
        case ast.Compare(left=left, ops=ops, comparators=others):
            operands = [bound(operand, longest) for operand in (left, *others)]
            pairs = [_OPERATIONS[type(op)](a, b) for op, a, b in zip(ops, operands, operands[1:], strict=False)]
            return intervals.least(*pairs)
        case ast.BoolOp(op=op, values=values):
            return _joined(isinstance(op, ast.And), [bound(value, longest) for value in values])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            condition = bound(test, longest)
            if condition.never_zero:
                return bound(body, longest)
            if condition.only_zero:
                return bound(orelse, longest)
            return intervals.hull(bound(body, longest), bound(orelse, longest))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _called(name, args, longest)
    raise TypeError(f"{ast.dump(node)} has not passed the whitelist")


def _joined(both: bool, values: list[Interval]) -> Interval:
    """`a and b` is a where that is 0, else b; `a or b` is a where that is not 0, else b."""
    result = values[-1]
    for value in reversed(values[:-1]):
        first_decides = value.only_zero if both else value.never_zero
        second_decides = value.never_zero if both else value.only_zero
        if first_decides:
            result = value
        elif not second_decides:
            result = intervals.hull(Interval(0.0, 0.0) if both else value, result)
    return result


def _called(name: str, args: list[ast.expr], longest: int) -> Interval:
    arguments: list[str | Interval] = []
    for kind, argument in zip(FUNCTIONS[name].takes, args, strict=False):
        if kind == "wanted" and isinstance(argument, ast.Constant):
            arguments.append(str(argument.value))
        elif kind == "number":
            arguments.append(bound(argument, longest))
    further = args[len(FUNCTIONS[name].takes) :]
    return FUNCTIONS[name].bound(longest, *arguments, *(bound(argument, longest) for argument in further))
