"""A moving picture: photographs of a run, one after another, as an animated GIF. Bytes in, bytes out."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDEST, TALLEST = 960, 1440  # pixels of a picture
MOST_PICTURES = 65
HEAVIEST_PICTURE = 2_000_000  # bytes of a PNG; the Stage's have 0.15 million
HEAVIEST = 5_000_000  # bytes of the file: what can be mailed and put on a slide

COLOURS = 256  # what a GIF has
FREQUENT = (
    128  # of them are the most frequent colours; the others stand for all the rest, and for what is seen but once
)
FINE = 6  # bits of red, green and blue by which colours are told apart
CELLS = 1 << 3 * FINE
AT_ONCE = 8192  # cells whose nearest colour is looked for in one go: noise has all of them
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)
UNREADABLE = "The browser sent a picture that cannot be read. Make the moving picture again."

Pixels = NDArray[np.uint8]


def read_picture(said: object) -> bytes:
    """The PNG that a browser `said` in base64, looked through: what comes back can be decoded and is no larger than
    WIDEST by TALLEST. Raises ValueError, with a sentence for the visitor, for everything else."""
    if not isinstance(said, str) or not said:
        raise ValueError("This browser cannot draw the picture.")
    if len(said) > HEAVIEST_PICTURE * 4 // 3 + 4:
        raise ValueError(f"A picture has more than {HEAVIEST_PICTURE / 1e6:.0f} MB, which is too much for a GIF.")
    try:
        png = base64.b64decode(said, validate=True)
    except ValueError as error:
        raise ValueError(UNREADABLE) from error
    _pixels(png)
    return png


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels of what `read_picture` gave."""
    return Image.open(io.BytesIO(png), formats=("PNG",)).size


def moving_picture(pngs: Sequence[bytes], milliseconds: Sequence[int]) -> bytes:
    """The GIF that shows each of `pngs` for so many `milliseconds`, multiples of 10, over and over again.

    All frames share one palette, so that nothing flickers that stands still. Neighbours that are the same become one frame,
    which lasts as long as both. Raises ValueError, with a sentence for the visitor: for no pictures or more than
    MOST_PICTURES, for pictures of several sizes or that cannot be read, and for a file of HEAVIEST bytes or more.
    """
    if len(pngs) != len(milliseconds):
        raise ValueError(f"{len(pngs)} pictures cannot have {len(milliseconds)} durations")
    if not 1 <= len(pngs) <= MOST_PICTURES:
        raise ValueError(f"A moving picture is made of 1 to {MOST_PICTURES} pictures, not of {len(pngs)}.")
    palette, index = _palette(pngs)

    def frames() -> Iterator[Image.Image]:
        for png in pngs:
            frame = Image.fromarray(index[_cells(_pixels(png))], "P")
            frame.putpalette(palette)
            yield frame

    coming, file = frames(), io.BytesIO()
    next(coming).save(
        file,
        "GIF",
        save_all=True,
        append_images=coming,
        duration=list(milliseconds),
        loop=0,
        optimize=False,
        disposal=1,
    )
    if file.tell() >= HEAVIEST:
        raise ValueError(
            f"The moving picture would have {file.tell() / 1e6:.1f} MB, and {HEAVIEST / 1e6:.0f} MB is the most. "
            "Take a shorter run or a smaller world."
        )
    return file.getvalue()


def _pixels(png: bytes) -> Pixels:
    """[height, width, 3]. How large it is, is known before anything is unpacked."""
    try:
        image = Image.open(io.BytesIO(png), formats=("PNG",))
    except BROKEN as error:
        raise ValueError(UNREADABLE) from error
    width, height = image.size
    if width > WIDEST or height > TALLEST:
        raise ValueError(f"A picture of {width} by {height} pixels is too large: {WIDEST} by {TALLEST} is the most.")
    try:
        return np.asarray(image.convert("RGB"))
    except BROKEN as error:
        raise ValueError(UNREADABLE) from error


def _cells(pixels: Pixels) -> NDArray[np.int32]:
    """[height, width], each in [0, CELLS): colours that nobody tells apart are in one cell."""
    red, green, blue = (pixels[..., channel].astype(np.int32) >> 8 - FINE for channel in range(3))
    return (red << 2 * FINE) | (green << FINE) | blue


def _palette(pngs: Sequence[bytes]) -> tuple[list[int], NDArray[np.uint8]]:
    """The colours, red, green and blue in turn, and [CELLS] which of them stands for a cell."""
    counts, sums, first = np.zeros(CELLS), np.zeros((3, CELLS)), (0, 0)
    for png in pngs:
        pixels = _pixels(png)
        first = first if any(first) else pixels.shape[:2]
        if pixels.shape[:2] != first:
            raise ValueError("The pictures have several sizes. Make the moving picture again.")
        cells = _cells(pixels).reshape(-1)
        counts += np.bincount(cells, minlength=CELLS)
        for channel in range(3):
            sums[channel] += np.bincount(cells, pixels[..., channel].reshape(-1), minlength=CELLS)
    seen = np.flatnonzero(counts)
    seen = seen[np.argsort(-counts[seen], kind="stable")]
    colours = np.rint(sums[:, seen] / counts[seen]).T  # [seen, 3], the most frequent ones first
    chosen = (
        colours[:COLOURS] if len(seen) <= COLOURS else np.concatenate([colours[:FREQUENT], _spread(colours[FREQUENT:])])
    )
    index = np.zeros(CELLS, np.uint8)
    for begin in range(0, len(seen), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        index[seen[part]] = ((chosen**2).sum(-1) - 2 * colours[part] @ chosen.T).argmin(-1)  # the nearest one
    return chosen.astype(int).reshape(-1).tolist(), index


def _spread(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """[COLOURS - FREQUENT, 3] that lie among `colours` [N, 3], wherever there are some: by median cut."""
    row = Image.fromarray(colours.astype(np.uint8)[None], "RGB").quantize(COLOURS - FREQUENT, Image.Quantize.MEDIANCUT)
    return np.array(row.getpalette(), float).reshape(-1, 3)[: COLOURS - FREQUENT]
