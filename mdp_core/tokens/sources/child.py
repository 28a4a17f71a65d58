"""A child process that reports while it runs and that is ended when nobody waits for it any more."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import mdp_core
from mdp_core.tokens.sources.progress import TICK, Loading, Progress

TAIL = 400  # lines of its output that are kept
GRACE = 3.0  # seconds to clear up after being asked to end

_running: set[subprocess.Popen[str]] = set()


class Stalled(Exception):  # noqa: N818 - internal; whoever starts a child turns it into a sentence for the visitor
    """The child was ended because nothing moved any more."""


@dataclass(frozen=True)
class Ended:
    """How a child ended, and the last lines that it wrote."""

    code: int
    output: tuple[str, ...]  # standard output
    errors: tuple[str, ...]  # standard error


def run(
    command: Sequence[str],
    report: Callable[[str], Progress],
    *,
    patience: float,
    extra: Mapping[str, str] | None = None,
) -> Loading[Ended]:
    """Run `command` and yield `report(its last line of output)` every TICK until it ends; `extra` joins its environment.

    Raises Stalled when `report` has not changed for `patience` seconds. Closing the generator ends the child, and the
    children of the child where the system has process groups; its standard input is then at its end, too, so that a
    child that reads it notices even when this process was killed.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**_environ(), **(extra or {})},
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    _running.add(process)
    output, errors = deque[str](maxlen=TAIL), deque[str](maxlen=TAIL)
    readers = [_reader(process.stdout, output), _reader(process.stderr, errors)]
    seen, since = None, time.monotonic()
    try:
        while process.poll() is None:
            progress = report(output[-1] if output else "")
            if progress != seen:
                seen, since = progress, time.monotonic()
            elif time.monotonic() - since > patience:
                raise Stalled
            yield progress
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(TICK)
        for reader in readers:
            reader.join(GRACE)
        return Ended(process.returncode, tuple(output), tuple(errors))
    finally:
        _end(process)


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs `module` in this Python; -P: and nothing that happens to lie in the current folder."""
    return [sys.executable, "-P", "-m", module, *arguments]


def message(line: str) -> dict[str, Any]:
    """A child's line of JSON; empty for a line that is none, since libraries may print, too."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _environ() -> dict[str, str]:
    """The surroundings of a child that imports this package and the hub's library: no telemetry, no account, no bars."""
    package = str(Path(mdp_core.__file__).parents[1])
    return {
        "HF_HUB_DOWNLOAD_TIMEOUT": "15",
        "HF_HUB_ETAG_TIMEOUT": "10",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")])),
        "PYTHONIOENCODING": "utf-8",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",  # the host's account is not the visitor's
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1",  # one plain way to download, which reports and which can be ended
    }


def _reader(pipe: IO[str] | None, lines: deque[str]) -> threading.Thread:
    def read() -> None:
        assert pipe is not None
        with contextlib.suppress(ValueError, OSError), pipe:
            lines.extend(line.rstrip("\n") for line in pipe)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _end(process: subprocess.Popen[str]) -> None:
    """Ask it to end, then make it end; does nothing where it has ended."""
    for sign in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, sign)
                else:
                    process.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    _running.discard(process)


@atexit.register
def _end_all() -> None:
    for process in list(_running):
        _end(process)
