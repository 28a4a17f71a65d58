"""Reading a formula: Python's own parser, and then a whitelist, so that nothing else gets past.

What is known: numbers, `text`, + - * / % **, comparisons, and, or, not, `a if b else c`, and calls of the known functions. A
text in quotation marks stands only where a function asks for one.
"""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from typing import NoReturn

from mdp_core.tokens.formula.errors import FormulaError
from mdp_core.tokens.formula.functions import FUNCTIONS, Function, Kind
from mdp_core.tokens.formula.intervals import LARGEST
from mdp_core.tokens.scores import MAX_FORMULA, folded

MAX_NODES = 150
MAX_DEPTH = 25
TEXT = "text"

OPERATORS: tuple[type[ast.AST], ...] = (
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Pow, ast.UAdd, ast.USub, ast.Not),
    *(ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
)

# One character for another, so that columns stay: what keyboards and word processors make of a sign.
_SIGNS = str.maketrans({"“": '"', "”": '"', "„": '"', "−": "-", "–": "-", "×": "*", "·": "*", "÷": "/"})
_BLANK = re.compile(r"\s")
# A text in quotation marks, closed or not; or the sign that Python would leave the rest aside for.
_QUOTED_OR_COMMENT = re.compile(r"""\"{3}.*?(?:\"{3}|$)|'{3}.*?(?:'{3}|$)|"[^"]*(?:"|$)|'[^']*(?:'|$)|(\#)""")
_OTHER_NAMES = {
    "len": "words",
    "length": "words",
    "word": "words",
    "characters": "letters",
    "contains": "has",
    "includes": "has",
    "positive": "sentiment",
    "ln": "log",
    "flesch": "readability",
    "ease": "readability",
}
_NO_SIGNS = {
    ast.BitXor: "For a power, write **.",
    ast.BitAnd: "To join two conditions, write and.",
    ast.BitOr: "For one of two conditions, write or.",
    ast.Invert: "For the opposite of a condition, write not.",
    ast.FloorDiv: "To divide, write one /.",
    ast.In: 'To ask whether a word is there, write has(text, "word").',
    ast.NotIn: 'To ask whether a word is not there, write not has(text, "word").',
    ast.Is: "To compare, write ==.",
    ast.IsNot: "To compare, write !=.",
}


_FOREIGN = {
    "==": "A value to compare with is missing here.",
    "=": "To compare, write ==.",
    ":=": "A formula gives nothing a name.",
    "&": "To join two conditions, write and.",
    "|": "For one of two conditions, write or.",
    "!": "For the opposite of a condition, write not.",
    "<>": "For unequal, write !=.",
    "≤": "For at most, write <=.",
    "≥": "For at least, write >=.",
    "≠": "For unequal, write !=.",
    "?": "For a choice, write 1 if words(text) > 5 else 0.",
    "$": "A formula does not know this sign.",
}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_DEEP = "This formula has too many brackets or signs inside each other."


def read(source: str) -> ast.expr:
    """The formula as a tree in which every node is one that is known and every number a float.

    Raises FormulaError for anything else; for nothing else, whatever `source` is.
    """
    if len(source) > MAX_FORMULA:
        raise FormulaError(
            f"A formula has at most {MAX_FORMULA} characters, and this one has {len(source):,}.", MAX_FORMULA + 1
        )
    line = typed(source)
    if not line.strip():
        raise FormulaError("There is no formula yet: sentiment(text) is one.", 1)
    for i, character in enumerate(line):
        if not character.isprintable() or character == "\\":
            raise FormulaError("This character cannot be in a formula.", i + 1)
    for found in _QUOTED_OR_COMMENT.finditer(line):
        if found[1]:
            raise FormulaError("Outside of quotation marks, # means nothing in a formula.", found.start() + 1)
    tree = _parsed(line)
    _Check(line).formula(tree)
    return tree


