"""Servers and helpers that are killed as `kill -9` does it, in the middle of what they do, again and again.

    python -m tests.hostile.killed --times 20

votes    phones vote while the server is killed and started again: every confirmed vote is in the database, none twice
saving   a model's folder is published over an older one: what is there afterwards is whole, the old one or the new one
tuning   a run is under way: the server comes back at once, and what it had begun is nobody's any more

A download and a conversion that are killed are in tests/mdp_core/tokens/sources/test_wheel.py, a tab whose run is gone in
tests/e2e/test_killed.py.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2

from components.server.room.store import RoomStore
from components.server.room.tables import open_database
from mdp_core.rlhf.votes import SAME
from mdp_core.tokens.sources.cache import MANIFEST, is_intact
from mdp_core.tokens.sources.progress import drain
from tests.components.server.room.phones import Lectern
from tests.components.server.room.processes import Server
from tests.hostile.server import ROOT, AppServer
from tests.hostile.tab import tab
from tests.listening import free_port

PUBLISH = """
import pathlib, shutil, sys
from mdp_core.tokens.sources.cache import publish
from mdp_core.tokens.sources.progress import drain
place, turn = pathlib.Path(sys.argv[1]), int(sys.argv[2])
while True:
    turn += 1
    made = place / "staging" / "model"
    shutil.rmtree(made.parent, ignore_errors=True)
    made.mkdir(parents=True)
    for name in "abc":
        (made / name).write_bytes(bytes([turn % 256]) * 300_000)
    drain(publish(made, place / "model", "it"))
    print(turn, flush=True)
"""


def votes(folder: Path, times: int, seed: int = 0) -> str:
    """Three phones vote without a pause while the server is killed and started again."""
    rng, database = random.Random(seed), f"sqlite:///{folder / 'rooms.sqlite'}"
    engine = open_database(database)
    store, running = RoomStore(engine), Server(database, folder / "log")
    confirmed: dict[tuple[str, int], int] = {}  # the highest turn that a phone was told is counted, by token and pair
    over, lock = threading.Event(), threading.Lock()
    try:
        with httpx2.Client(base_url=running.url, timeout=10) as client:
            lectern = Lectern(store, client)
            pairs = [pair.id for pair in lectern.ask_pairs([(f"good {i}", f"bad {i}") for i in range(6)])]
            phones = [lectern.phone() for _ in range(3)]

            def vote(phone) -> None:
                turn = 0
                while not over.is_set():
                    turn += 1
                    pair = pairs[turn % len(pairs)]
                    try:
                        counted = phone.vote(pair, SAME, turn=turn).get("counted", [])
                    except (httpx2.HTTPError, ValueError, AssertionError, KeyError):  # nobody there, or too fast
                        time.sleep(0.1)
                        continue
                    if turn in counted:
                        with lock:
                            confirmed[phone.token, pair] = turn
                    time.sleep(0.2)

            threads = [threading.Thread(target=vote, args=(phone,)) for phone in phones]
            for thread in threads:
                thread.start()
            for _ in range(times):
                time.sleep(rng.uniform(0.2, 1.0))
                running.kill()
                running = Server(database, folder / "log", running.port)
            time.sleep(1.0)
            over.set()
            for thread in threads:
                thread.join()
            kept = store.votes(lectern.room.id)
            numbers = store.phones(lectern.room.id, [phone.token for phone in phones], time.time())
    finally:
        over.set()
        running.stop()
        engine.dispose()
    turns = {(vote.phone, vote.pair): vote.turn for vote in kept}
    assert len(turns) == len(kept), "a vote is there twice"
    lost = {key: turn for key, turn in confirmed.items() if turns.get((numbers[key[0]], key[1]), 0) < turn}
    assert not lost, f"confirmed and lost: {lost}"
    assert confirmed, "nobody's vote was counted"
    return f"{len(kept)} votes are there, the last of turn {max(confirmed.values())}: none lost or double"


def saving(folder: Path, times: int, seed: int = 0) -> str:
    """A process publishes one folder after the other, and is killed."""
    rng, turn, without = random.Random(seed), 0, 0
    for _ in range(times):
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISH, str(folder), str(turn)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        turn = int(process.stdout.readline())
        time.sleep(rng.uniform(0, 0.05))
        process.kill()
        told = process.stdout.read().split()
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        turn = int(told[-1]) if told else turn
        model = folder / "model"
        if not model.exists():  # between the old one's leave and the new one's coming: it is made again then
            without += 1
            continue
        assert drain(is_intact(model, "it")), "half a folder is taken for a whole one"
        contents = {file.read_bytes() for file in model.iterdir() if file.name != MANIFEST}
        assert len(contents) == 1
        assert contents <= {bytes([n % 256]) * 300_000 for n in (turn, turn + 1)}
    return f"{times - without} times whole, {without} times none at all, never half"


def tuning(folder: Path, times: int) -> str:
    """The server of a run."""
    server = AppServer(free_port(), folder / "app log")

    async def begin() -> None:
        async with tab(server.url) as here:
            await here.go("tune", "tune_steps=1000")
            await here.until(lambda page: "Start" in page.buttons)
            await here.press("Start")
            assert "Stop" in here.buttons
            server.kill()

    async def look() -> None:
        async with tab(server.url) as here:
            await here.go("tune", "tune_steps=1000")
            await here.until(lambda page: "Start" in page.buttons)
            assert "Stop" not in here.buttons

    try:
        for _ in range(times):
            asyncio.run(begin())
            server.start()
            asyncio.run(look())
    finally:
        server.stop()
    return f"{times} times back, with nobody's run under way"


WAYS: dict[str, Callable[[Path, int], str]] = {"votes": votes, "saving": saving, "tuning": tuning}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("ways", nargs="*", choices=[*WAYS, []], help="all, where none is named")
    asked = parser.parse_args()
    for way in asked.ways or WAYS:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{way}: {WAYS[way](Path(folder), asked.times)}", flush=True)


if __name__ == "__main__":
    main()
