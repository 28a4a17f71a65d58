"""The palette in Python: the same colours, read from the sheet that the components are drawn by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import streamlit as st

Concept = Literal[
    "state", "policy", "action", "transition", "reward", "loss", "value", "quiet", "ink", "ground", "line"
]

_SHEET = (Path(__file__).parent / "palette.css").read_text(encoding="utf-8")


def _colours(selector: str) -> Mapping[str, str]:
    """The concepts' colours in the first rule of that selector."""
    _, _, rule = _SHEET.partition(f"{selector} {{")
    colours = re.findall(r"--([a-z]+):\s*(#[0-9a-f]{6});", rule.partition("}")[0])
    return MappingProxyType(dict(colours))


LIGHT = _colours(".drawing")
DARK = MappingProxyType({**LIGHT, **_colours(".drawing.dark")})


THEMES = {"ink": "text", "ground": "background", "line": "border"}  # Streamlit's names of what the theme says


def is_dark() -> bool:
    """Whether this visitor's page has a dark ground."""
    return st.context.theme.type == "dark"


def tone(concept: Concept) -> str:
    """The concept's colour on this visitor's ground, as #rrggbb. `ink`, `ground` and `line` are the page's own, `quiet` is
    ink thinned out.
    """
    if concept == "quiet":
        return _mixed(tone("ink"), tone("ground"), 0.72)
    if concept in THEMES:
        return str(st.get_option(f"theme.{'dark' if is_dark() else 'light'}.{THEMES[concept]}Color"))
    return (DARK if is_dark() else LIGHT)[concept]


def _mixed(one: str, other: str, share: float) -> str:
    """As color-mix in sRGB does it."""
    parts = (share * int(one[i : i + 2], 16) + (1 - share) * int(other[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def faint(colour: str, alpha: float = 0.2) -> str:
    """A colour #rrggbb for an area that others are seen through."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},{alpha})"


def variables() -> str:
    """A style sheet that gives all of the page the palette of this visitor's ground: var(--state) and so on.

    A visitor's theme may change between two runs: where the browser can choose, it follows the page's own colour scheme.
    """
    light, dark = _page(LIGHT, "light"), _page(DARK, "dark")
    both = {name: f"light-dark({light[name]}, {dark[name]})" for name in light}
    chosen = f"@supports (color: light-dark(red, red)) {{ .stApp {_rule(both)} }}"
    return f":root {_rule(dark if is_dark() else light)} {chosen}"


def _page(concepts: Mapping[str, str], ground: Literal["light", "dark"]) -> dict[str, str]:
    """The concepts' colours and the page's own."""
    theirs = {name: str(st.get_option(f"theme.{ground}.{option}Color")) for name, option in THEMES.items()}
    quiet = _mixed(theirs["ink"], theirs["ground"], 0.72)
    on_primary = theirs["ground"]  # what is written on a primary button
    return {**concepts, "ground": theirs["ground"], "line": theirs["line"], "quiet": quiet, "on-primary": on_primary}


def _rule(colours: Mapping[str, str]) -> str:
    return "{" + "".join(f" --{name}: {colour};" for name, colour in colours.items()) + " }"
