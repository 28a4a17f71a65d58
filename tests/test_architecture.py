"""The tree is the architecture: imports go one way, and light modules stay light."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_imports_go_one_way():
    checked = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout
    assert "4 kept, 0 broken" in checked.stdout


@pytest.mark.parametrize(
    "module",
    [
        "mdp_core.stage.grid",
        "mdp_core.link",
        "mdp_core.solvers.solution",
        "mdp_core.tokens.sources",
        "mdp_core.rlhf.algorithms",
    ],
)
def test_what_the_first_picture_needs_brings_nothing_heavy(module):
    code = f"import sys, {module}; sys.exit(' '.join({{'torch', 'transformers', 'streamlit'}} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert loaded.stderr.strip() == ""
