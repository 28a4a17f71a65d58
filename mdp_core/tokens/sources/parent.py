"""The parent of a child process, as the child sees it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any, NoReturn


def obey() -> None:
    """End in order when the parent says so or is gone: `finally` runs, so that no half-written file stays.

    The parent holds the other end of standard input; it closes with the parent, however that ended.
    """
    signal.signal(signal.SIGTERM, lambda number, frame: _leave())

    def watch() -> None:
        while os.read(0, 1024):  # not sys.stdin, whose lock a thread must not hold while the interpreter ends
            pass
        if hasattr(signal, "pthread_kill") and (main := threading.main_thread().ident) is not None:
            signal.pthread_kill(main, signal.SIGTERM)  # to the thread that waits for the network, not to this one
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def tell(**message: Any) -> None:
    """One line of JSON to the parent."""
    print(json.dumps(message), flush=True)


def _leave() -> NoReturn:
    sys.exit(128 + signal.SIGTERM)
