"""A hundred payloads wherever a text can be put, and a browser that looks whether any is more than text.

    python -m tests.hostile.browser --loads 25 --seed 1

starts the app and a Chromium, prints what was seen at every place, and ends with status 1 where a payload ran, was
drawn as markup, asked for another site, or reached the terminal of the server with a command for it. Places can be named:

links     every parameter of every page's link
talk      a talk file, on the projector and in the speaker's window
choices   files of choices on page Score, good and bad
adapters  files of adapters that are called like payloads
files     what the Stage offers to take along, pictures too
model     every page, its files and its pictures, with a language model whose tokens are payloads
room      a room's six steps with that model, and a question that is a payload
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS, serving
from tests.hostile.lecture import ask_in_a_room, hold_a_room
from tests.hostile.payloads import PAYLOADS
from tests.hostile.places import LINKS, open_adapter, open_choices, open_link, open_talk
from tests.hostile.saved import save_files, save_pictures, take_along
from tests.hostile.vocabulary import write_model
from tests.hostile.watch import PATIENCE, Watch, settled, tab, told_terminal

SPOKEN = 24  # payloads in a room, and options of a question, at once
PAGES = ("stage", "mdp", "return", "learn", "why", "score", "tune", "", "speaker")


@dataclass(frozen=True)
class Visit:
    """What a place needs."""

    browser: Browser
    url: str
    watch: Watch
    payloads: list[str]  # shuffled
    loads: int
    folder: Path

    @property
    def database(self) -> Path:
        """The rooms of this server."""
        return self.folder / "rooms.sqlite"


def links(here: Visit) -> None:
    """Every parameter of LINKS."""
    for link in LINKS:
        turns = cycle(here.payloads)
        with tab(here.browser, here.url, here.watch) as page:
            for _ in range(here.loads):
                open_link(page, here.watch, link, list(islice(turns, len(link[1]))))


def talk(here: Visit) -> None:
    """All payloads in two talks."""
    with tab(here.browser, here.url, here.watch) as page:
        open_talk(page, here.watch, here.payloads[:50])
        open_talk(page, here.watch, here.payloads[50:])


def choices(here: Visit) -> None:
    """All payloads in each file."""
    with tab(here.browser, here.url, here.watch) as page:
        open_choices(page, here.watch, here.payloads)


def adapters(here: Visit) -> None:
    """Eight at a time: a shelf holds no more."""
    for at in range(0, len(here.payloads), 8):
        with tab(here.browser, here.url, here.watch) as page:
            open_adapter(page, here.watch, here.payloads[at : at + 8])


def files(here: Visit) -> None:
    """A map's name in each."""
    for payload in here.payloads[: here.loads]:
        with tab(here.browser, here.url, here.watch) as page:
            take_along(page, here.watch, here.browser, payload, here.folder)


def model(here: Visit) -> None:
    """Whatever a page shows of what a model writes."""
    with _speaking(here) as url, tab(here.browser, url, here.watch) as page:
        for seed in range(max(here.loads // 5, 1)):
            for path in PAGES:
                page.goto(f"{url}/{path}?seed={seed}&prompt=the+movie&tokens=8&temperature=2")
                settled(page)
                here.watch.look(page, f"a model's words, /{path}")
        for path in ("stage", "return", "learn", "why"):
            page.goto(f"{url}/{path}?seed=3&prompt=the+movie&tokens=8")
            settled(page)
            if path == "stage":
                save_files(page, here.watch, here.browser, here.folder)
            save_pictures(page, here.watch, here.browser, here.folder, f"a model's words, /{path}")
        _tune(page, here)
        open_choices(page, here.watch, here.payloads[:12])


def _tune(page: Page, here: Visit) -> None:
    """A run, its film as a picture, and what came of it on the Stage beside what was."""
    page.goto("/tune?seed=3&prompt=the+movie&tune_texts=16&tune_tokens=4&tune_steps=3")
    settled(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("done after 3 of 3 updates")).to_be_visible(timeout=PATIENCE)
    settled(page)
    here.watch.look(page, "a model's words, a run")
    save_pictures(page, here.watch, here.browser, here.folder, "a model's words, a run")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Before and after").click()
    expect(page.locator(".stage")).to_be_visible(timeout=PATIENCE)
    settled(page)
    here.watch.look(page, "a model's words, before and after")


def room(here: Visit) -> None:
    """A room with the payloads' model, then questions to another."""
    with _speaking(here) as url:
        hold_a_room(here.browser, url, here.watch, here.folder)
    for at in range(0, len(here.payloads), SPOKEN):
        ask_in_a_room(here.browser, here.url, here.watch, here.database, here.payloads[at : at + SPOKEN])


def _speaking(here: Visit):  # type: ignore[no-untyped-def]
    """A server whose first model has payloads for words; its log is looked at by `main`."""
    spoken = here.folder / "model"
    write_model(spoken, here.payloads)
    database = f"sqlite:///{here.database}"
    return serving(here.folder / "a model's log", "--lm", str(spoken), ONE_LOOP_DATABASE=database)


WAYS: dict[str, Callable[[Visit], None]] = {
    "links": links,
    "talk": talk,
    "choices": choices,
    "adapters": adapters,
    "files": files,
    "model": model,
    "room": room,
}


def main() -> int:
    """Put them there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--loads", type=int, default=25, help="of every link; with 25 and four parameters all payloads are in it"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("ways", nargs="*", choices=[*WAYS, []], help="all, where none is named")
    options = parser.parse_args()
    watch, shuffled = Watch(), list(PAYLOADS)
    Random(options.seed).shuffle(shuffled)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        here = Path(folder)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving(here / "a log", ONE_LOOP_DATABASE=f"sqlite:///{here / 'rooms.sqlite'}") as url:
            for name in options.ways or WAYS:
                known = len(watch.wrong)
                try:
                    WAYS[name](Visit(browser, url, watch, shuffled, options.loads, here))
                except (AssertionError, Error):  # the other places are looked at all the same
                    watch.wrong.append(f"{name} did not come to its end:\n{traceback.format_exc()}")
                print(
                    "\n".join([*dict.fromkeys(watch.wrong[known:]), f"{name}: {len(watch.wrong) - known} wrong"]),
                    flush=True,
                )
        browser.close()
        for log in here.glob("*log"):
            told = [f"the terminal: {line}" for line in told_terminal(log.read_text(errors="replace"))]
            print("\n".join(told))
            watch.wrong += told
    for place, payloads in watch.seen.items():
        print(f"{place}: {len(payloads)} payloads seen as text")
    print(f"{len(watch.wrong)} things that are more than text")
    return bool(watch.wrong)


if __name__ == "__main__":
    sys.exit(main())
