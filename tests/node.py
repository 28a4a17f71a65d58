"""JavaScript engines, asked from Python: the same cases for both languages."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def engine(source: str) -> Callable[..., list[Any]]:
    """The module `source` of the project, with all that it imports; skips where Node is missing.

    Calling it with questions, each a list of a function's name and its arguments, gives the list of answers.
    """
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no node, and the engines' tests are part of it")
        pytest.skip("the engine is tested with Node, and there is none here")

    def ask(*questions: list[Any]) -> list[Any]:
        done = subprocess.run(
            [node, ROOT / "tests/engine_cases.mjs", ROOT / source],
            input=json.dumps(questions),
            capture_output=True,
            text=True,
            check=True,
            encoding="utf-8",
        )
        return json.loads(done.stdout)

    return ask
