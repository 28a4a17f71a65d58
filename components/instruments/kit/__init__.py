"""What every instrument is made of: how it is registered, and the small library that its modules import.

An instrument is a folder with a page, a style sheet and a module of the folder's name: mixer/mixer.html, .css and .js.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from components.instruments.drawing import DRAWING, joined

KIT = Path(__file__).parent
INSTRUMENTS = KIT.parent
IMPORT = re.compile(r'^import (\{[^;]*\}) from "([^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const|let) (\w+))", re.MULTILINE)
DEFAULT = re.compile(r"^export default ", re.MULTILINE)


@st.cache_resource(show_spinner=False)
def component(name: str, module: str = "") -> Callable[..., Any]:
    """The custom component in the folder `name`. Registered once for all visitors: it is the same for everybody. `module` is
    the one of that folder that runs the page, where it is not the folder's own."""
    page = INSTRUMENTS / name / f"{name}.html"
    return st.components.v2.component(
        f"one_loop_{name}_{module or 'itself'}",
        html=joined([page]),
        css=joined([DRAWING / "palette.css", KIT / "kit.css", page.with_suffix(".css")]),
        js=script(page.with_name(f"{module or name}.js")),
    )


def script(entry: Path, root: Path = INSTRUMENTS) -> str:
    """One module that exports what `entry` exports by default, with all that `entry` imports inside it.

    Streamlit imports what it is given from a blob: address, against which "./engine.js" means nothing. An address of its own
    for every module would do, but each loads at its own pace, and what an instrument is told late could be overtaken by what
    it was told before. So every module becomes a function here that hands out what it exports, and all run at once.
    Imports name what they take, stand at the beginning of a line, end with a semicolon and name files under `root` by
    relative paths. Raises ValueError for any other import and for a circle of them.
    """
    sources = modules(entry, root)
    linked = "\n".join(_enclosed(path, source) for path, source in sources.items())
    return f"const modules = {{}};\n{linked}\nexport default modules[{json.dumps(list(sources)[-1])}].default;\n"


def _enclosed(path: str, source: str) -> str:
    """A module as a function that runs at once; what it exports is kept under its path."""
    names = EXPORT.findall(source)
    body = EXPORT.sub("", source)
    if DEFAULT.search(body):
        body, names = DEFAULT.sub("const byDefault = ", body), [*names, "default: byDefault"]
    return f"modules[{json.dumps(path)}] = (() => {{\n{body}\nreturn {{ {', '.join(names)} }};\n}})();"


def modules(entry: Path, root: Path) -> dict[str, str]:
    """The texts of `entry` and of all that it imports, by path below `root`: each once, after those that it imports."""
    found: dict[str, str] = {}
    open_paths: list[Path] = []

    def visit(path: Path) -> str:
        name = path.relative_to(root).as_posix()
        if path in open_paths:
            raise ValueError(f"{name} imports itself, by way of {[other.name for other in open_paths]}")
        if name not in found:
            open_paths.append(path)

            def linked(match: re.Match[str]) -> str:
                if not match[2].startswith("."):
                    raise ValueError(f"{name} imports {match[2]}, which is no file of this project")
                return f"const {match[1]} = modules[{json.dumps(visit((path.parent / match[2]).resolve()))}];"

            found[name] = IMPORT.sub(linked, path.read_text(encoding="utf-8"))
            if unread := re.search(r"^(import|export [{*]).*", found[name], re.MULTILINE):
                raise ValueError(f"{name} says {unread[0]!r}, which is not understood here")
            open_paths.pop()
        return name

    visit(entry.resolve())
    return found
