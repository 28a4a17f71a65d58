"""Every sentence and label in the source that reaches the screen, with its place, for tests that read them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SPOKEN = [  # of the core: what pages show of it. The other sentences there are errors, which say what to type instead
    "learners/catalogue.py",
    "rlhf/algorithms.py",
    "rlhf/raters.py",
    "grid/presets.py",
    "stage/grid.py",
    "stage/learned.py",
    "stage/places.py",
    "stage/text.py",
    "tokens/formula/functions.py",
    "tokens/formula/weights.py",
]
LABELLED = {
    "Leg",
    "Station",
    "caption",
    "subheader",
    "button",
    "slider",
    "number_input",
    "selectbox",
    "text_input",
    "radio",
    "popover",
}
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')


class Said(NamedTuple):
    """A sentence or a label, and the file and line where it stands."""

    text: str
    place: str


@cache
def said() -> tuple[Said, ...]:
    """All of them."""
    return tuple(_said())


def _said() -> Iterator[Said]:
    pages = sorted((ROOT / "components").rglob("*.py"))
    for path in [*pages, *(ROOT / "mdp_core" / name for name in SPOKEN)]:
        if not {"server", "kit", "drawing"} & set(path.parts):
            yield from _in_python(path)
    for path in sorted((ROOT / "components/instruments").rglob("*.html")):
        yield from _in_html(path)
    for path in sorted((ROOT / "components/instruments").rglob("*.js")):
        if path.stem != "icons":
            yield from _in_javascript(path)


def _in_python(path: Path) -> Iterator[Said]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(part) for node in ast.walk(tree) for part in _silent(node)}
    labels = {id(label) for label in _labels(tree)}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else " 0 " for part in node.values)
            silent.update(id(part) for part in ast.walk(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if " " in text.strip() or id(node) in labels:
            yield from _plain(text, path, node.lineno)


def _silent(node: ast.AST) -> Iterator[ast.AST]:
    """What no visitor reads: docstrings, keys, names of settings, and what is raised for programmers."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.keyword) and node.arg in (
        "key",
        "icon",
        "anchor",
        "mode",
        "width",
        "gap",
        "html",
        "dash",
        "xref",
        "yref",
    ):
        yield from ast.walk(node.value)
    elif isinstance(node, ast.Subscript):
        yield from ast.walk(node.slice)
    elif isinstance(node, ast.Raise):
        yield from ast.walk(node)
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (
        "latex",
        "compile",
        "setdefault",
        "get",
        "split",
    ):
        yield from (part for argument in node.args for part in ast.walk(argument))


def _labels(tree: ast.AST) -> Iterator[ast.AST]:
    """What may be one word: a widget's first argument, a title, and what a tuple names and goes on to explain."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            if getattr(node.func, "attr", getattr(node.func, "id", "")) in LABELLED:
                yield node.args[0]
        elif isinstance(node, ast.keyword) and node.arg == "title":
            yield node.value
        elif isinstance(node, ast.Tuple) and any(" " in str(getattr(part, "value", "")) for part in node.elts[1:]):
            yield node.elts[0]


def _in_html(path: Path) -> Iterator[Said]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for attribute in re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', line):
            yield from _plain(attribute, path, number)
        yield from _plain(line, path, number)


def _in_javascript(path: Path) -> Iterator[Said]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        code = re.sub(r"(^|\s)//.*|^\s*/?\*.*|/\*\*.*?\*/", "", line)
        for match in LITERAL.finditer(code):
            text = re.sub(r"\$\{[^}]*\}+", " 0 ", match[1] if match[1] is not None else match[2])
            if " " in text and not re.search(
                r"^import|^@media|^\([a-z-]+: |class: |[.#\[][a-z-]+|px|%\)|[;=]|^[\d MLHVQZlz-]+$|^scale|^tint|^h4 ",
                text,
            ):
                yield from _plain(text, path, number)


def _plain(text: str, path: Path, line: int) -> Iterator[Said]:
    """The words alone: without tags, style sheets, formulas, addresses and code."""
    if re.search(r"^[a-z]+_\w* |^title: |\ntitle: |[\w-]+\s*\{|st-key|data-testid|var\(--|^\s*#", text) or "\\" in text:
        return
    text = re.sub(
        r"\*\*|<code.*?</code>|`[^`]*`|<[a-zA-Z/!][^>]*(?:>|$)|[\w-]+=\"[^\"]*\"|&\w+;|:material/\w+:", " ", text
    )
    if re.search(r"[A-Za-zα-ω]", text):
        yield Said(" ".join(text.split()), f"{path.relative_to(ROOT)}:{line}")
