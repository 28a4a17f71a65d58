"""What pages and instruments draw with: the palette, numbers for the eye, tables and plots."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

DRAWING = Path(__file__).parent


def joined(files: Iterable[Path]) -> str:
    """The texts of `files`, one after the other: styles that share one sheet."""
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
