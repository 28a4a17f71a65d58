"""A part of a file: what has arrived of a download that broke off. It is kept, and the next attempt asks for the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx2

PART = ".part"  # how the name of one ends


def complete(client: httpx2.Client, url: str, part: Path, size: int, report: Callable[[int], None]) -> None:
    """Ask `url` for what `part` lacks of `size` bytes until it has them; `report` hears the bytes that are there.

    A connection that breaks off is made anew as long as each one brings something. Whether these are the right bytes only a
    checksum says: where the file was another one meanwhile, its end stands behind the other's beginning. Raises
    httpx2.HTTPError, and ValueError for a file of another size.
    """
    part.parent.mkdir(parents=True, exist_ok=True)
    part.touch()
    while (before := part.stat().st_size) != size:
        try:
            _ask(client, url, part, size, report)
        except httpx2.TransportError:
            if part.stat().st_size <= before:
                raise


def _ask(client: httpx2.Client, url: str, part: Path, size: int, report: Callable[[int], None]) -> None:
    # Unbuffered: what a killed process had written is there. A child that outlives its parent by a moment writes the same
    # bytes to the same places as the next one.
    with part.open("r+b", buffering=0) as file:
        done = min(part.stat().st_size, size)
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
        with client.stream("GET", url, headers=headers, follow_redirects=True) as answer:
            answer.raise_for_status()
            if not answer.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
                done = 0  # it sends all of it, from the beginning
            file.seek(done)
            file.truncate()
            for piece in answer.iter_raw():
                done += len(piece)
                if done > size:
                    raise ValueError(f"more than {size} bytes at {url}")
                file.write(piece)
                report(done)
        if done < size:
            raise ValueError(f"{done} bytes in place of {size} at {url}")
