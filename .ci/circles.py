"""Find circles of imports between files, those inside functions and for type checkers included: `python .ci/circles.py`."""

from __future__ import annotations

import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

PACKAGES = ("mdp_core", "components")


def circle() -> list[str]:
    """The files of one circle, the first of them again at the end; empty where there is none."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    found = circle()
    sys.exit(f"a circle of imports: {' <- '.join(found)}" if found else 0)
