"""One mutant on trial: a child process has the change and runs the tests that reach it."""

import importlib.abc
import importlib.util
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from tests.mutation.mutants import Mutant

CPU_SECONDS = 60  # a mutant that takes longer loops for ever: killed


@dataclass(frozen=True)
class Verdict:
    """`how` it ended: survived, killed, killed by time, or that no test reaches it."""

    mutant: Mutant
    how: str
    seconds: float

    def record(self) -> dict[str, object]:
        return asdict(self) | {"change": self.mutant.change()}


class Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports one module from a text instead of from its file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(self, fullname, path, target=None):
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, os.path.abspath(self.path), loader=self)

    def get_filename(self, fullname):
        return os.path.abspath(self.path)

    def get_data(self, path):
        return self.source.encode()
