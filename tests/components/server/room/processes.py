"""Server processes with nothing but the phones' addresses, to be shared, killed and started again."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests.listening import free_port, until_it_answers

ROOT = Path(__file__).parents[4]
# The administrator may write everywhere: a server that shall meet a file's mode is started without that right.
AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


class Server:
    """One process on a port of its own."""

    def __init__(self, database, log, port=None, start=()):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log.open("a")
        command = [sys.executable, "-m", "uvicorn", "tests.components.server.room.rooms_app:app", "--no-access-log"]
        self.process = subprocess.Popen(
            [*start, *command, "--host", "127.0.0.1", "--port", str(self.port)],
            cwd=ROOT,
            env=os.environ | {"ONE_LOOP_DATABASE": database},
            stdout=self._log,
            stderr=self._log,
        )
        until_it_answers(f"{self.url}/r", self.process, log)

    def kill(self):
        """As `kill -9` does it: nothing is tidied up."""
        self.process.kill()
        self.process.wait(20)
        self._log.close()

    def stop(self):
        """As a host does it."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self._log.close()


@contextmanager
def server(database, log, port=None, start=()):
    """A server over that database, for as long as it is needed."""
    running = Server(database, log, port, start)
    try:
        yield running
    finally:
        running.stop()
