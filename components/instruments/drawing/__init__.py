"""What the custom components draw with: the palette, numbers for the eye, the cells of a map."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

DRAWING = Path(__file__).parent


def joined(files: Iterable[Path]) -> str:
    """The texts of `files`, one after the other: scripts that share one module, styles that share one sheet.

    No build step and no installed package is needed for that.
    """
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
