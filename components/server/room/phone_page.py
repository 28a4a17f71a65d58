"""The page that phones open: one HTML file with its styles and its script, and nothing from anywhere else."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "phone"
_SCRIPTS = ("kept.js", "curve.js", "phone.js")  # each may import from those before it
_MODULE = re.compile(r"^import [^;]*;\n|^export (?=class|function|const)", re.MULTILINE)


@cache
def phone_page() -> str:
    """The page, the same for every room: its script reads the room's code from the address."""
    return _read("phone.html").replace("/*styles*/", _styles()).replace("/*script*/", _script())


@cache
def phone_headers() -> dict[str, str]:
    """Its headers: the browser runs this script and no other, and sends nothing to anywhere else."""
    policy = (
        f"default-src 'none'; script-src '{_hashed(_script())}'; style-src '{_hashed(_styles())}'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",  # the code stays in the room
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }


@cache
def _styles() -> str:
    return _read("phone.css")


@cache
def _script() -> str:
    """Modules, so that they can be checked and tested one by one; as one script they need no imports."""
    return "(() => {\n'use strict';\n" + "".join(_MODULE.sub("", _read(name)) for name in _SCRIPTS) + "})();\n"


def _hashed(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