def typed(source: str) -> str:
    """`source` on one line, with plain signs for what keyboards and word processors make of them, each in its place.

    The tree that `read` gives was read from this.
    """
    return _BLANK.sub(" ", source.translate(_SIGNS))


def terms(tree: ast.expr) -> list[tuple[int, ast.expr]]:
    """The terms of the sum that `tree` is, each with its sign, 1 or -1; a formula that is no sum is its only term."""
    later = []
    while isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub):
        later.append((1 if isinstance(tree.op, ast.Add) else -1, tree.right))
        tree = tree.left
    return [(1, tree), *reversed(later)]


def column_of(source: str, node: ast.expr) -> int:
    """Where `node` begins, counted in characters from 1; the parser counts bytes."""
    return len(source.encode()[: node.col_offset].decode(errors="ignore")) + 1


def source_of(source: str, node: ast.expr) -> str:
    """The text that `node` was read from."""
    raw = source.encode()
    return raw[node.col_offset : node.end_col_offset].decode(errors="ignore")


def _parsed(line: str) -> ast.expr:
    bare = line.lstrip()
    before = len(line) - len(bare)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(bare, mode="eval").body
    except SyntaxError as error:
        raise _misread(line, before, error) from None
    except (RecursionError, MemoryError):
        raise FormulaError(_DEEP, before + 1) from None
    except ValueError:
        raise FormulaError("This formula cannot be read.", before + 1) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            node.col_offset += before
            if node.end_col_offset is not None:
                node.end_col_offset += before
    return tree


def _misread(line: str, before: int, error: SyntaxError) -> FormulaError:
    """What Python's parser says, in words for somebody who knows no Python."""
    end = len(line.rstrip()) + 1
    column = min(before + error.offset, end) if error.offset else end
    complaint = error.msg
    signs = line[column - 1 : column + 1]
    if "never closed" in complaint:
        what = f"This bracket is never closed: a {_CLOSING.get(signs[:1], 'closing one')} is missing."
    elif "unterminated" in complaint:
        what = "This quotation mark is never closed."
    elif "unmatched" in complaint or "does not match" in complaint:
        what = "No bracket that was opened fits this one."
    elif "too many nested" in complaint:
        what = _DEEP
    elif "else" in complaint:
        what = "After if, a formula needs an else: 1 if words(text) > 5 else 0."
    elif "literal" in complaint or "leading zeros" in complaint:
        what = "This is no number that a formula can read."
    elif column >= end:
        what = "Something is missing at the end."
    else:
        known = next((sentence for sign, sentence in _FOREIGN.items() if signs.startswith(sign)), "")
        what = known or "This cannot stand here."
    return FormulaError(what, column)


