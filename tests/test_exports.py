"""What a notebook imports: every package's public names, where they come from, and that they cost nothing unasked."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = [".".join(path.parent.relative_to(ROOT).parts) for path in sorted(ROOT.glob("mdp_core/**/__init__.py"))]
HEAVY = {"torch", "transformers", "gymnasium", "streamlit"}


def imported(package):
    """The names that the package's own file imports or defines, those for type checkers included."""
    tree = ast.parse((ROOT / Path(*package.split(".")) / "__init__.py").read_text(encoding="utf-8"))
    lines = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {alias.name: line.module for line in lines for alias in line.names}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there_and_is_what_a_type_checker_takes_it_for(package):
    module = importlib.import_module(package)
    assert list(module.__all__) == sorted(module.__all__, key=lambda n: (not n.isupper(), not n[0].isupper(), n))
    homes = imported(package)
    for name in module.__all__:
        found = getattr(module, name)
        if name in homes:
            assert found is getattr(sys.modules[homes[name]], name), name
    assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        module.nothing  # noqa: B018


def run(code):
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_name_is_no_module_where_a_module_has_the_same_and_was_imported_before():
    clashing = [
        (package, path.stem)
        for package in PACKAGES
        for path in (ROOT / Path(*package.split("."))).glob("*.py")
        if path.stem in importlib.import_module(package).__all__
    ]
    assert ("mdp_core.solvers", "policy_iteration") in clashing
    code = "import importlib, types\n"
    code += "".join(f"importlib.import_module('{package}.{name}')\n" for package, name in clashing)
    code += "".join(
        f"from {package} import {name}\nif isinstance({name}, types.ModuleType): print('{package}.{name}')\n"
        for package, name in clashing
    )
    assert run(code) == []


def test_no_package_brings_anything_heavy():
    assert run(f"import sys, {', '.join(PACKAGES)}; print(*{HEAVY!r} & set(sys.modules))") == []


def test_worlds_and_learners_bring_no_scipy():
    assert (
        run("import sys, mdp_core.grid, mdp_core.learners, mdp_core.rlhf; print(*{'scipy'} & set(sys.modules))") == []
    )
