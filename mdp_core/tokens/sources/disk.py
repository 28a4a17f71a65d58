"""The disk: is there room, and what to say when there was not."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mdp_core.tokens.sources.errors import DiskFull, NotAllowed

SPARE = 200_000_000  # bytes that are left to everybody else


def require_room(folder: Path, size: int) -> None:
    """Raises DiskFull unless `size` bytes, and SPARE more, fit on the disk that `folder` is or will be on."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < size + SPARE:
        missing = (size + SPARE - free) / 1e6
        raise DiskFull(
            f"The disk has no room for this model: it takes {size / 1e6:.0f} MB, and {max(missing, 1):.0f} MB are "
            "missing; free some, or take Pocket."
        )


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turns the errors of a full or closed disk into DiskFull and NotAllowed; others pass as they are."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full() from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise NotAllowed(
                f"One Loop may not write to its cache {folder}; name another folder in ONE_LOOP_CACHE, or take Pocket."
            ) from error
        raise


def disk_full() -> DiskFull:
    """The error for a disk that filled up in the middle."""
    return DiskFull("The disk filled up in the middle, and nothing half-written was kept; free some, or take Pocket.")


def is_full(text: str) -> bool:
    """True where a child's output says that its disk was full."""
    return "No space left on device" in text or "Disk quota exceeded" in text or "not enough space on the disk" in text