class _Check:
    """Goes through a tree once and lets pass what is known."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.nodes = 0

    def formula(self, tree: ast.expr) -> None:
        for _, term in terms(tree):
            self.number(term, 1)

    def number(self, node: ast.expr, depth: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.fail(node, f"A formula has at most {MAX_NODES} numbers, signs and functions.")
        if depth > MAX_DEPTH:
            self.fail(node, _DEEP)
        if isinstance(node, ast.Constant):
            self.constant(node)
        elif isinstance(node, ast.Name):
            self.name(node)
        elif isinstance(node, ast.Call):
            self.call(node, depth)
        elif isinstance(node, ast.BinOp | ast.UnaryOp):
            operands = [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right]
            self.sign(node.op, node if isinstance(node, ast.UnaryOp) else None, operands[0])
            for operand in operands:
                self.number(operand, depth + 1)
        elif isinstance(node, ast.Compare):
            for sign, left in zip(node.ops, (node.left, *node.comparators), strict=False):
                self.sign(sign, None, left)
            for operand in (node.left, *node.comparators):
                self.number(operand, depth + 1)
        elif isinstance(node, ast.BoolOp):
            for operand in node.values:
                self.number(operand, depth + 1)
        elif isinstance(node, ast.IfExp):
            for operand in (node.test, node.body, node.orelse):
                self.number(operand, depth + 1)
        elif isinstance(node, ast.Tuple) and not node.elts:
            self.fail(node, "Something is missing between these brackets.")
        elif isinstance(node, ast.Tuple):
            self.fail(node, "A comma stands inside a function's brackets only, and a number has a point: 0.5.")
        else:
            self.fail(node, "A formula knows numbers, signs and functions, and this is none of them.")

    def constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.fail(node, 'A text in quotation marks is no number: give it to a function, as in count(text, "good").')
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self.fail(node, "This is no number.")
        if not abs(node.value) <= LARGEST:
            self.fail(node, f"A number in a formula is at most {LARGEST:,.0f}.")
        node.value = float(node.value)

    def name(self, node: ast.Name) -> None:
        if node.id == TEXT:
            self.fail(node, "text is the text itself and no number: ask something of it, as in words(text).")
        if node.id in FUNCTIONS:
            self.fail(node, f"{node.id} is a function: write {FUNCTIONS[node.id].example}.")
        self.fail(node, _unknown(node.id))

    def call(self, node: ast.Call, depth: int) -> None:
        if not isinstance(node.func, ast.Name):
            self.fail(node, "Only a function can be called, as in words(text).")
        function = FUNCTIONS.get(node.func.id)
        if function is None:
            is_text = node.func.id == TEXT
            self.fail(node, "text is the text itself: no bracket follows it." if is_text else _unknown(node.func.id))
        if node.keywords:
            self.fail(node.keywords[0].value, f"Nothing is given by its name here: write {function.example}.")
        given, wanted = len(node.args), len(function.takes)
        if given < wanted or (given > wanted and not function.any_number):
            self.fail(node, f"{node.func.id} takes {_counted(function)}, as in {function.example}, not {given}.")
        kinds = [*function.takes, *[function.takes[-1]] * (given - wanted)]
        for argument, kind in zip(node.args, kinds, strict=True):
            self.argument(argument, kind, function, depth + 1)

    def argument(self, node: ast.expr, kind: Kind, function: Function, depth: int) -> None:
        if kind == "number":
            self.number(node, depth)
        elif kind == "text":
            if not (isinstance(node, ast.Name) and node.id == TEXT):
                self.fail(node, f"Here stands text, the text that is scored: write {function.example}.")
        elif not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            self.fail(node, f"Here stands a text in quotation marks: write {function.example}.")
        elif not folded(node.value).split():
            self.fail(node, f"There is nothing between these quotation marks to look for: write {function.example}.")

    def sign(self, sign: ast.AST, at: ast.expr | None, left: ast.expr) -> None:
        """A sign that is `at` its place, or the next thing behind what is `left` of it."""
        if isinstance(sign, OPERATORS):
            return
        what = _NO_SIGNS.get(type(sign), "A formula does not know this sign.")
        if at is not None:
            self.fail(at, what)
        column = column_of(self.source, left) + len(source_of(self.source, left))
        behind = self.source[column - 1 :]
        raise FormulaError(what, column + len(behind) - len(behind.lstrip(" )")))

    def fail(self, node: ast.expr, sentence: str) -> NoReturn:
        raise FormulaError(sentence, column_of(self.source, node))


def _unknown(name: str) -> str:
    close = [_OTHER_NAMES[name.lower()]] if name.lower() in _OTHER_NAMES else None
    close = close or difflib.get_close_matches(name.lower(), [*FUNCTIONS, TEXT], n=1)
    shown = name if len(name) <= 30 else name[:29] + "…"
    if close:
        return f"There is no “{shown}”: did you mean {close[0]}?"
    return f"There is no “{shown}”. There are {', '.join(FUNCTIONS)}."


def _counted(function: Function) -> str:
    number = len(function.takes)
    least = "at least " if function.any_number else ""
    return f"{least}{number} argument{'s' if number > 1 else ''}"
