"""python -m tests.mutation --sample 300 --seed 1: which small changes of the core do its tests not notice?

A parent that has everybody's libraries imported forks a child a mutant. The child imports the changed text in place of the
module, and runs the tests that mirror it, then those of its package; the first failure kills the mutant.
"""

import argparse
import importlib.abc
import importlib.util
import os
import resource
import signal
import sys
import tempfile
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
# What says that a change was noticed: a test that fails, a file that cannot be imported, work without an end, a crash.
NOTICED = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
NOTICED_SIGNALS = (signal.SIGXCPU, signal.SIGSEGV)
CPU_SECONDS = (
    300  # more than the tests of any package take, as `--control` tells; what takes longer goes round for ever
)
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
    """The mirroring file first, then the package's tests, those that name the module before the others, then all others'."""
    module = Path(path).relative_to(CORE)
    package = Path("tests/mdp_core") / module.parent
    mirror = package / f"test_{module.name}"
    beside = sorted(
        package.glob("test_*.py"), key=lambda file: (f".{module.stem} import" not in file.read_text(), file)
    )
    whole = package.with_name(f"test_{package.name}.py")
    return [str(file) for file in dict.fromkeys([mirror, *beside, whole]) if file.exists()] + list(SHARED)


def tried(texts: dict[str, str], tests: list[str], output: str = os.devnull) -> int:
    """The number of the child that runs the tests with these texts in place of modules. Its exit status is pytest's."""
    if child := os.fork():
        return child
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    torch.set_num_threads(1)
    told_to = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(told_to, 1)
    os.dup2(told_to, 2)
    sys.meta_path[:0] = [Changed(path, text) for path, text in texts.items()]
    told = pytest.main(["-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests], [WithoutDownloads()])
    os._exit(int(told))


def control(paths: list[str]) -> bool:
    """Whether every selection of tests passes where nothing is changed; without that, no death of a mutant means anything.

    Selections of one package hold the same files, so a package is tried once, all its modules read as mutants are.
    """
    packages: dict[frozenset[str], list[str]] = {}
    for path in paths:
        packages.setdefault(frozenset(tests_of(path)), []).append(path)
    passed = True
    for same in packages.values():
        with tempfile.NamedTemporaryFile("r") as output:
            tried({path: Path(path).read_text() for path in same}, tests_of(same[0]), output.name)
            _, status, used = os.wait3(0)
            last = output.read().strip().rpartition("\n")[2]
        passed &= status == 0
        became = "passed" if status == 0 else f"FAILED (status {status})"
        seconds = f"{used.ru_utime + used.ru_stime:.0f} of {CPU_SECONDS} s"
        print(f"{Path(same[0]).parent}, {len(same)} modules: {became}, {seconds}: {last}", flush=True)
    return passed


def verdict(status: int) -> str:
    """What became of a mutant, by the status of the child that tried it."""
    if os.WIFSIGNALED(status):
        return "killed" if os.WTERMSIG(status) in NOTICED_SIGNALS else "unclear"
    told = os.WEXITSTATUS(status)
    return "survived" if told == pytest.ExitCode.OK else "killed" if told in NOTICED else "unclear"


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    asked.add_argument("--sample", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", nargs="*", default=[], help="of the sample, what lies at these paths or at path:line")
    asked.add_argument("--control", action="store_true", help="change nothing: all tests have to pass")
    options = asked.parse_args()
    drawn = sample(options.sample, options.seed)
    if options.only:
        drawn = [mutant for mutant in drawn if {mutant.path, f"{mutant.path}:{mutant.line}"} & {*options.only}]
    if options.control:
        sys.exit(0 if control(list(dict.fromkeys(mutant.path for mutant in drawn))) else 1)
    at_work: dict[int, Mutant] = {}
    verdicts: Counter[str] = Counter()

    def wait() -> None:
        child, status = os.wait()
        mutant = at_work.pop(child)
        became = verdict(status)
        verdicts[became] += 1
        if became != "killed":
            print(became, mutant.change(), flush=True)

    for mutant in drawn:
        if len(at_work) >= BESIDE:
            wait()
        at_work[tried({mutant.path: mutant.source()}, tests_of(mutant.path))] = mutant
    while at_work:
        wait()
    print(f"{verdicts['killed']} of {verdicts.total()} mutants killed, {verdicts['unclear']} unclear")


if __name__ == "__main__":
    main()
