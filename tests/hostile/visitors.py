"""Visitors come, play, tune and leave, round after round: how much memory the server takes after each round, and at the end.

    python -m tests.hostile.visitors --visitors 20 --rounds 30

Everything that a visitor asks for is different from what all others ask for: nothing is shared, and every cache fills.
Ends with an error where the last rounds still took more, once those before had filled what is bounded.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import psutil

from tests.e2e.conftest import serving
from tests.hostile.tab import tab

PROMPTS = ("the movie was", "i love", "the story", "this film is", "it was", "the acting")
LEAVES = 150.0  # seconds after which nothing of a closed tab is kept: Streamlit keeps a session for 120
MOST = 0.15  # of the memory: what the second half of the rounds may add to it


async def visit(url, number):
    """One visitor: looks at the Stage three times, tunes, keeps the policy, leaves; every fifth in another run."""
    prompt = PROMPTS[number % len(PROMPTS)].replace(" ", "+")
    async with tab(url) as here:
        for look in range(3):
            await here.go("stage", f"seed={number * 3 + look}&prompt={prompt}&tokens=24")
        await here.go("tune", f"seed={number}&prompt={prompt}&tune_texts=8&tune_tokens=8&tune_steps=2")
        await here.until(lambda page: "Start" in page.buttons)
        await here.press("Start")
        await here.until(lambda page: "Stop" not in page.buttons and "Start" in page.buttons)
        await here.press("Keep it")
        if number % 5 == 0:
            await here.go("tune", f"seed={number}&prompt={prompt}&tune_texts=16&tune_tokens=8&tune_steps=1000")
            await here.press("Start")


def server_of(url):
    """The process that listens there."""
    port = int(url.rpartition(":")[2])
    for child in psutil.Process().children():
        if any(one.laddr.port == port for one in child.net_connections("tcp") if one.status == psutil.CONN_LISTEN):
            return child
    raise LookupError(url)


async def rounds(url, visitors, count, report):
    """Megabytes of the server after each round, and after the last one has been forgotten."""
    process, taken = server_of(url), []
    for turn in range(count):
        began = time.monotonic()
        await asyncio.gather(*(visit(url, turn * visitors + one) for one in range(visitors)))
        taken.append(process.memory_info().rss / 1e6)
        report(
            f"round {turn + 1}: {taken[-1]:.0f} MB, {process.num_threads()} threads, {time.monotonic() - began:.0f} s"
        )
    await asyncio.sleep(LEAVES)
    async with tab(url) as last:  # a run of a page collects garbage
        await last.go("stage")
    report(
        f"after {LEAVES:.0f} s without anybody: {process.memory_info().rss / 1e6:.0f} MB, "
        f"{process.num_threads()} threads"
    )
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "log") as url:
        asyncio.run(visit(url, 10**6))  # what everybody shares is there
        print(f"one visitor: {server_of(url).memory_info().rss / 1e6:.0f} MB", flush=True)
        taken = asyncio.run(rounds(url, asked.visitors, asked.rounds, lambda line: print(line, flush=True)))
    middle = taken[len(taken) // 2]
    if taken[-1] > middle * (1 + MOST):
        raise SystemExit(f"{taken[-1]:.0f} MB after the last round, {middle:.0f} after half of them")


if __name__ == "__main__":
    main()
