"""A room whose texts are a hostile model's, from the pairs to the files, and a question written into its database."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import serving
from tests.e2e.rooms import open_room, press
from tests.hostile.saved import saved
from tests.hostile.watch import PATIENCE, Watch, settled, tab

PHONES = 3  # so that a pair has the votes to be told of
TAPS = 14  # of each phone: together more than there are pairs, so that all three meet at some


def step(projector: Page, watch: Watch, name: str) -> None:
    """Go to that step of the room, and look."""
    place = projector.locator("[class*=st-key-room_step]").get_by_text(name, exact=True)
    expect(place).to_have_count(1, timeout=PATIENCE)  # while a step is entered, the row is there twice
    place.click()
    settled(projector)
    watch.look(projector, f"room, {name}")


def vote(phones: Sequence[Page], watch: Watch, times: int, before: int) -> None:
    """Every phone answers `times` times, having answered `before` times already: most alike, one now and then not."""
    for phone in phones:
        expect(phone.locator("#how-many")).to_have_text(re.compile("^0 of"), timeout=PATIENCE)
    for n in range(before + 1, before + times + 1):
        for i, phone in enumerate(phones):
            text = phone.locator("#pairs:not([hidden]):not(.fresh)")
            expect(text).to_be_visible(timeout=PATIENCE)
            watch.look(phone, "room, a phone")
            text.locator("#second" if i == n % (2 * PHONES) else "#first").click()
            expect(phone.locator("#status")).to_have_text(f"{n} answer{'s' * (n > 1)} counted.", timeout=PATIENCE)


def hold_a_room(browser: Browser, url: str, watch: Watch, folder: Path) -> None:
    """All six steps on a server whose model says payloads, looked at on the screen and on three phones."""
    projector, code = open_room(browser, url, "tokens=4&temperature=1&prompt=the+movie")
    watch.attend(projector)
    with ExitStack() as stack:
        phones = [stack.enter_context(tab(browser, url, watch)) for _ in range(PHONES)]
        for phone in phones:
            phone.set_viewport_size({"width": 320, "height": 640})
            phone.goto(f"{url}/r/{code}")
            expect(phone.get_by_role("heading", name="Look at the screen")).to_be_visible(timeout=PATIENCE)
        step(projector, watch, "2 Vote")
        press(projector, "Let the model write 24 pairs")
        press(projector, "Start voting")
        vote(phones, watch, TAPS, 0)
        press(projector, "Stop voting")
        expect(projector.get_by_text("Most of one mind")).to_be_visible(timeout=PATIENCE)
        watch.look(projector, "room, 2 Vote")
        step(projector, watch, "3 Taste")
        expect(projector.get_by_text("It ranks last")).to_be_visible(timeout=PATIENCE)
        watch.look(projector, "room, 3 Taste")
        step(projector, watch, "4 Tune")
        steps = projector.get_by_label("steps")
        steps.fill("2")
        steps.press("Enter")
        press(projector, "Tune on the room")
        expect(projector.get_by_text("By the reward model, the mean score went")).to_be_visible(timeout=PATIENCE)
        settled(projector)
        watch.look(projector, "room, 4 Tune")
        step(projector, watch, "5 Before or after?")
        press(projector, "Write texts of before and after")
        press(projector, "Start voting")
        vote(phones, watch, 2, TAPS)
        press(projector, "Stop voting")
        expect(projector.get_by_text("Win rate:").first).to_be_visible(timeout=PATIENCE)
        expect(projector.locator(".versus")).to_be_visible(timeout=PATIENCE)
        watch.look(projector, "room, 5 Before or after?")
        step(projector, watch, "6 Take along")
        _take_votes(projector, watch, folder)
        press(projector, "Open them on page Score")
        expect(projector.get_by_text("Loaded:").first).to_be_visible(timeout=PATIENCE)
        settled(projector)
        watch.look(projector, "room, its choices on page Score")
    projector.context.close()


def _take_votes(projector: Page, watch: Watch, folder: Path) -> None:
    for label in ("Votes, a table", "Preferences for TRL", "Choices for page Score"):
        file = saved(projector, folder, projector.get_by_role("link", name=label).click)
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".csv":
            watch.read_table(text, "room, .csv")
            continue
        watch.read(text, f"room, {file.suffix}")
        for line in text.splitlines() if file.suffix == ".jsonl" else [text]:
            json.loads(line)


def ask_in_a_room(
    browser: Browser, url: str, watch: Watch, database: Path, payloads: Sequence[str], *options: str
) -> None:
    """A question of the tour, whose text and whose options are payloads by the time a phone reads them; `options` start
    another server on the same database, which has not seen what was there before."""
    projector, code = open_room(browser, url)
    watch.attend(projector)
    projector.goto(f"{url}/?beat=end&talk=1")
    press(projector, "Ask the room")
    expect(projector.get_by_role("button", name="Reveal")).to_be_visible(timeout=PATIENCE)
    with sqlite3.connect(database, timeout=30) as rooms:
        how = json.dumps({"kind": "choice", "options": list(payloads[1:])})
        changed = rooms.execute("update question set asks = ?, how = ?", (payloads[0], how))
        assert changed.rowcount > 0
        rooms.execute("update room set revision = revision + 1")
    log = database.with_suffix(".log")
    with (
        serving(log, *options, ONE_LOOP_DATABASE=f"sqlite:///{database}") as other,
        tab(browser, other, watch) as phone,
    ):
        phone.set_viewport_size({"width": 320, "height": 640})
        phone.goto(f"{other}/r/{code}")
        expect(phone.locator("#options button")).to_have_count(len(payloads) - 1, timeout=PATIENCE)
        watch.look(phone, "room, a question")
        phone.locator("#options button").first.click()
        expect(phone.locator("#status")).to_have_text("1 answer counted.", timeout=PATIENCE)
        projector.goto(f"{other}/?beat=end&talk=1")
        press(projector, "^Reveal$")
        expect(projector.locator(".room-said li").first).to_be_visible(timeout=PATIENCE)
        watch.look(projector, "room, a question on the screen")
        expect(phone.locator("#note-text")).to_contain_text("What the room said", timeout=PATIENCE)
        watch.look(phone, "room, a question answered")
    projector.context.close()
