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
IMPORT = re.compile(r'^(import [^;]* from )"([^"]+)";$', re.MULTILINE)

# Streamlit imports what it is given from a blob: address, against which "./engine.js" means nothing. So every module gets
# such an address of its own, those that it imports first, and its imports are turned into these addresses.
LOADER = """\
const sources = %s;
const urls = {};
for (const [path, source] of Object.entries(sources)) {
  const linked = source.replace(/ from "module:(.*?)"/g, (_, path) => ` from "${urls[path]}"`);
  urls[path] = URL.createObjectURL(new Blob([`${linked}\\n//# sourceURL=one-loop/${path}`], { type: "text/javascript" }));
}
export default (await import(urls[%s])).default;
"""


@st.cache_resource(show_spinner=False)
def component(name: str) -> Callable[..., Any]:
    """The custom component in the folder `name`. Registered once for all visitors: it is the same for everybody."""
    page = INSTRUMENTS / name / f"{name}.html"
    return st.components.v2.component(
        f"one_loop_{name}",
        html=joined([page]),
        css=joined([DRAWING / "palette.css", KIT / "kit.css", page.with_suffix(".css")]),
        js=script(page.with_suffix(".js")),
    )


def script(entry: Path, root: Path = INSTRUMENTS) -> str:
    """One module that exports what `entry` exports by default, with all that `entry` imports inside it.

    Imports stand at the beginning of a line, end with a semicolon and name files under `root` by relative paths. Raises
    ValueError for any other import and for a circle of them.
    """
    sources = modules(entry, root)
    return LOADER % (json.dumps(sources), json.dumps(list(sources)[-1]))


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
                return f'{match[1]}"module:{visit((path.parent / match[2]).resolve())}";'

            found[name] = IMPORT.sub(linked, path.read_text(encoding="utf-8"))
            open_paths.pop()
        return name

    visit(entry.resolve())
    return found
