"""A package's public names, each imported when it is first asked for: `import mdp_core.rlhf` stays light."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any


def on_demand(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], Iterable[str]]]:
    """The `__getattr__` and `__dir__` of `package` (PEP 562): `homes[module]` are the names that this module of it has,
    separated by spaces. A name must not be that of a module of the package: the module would be found in its place."""
    home = {name: module for module, names in homes.items() for name in names.split()}

    def look_up(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(f"{package}.{home[name]}"), name)
        setattr(sys.modules[package], name, found)
        return found

    return look_up, lambda: sorted({*vars(sys.modules[package]), *home})
