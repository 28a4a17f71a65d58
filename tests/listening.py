"""Processes that listen: a free port for one, and the wait until it answers."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 120  # seconds for a start on cores that other tests may use


def free_port() -> int:
    """One on loopback that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until there is an answer at `address`. Raises AssertionError with the end of its log where none comes."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-2000:]}")
