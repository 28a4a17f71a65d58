"""One visitor wants all the memory: tabs with the largest runs, a policy kept after each, and one model after the other.

    python -m tests.hostile.greedy --tabs 40 --models 6

prints how much memory the server takes before, at most and after, and what it said where it had no more to give; ends
with an error where nobody was refused a run.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

from tests.e2e.conftest import serving
from tests.hostile.tab import tab
from tests.hostile.visitors import LEAVES, server_of
from tests.hostile.vocabulary import write_model

# The largest adapter that a link can ask for, and as long a run as there is.
LARGEST = (
    "tune_rank=256&tune_targets=q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj"
    "&tune_texts=512&tune_tokens=100&tune_steps=10000"
)
HELD = 60.0  # seconds for which all tabs stay


async def begin(here, number):
    """Start a run in a tab; the sentence where it was refused."""
    await here.go("tune", f"seed={number}&prompt=the+movie+was&{LARGEST}")
    await here.until(lambda page: "Start" in page.buttons)
    await here.press("Start")
    return "" if "Stop" in here.buttons else next((said for said in here.words if "memory" in said), str(here.words))


async def keep(here):
    """Keep the policy of that run as often as it has another one; how many the tab holds, as it says."""
    for _ in range(3):
        await asyncio.sleep(HELD / 4)
        await here.look()
        if "Keep it" in here.buttons:
            await here.press("Keep it")
    return next((said for said in here.words if " kept. They live" in said), "")


async def load(here, folder):
    """Ask for a model; whatever the page offers for it is pressed."""
    await here.go("stage", f"model={folder}&prompt=the+movie&tokens=4")
    for label in [label for label in here.buttons if label.startswith("Load")]:
        await here.press(label)


async def greed(url, tabs, folders, report):
    """All of it at once; returns how many runs were refused."""
    process = server_of(url)
    taken = [process.memory_info().rss / 1e6]

    async def watch():
        while True:
            await asyncio.sleep(0.5)
            taken.append(process.memory_info().rss / 1e6)

    watching = asyncio.create_task(watch())
    async with AsyncExitStack() as stack:
        open_tabs = [await stack.enter_async_context(tab(url)) for _ in range(tabs + len(folders))]
        said = Counter([await begin(here, n) for n, here in enumerate(open_tabs[:tabs])])
        report(f"{said.pop('', 0)} runs begun in {tabs} tabs, {max(taken):.0f} MB at most; refused: {dict(said)}")
        report(f"kept: {Counter(await asyncio.gather(*map(keep, open_tabs[:tabs])))}, {max(taken):.0f} MB at most")
        await asyncio.gather(*map(load, open_tabs[tabs:], folders))
        await asyncio.sleep(HELD)
        report(f"{len(folders)} models asked for, {max(taken):.0f} MB at most")
    watching.cancel()
    await asyncio.sleep(LEAVES)
    async with tab(url) as last:  # a run of a page collects garbage
        await last.go("stage")
    report(f"before {taken[0]:.0f} MB, at most {max(taken):.0f}, after {process.memory_info().rss / 1e6:.0f}")
    return sum(said.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tabs", type=int, default=40)
    parser.add_argument("--models", type=int, default=6, help="of 150 MB each")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "log") as url:
        folders = [Path(folder) / f"model {n}" for n in range(asked.models)]
        for number, place in enumerate(folders):
            write_model(place, [], number, width=768, layers=4)
        refused = asyncio.run(greed(url, asked.tabs, folders, lambda line: print(line, flush=True)))
    if not refused:
        raise SystemExit("nobody was refused")


if __name__ == "__main__":
    main()
