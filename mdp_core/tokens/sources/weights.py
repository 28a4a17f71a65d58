"""Weights: what the headers of safetensors files say about themselves, read without loading a tensor.

The format: eight bytes, the header's length N as a little-endian integer; N bytes of JSON, which give each tensor's dtype,
shape and `data_offsets`; then the data. https://github.com/huggingface/safetensors
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_HEADER = 100_000_000  # bytes; the format's own limit
BITS = {
    "F64": 64,
    "I64": 64,
    "U64": 64,
    "F32": 32,
    "I32": 32,
    "U32": 32,
    "F16": 16,
    "BF16": 16,
    "I16": 16,
    "U16": 16,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "I8": 8,
    "U8": 8,
    "BOOL": 8,
}


class DamagedWeights(ValueError):  # noqa: N818 - internal; the folder's check turns it into a sentence for the visitor
    """A file that is not what its header says."""


@dataclass(frozen=True)
class Weights:
    """The tensors of one or several safetensors files."""

    shapes: Mapping[str, tuple[int, ...]]
    size: int  # bytes of the files

    @property
    def parameters(self) -> int:
        """How many numbers there are in all tensors."""
        return sum(math.prod(shape) for shape in self.shapes.values())


def read_weights(files: Iterable[Path]) -> Weights:
    """The tensors of all `files` together. Raises DamagedWeights; OSError as `open` does."""
    shapes: dict[str, tuple[int, ...]] = {}
    size = 0
    for file in files:
        size += file.stat().st_size
        shapes |= _shapes(file)
    return Weights(shapes, size)


def _shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """Raises DamagedWeights unless the tensors fill the file from the header to its last byte, without gap or overlap."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > min(size - 8, MAX_HEADER):
            raise DamagedWeights(f"{file.name} ends inside its header")
        text = stream.read(length)
    try:
        header = json.loads(text)
        tensors = {name: _tensor(entry) for name, entry in header.items() if name != "__metadata__"}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DamagedWeights(f"{file.name} has a header that cannot be read") from error
    end = 0
    for start, stop, _ in sorted(tensors.values()):
        if start != end:
            raise DamagedWeights(f"{file.name} has tensors that overlap or leave gaps")
        end = stop
    if 8 + length + end != size:
        raise DamagedWeights(f"{file.name} has {size:,} bytes where its header says {8 + length + end:,}")
    return {name: shape for name, (_, _, shape) in tensors.items()}


def _tensor(entry: Any) -> tuple[int, int, tuple[int, ...]]:
    """(start, stop, shape). Raises ValueError, KeyError or TypeError for what is no tensor's entry."""
    shape = tuple(entry["shape"])
    start, stop = entry["data_offsets"]
    if not all(type(number) is int and number >= 0 for number in (*shape, start, stop)):
        raise ValueError("not whole numbers")
    if (stop - start) * 8 != math.prod(shape) * BITS[entry["dtype"]]:
        raise ValueError("shape and offsets disagree")
    return start, stop, shape
