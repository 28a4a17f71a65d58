"""The mutants: every small change that cosmic-ray's operators can make to a module, and a drawn sample of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import cosmic_ray.plugins as plugins
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code

CORE = Path("mdp_core")
UNDER_TEST = (
    *("returns.py", "rollout.py", "distribution.py", "tabular.py", "solvers", "learners", "rlhf"),
    *("tokens/sampling.py", "tokens/formula", "link"),
)
# An operator is exchanged for one of its kind. The others would flatter the tests: `1.5 << 2` dies of itself, and `is` where
# `==` stood often cannot be told from it.
KINDS = (
    {"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"},
    {"LShift", "RShift", "BitOr", "BitAnd", "BitXor"},
    {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"},
    {"Is", "IsNot"},
)


@dataclass(frozen=True)
class Mutant:
    """One change: the `occurrence`-th place in `path` where `operator` finds something to change."""

    path: str
    line: int
    column: int
    operator: str
    occurrence: int

    @property
    def place(self) -> tuple[str, int, int, str]:
        """Where it is and what is changed there; mutants of one place differ in what is put instead."""
        return (self.path, self.line, self.column, self.operator.partition("_")[0])

    def source(self) -> str:
        """The module's text with the change in it."""
        return mutate_code(Path(self.path).read_text(), _operators()[self.operator], self.occurrence)

    def lives(self) -> bool:
        """Whether it is Python at all: a star of a signature is no multiplication."""
        try:
            compile(self.source(), self.path, "exec")
        except SyntaxError:
            return False
        return True

    def change(self) -> str:
        """The changed line, before and after."""
        pairs = zip(Path(self.path).read_text().splitlines(), self.source().splitlines(), strict=False)
        before, after = next((old, new) for old, new in pairs if old != new)
        return f"{self.path}:{self.line} {self.operator}\n    - {before.strip()}\n    + {after.strip()}"


def modules() -> list[Path]:
    """The modules under test; `__init__.py` only names what others have."""
    paths = [CORE / name for name in UNDER_TEST]
    files = [file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]
    return [file for file in files if file.name != "__init__.py"]


def mutants(path: Path) -> Iterator[Mutant]:
    """All mutants of a module, but for those of its annotations, which nothing runs."""
    nodes = list(ast_nodes(get_ast_from_path(path)))
    for name, operator in _operators().items():
        found = ((node, start) for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, (node, (line, column)) in enumerate(found):
            if not _annotates(node):
                yield Mutant(str(path), line, column, name, occurrence)


def sample(count: int, seed: int) -> list[Mutant]:
    """`count` mutants of different places: as many of each module as its share of places says, one at least."""
    rng = random.Random(seed)
    places: dict[Path, dict[tuple[str, int, int, str], list[Mutant]]] = {}
    for path in modules():
        for mutant in mutants(path):
            places.setdefault(path, {}).setdefault(mutant.place, []).append(mutant)
    everywhere = sum(map(len, places.values()))
    drawn: list[Mutant] = []
    for at in places.values():
        share = max(1, round(count * len(at) / everywhere))
        one_of_each = (rng.choice(at[place]) for place in rng.sample(sorted(at), len(at)))
        drawn += islice(filter(Mutant.lives, one_of_each), share)
    return drawn


@cache
def _operators() -> dict[str, object]:
    found = {name: plugins.get_operator(name) for name in plugins.operator_names() if _of_a_kind(name)}
    return {name: operator() for name, operator in found.items() if not operator.arguments()}


def _of_a_kind(name: str) -> bool:
    _, *exchanged = name.split("_")
    return "Delete" in exchanged or "Unary" in name or not exchanged or any(kind >= {*exchanged} for kind in KINDS)


def _annotates(node) -> bool:
    while (parent := node.parent) is not None:
        if node is {"tfpdef": parent.children[-1], "annassign": parent.children[1]}.get(parent.type):
            return True
        if parent.type == "funcdef" and node is parent.annotation:
            return True
        node = parent
    return False
