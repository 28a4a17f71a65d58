"""An instrument as a file of its own: one HTML page that needs no server, no network and no Streamlit."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import tomllib
from functools import cache
from typing import Any

from components.instruments.drawing import DRAWING, joined
from components.instruments.kit import INSTRUMENTS, KIT, script

CONFIG = INSTRUMENTS.parents[1] / ".streamlit" / "config.toml"
VARIABLES = {  # the theme's names, and what Streamlit calls them in a component
    "backgroundColor": "--st-background-color",
    "textColor": "--st-text-color",
    "primaryColor": "--st-primary-color",
    "borderColor": "--st-border-color",
    "secondaryBackgroundColor": "--st-secondary-background-color",
}
ESCAPED = str.maketrans(
    {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
)  # what could end a script, or be read as markup

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {hash}; style-src 'unsafe-inline'; \
img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{theme}
:root {{ font-size: max(16px, min(1.25vw, 2.2222vh)); color-scheme: light dark; }}
/* A slide, of 960 by 700 say: a little smaller, so that what stands side by side in a window does so here, too. */
@media (min-width: 58rem) and (max-width: 66rem) {{ :root {{ font-size: 14px; }} }}
body {{ margin: 0; padding: 8px; background: var(--st-background-color); color: var(--st-text-color);
  font-family: var(--st-font); }}
</style>
</head>
<body>
<main id="instrument" aria-label="{title}"><noscript>This picture moves: it needs JavaScript.</noscript></main>
<template id="page"><style>
{css}
</style>
{page}
</template>
<script type="application/json" id="data">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""

# Stands in for Streamlit: hands the instrument its place and its data, and hears what nobody is there to answer.
START = """
const root = document.getElementById("instrument").attachShadow({ mode: "open" });
root.append(document.getElementById("page").content);
const nobody = () => {};
const show = () => instrument({
  parentElement: root,
  data: JSON.parse(document.getElementById("data").textContent),
  setStateValue: nobody,
  setTriggerValue: nobody,
});
show();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
"""


def standalone(name: str, data: dict[str, Any], *, title: str) -> str:
    """The instrument in the folder `name` with `data`, as one HTML page that opens from a disk and in a frame.

    Nothing in it may connect to anywhere, its pictures are made of what it holds, and no script may run but the one
    written here: its Content-Security-Policy names that by its hash. `data` and `title` may hold anything; `data` must be
    JSON (ValueError for NaN or infinity).
    """
    page = INSTRUMENTS / name / f"{name}.html"
    runs = _script(name)
    digest = base64.b64encode(hashlib.sha256(runs.encode()).digest()).decode()
    return PAGE.format(
        hash=f"'sha256-{digest}'",
        title=html.escape(title),
        theme=_theme(),
        css=joined([DRAWING / "palette.css", KIT / "kit.css", page.with_suffix(".css")]),
        page=joined([page]),
        data=embedded(data),
        script=runs,
    )


def embedded(data: object) -> str:
    """`data` as JSON that no HTML parser takes for anything but text."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(ESCAPED)


def _script(name: str) -> str:
    """The instrument's module and its start, one script. Its own text may not end it either."""
    linked = script(INSTRUMENTS / name / f"{name}.js").replace("\nexport default ", "\nconst instrument = ")
    return (linked + START).replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _theme() -> str:
    """The app's two themes as style rules, chosen by what the reader's system prefers."""
    theme = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]

    def rule(colours: dict[str, str]) -> str:
        return " ".join(f"{variable}: {colours[name]};" for name, variable in VARIABLES.items())

    light = f":root {{ {rule(theme['light'])} --st-font: {theme['font']}; }}"
    return f"{light}\n@media (prefers-color-scheme: dark) {{ :root {{ {rule(theme['dark'])} }} }}"
