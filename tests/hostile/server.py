"""A server of the app that is killed as `kill -9` does it, and started again where it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.listening import until_it_answers

ROOT = Path(__file__).parents[2]


class AppServer:
    """One process on a port of its own; whatever is said of a base path, it is that of `--server.baseUrlPath`."""

    def __init__(self, port: int, log: Path, *options: str, base: str = "", **environ: str) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}/{base}".rstrip("/")
        self._log = log
        self._command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        self._command += ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.baseUrlPath", base]
        self._command += options
        self._environ = os.environ | environ
        self.start()

    def start(self) -> None:
        """Begin, and wait until it answers."""
        with self._log.open("a") as out:
            self.process = subprocess.Popen(self._command, cwd=ROOT, stdout=out, stderr=out, env=self._environ)
        until_it_answers(f"{self.url}/_stcore/health", self.process, self._log)

    def kill(self) -> None:
        """Without a word: nothing is tidied up."""
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> None:
        """As a host does it."""
        self.process.terminate()
        self.process.wait(20)
