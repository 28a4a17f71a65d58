"""python -m tests.mutation --sample 300 --seed 1: which small changes of the core do its tests not notice?

A parent that has everybody's libraries imported forks a child a mutant. The child imports the changed text in place of the
module, and runs the tests that mirror it, then those of its package; the first failure kills the mutant.
"""

import argparse
import importlib.abc
import importlib.util
import os
import resource
import sys
from collections import Counter
from pathlib import Path

import hypothesis
import numpy
import pytest
import scipy.sparse.linalg
import torch
import transformers

from tests.mutation.mutants import CORE, Mutant, sample

WARM = (hypothesis, numpy, scipy.sparse.linalg, torch, transformers)
SHARED = ("tests/mdp_core/test_data.py", "tests/published", "tests/test_contracts.py")
CPU_SECONDS = 120  # what takes longer goes round for ever, and that is noticed
BESIDE = 2  # children at once


class Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports one module from a text in place of its file."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = str(Path(path).absolute()), source
        self.name = path.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname, path, target=None):
        return (
            importlib.util.spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None
        )

    def get_filename(self, fullname):
        return self.path

    def get_data(self, path):
        return self.source.encode()


class WithoutDownloads:
    """Leaves out what needs a model from the network."""

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if "smollm2" not in getattr(item, "fixturenames", ())]


def tests_of(path: str) -> list[str]:
    """The mirroring file first, then the tests of the package, then what holds for all."""
    module = Path(path).relative_to(CORE)
    package = Path("tests/mdp_core") / module.parent
    mirror = package / f"test_{module.name}"
    beside = sorted(package.glob("test_*.py"))
    return [str(file) for file in dict.fromkeys([mirror, *beside]) if file.exists()] + list(SHARED)


def tried(mutant: Mutant) -> int:
    """The number of the child that tries it. The child's exit status is pytest's: 0 where nobody noticed."""
    if child := os.fork():
        return child
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.meta_path.insert(0, Changed(mutant.path, mutant.source()))
    told = pytest.main(["-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests_of(mutant.path)], [WithoutDownloads()])
    os._exit(int(told))


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    asked.add_argument("--sample", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    at_work: dict[int, Mutant] = {}
    verdicts: Counter[str] = Counter()

    def wait() -> None:
        child, status = os.wait()
        mutant = at_work.pop(child)
        verdicts["survived" if status == 0 else "killed"] += 1
        if status == 0:
            print(mutant.change(), flush=True)

    for mutant in sample(options.sample, options.seed):
        if len(at_work) >= BESIDE:
            wait()
        at_work[tried(mutant)] = mutant
    while at_work:
        wait()
    print(f"{verdicts['killed']} of {verdicts.total()} mutants killed")


if __name__ == "__main__":
    main()
