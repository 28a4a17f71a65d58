"""The Stage's files where its texts are payloads: no cell is a formula, and what opens from the disk shows text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

from playwright.sync_api import Browser, Page, expect

from tests.hostile.places import packed
from tests.hostile.watch import PATIENCE, Watch, settled, tab


def saved(page: Page, folder: Path, press: Callable[[], None]) -> Path:
    """The file that comes when it is pressed."""
    with page.expect_download(timeout=PATIENCE) as coming:
        press()
    coming.value.save_as(file := folder / coming.value.suggested_filename)
    return file


def take_along(page: Page, watch: Watch, browser: Browser, payload: str, folder: Path) -> None:
    """The Stage's files where the map is called by a payload."""
    page.goto(f"/stage?{urlencode({'seed': '7', 'map': packed(payload)})}")
    settled(page)
    save_files(page, watch, browser, folder)
    save_pictures(page, watch, browser, folder, "Stage")


def save_files(page: Page, watch: Watch, browser: Browser, folder: Path) -> None:
    """All that the Stage offers to take along as text."""
    page.get_by_role("button", name="Take along").click()
    for label in ("Both trajectories", "The run, to play", "A notebook"):
        file = saved(page, folder, page.get_by_role("link", name=label).click)
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".csv":
            watch.read_table(text, "files, .csv")
            continue
        watch.read(text, f"files, {file.suffix}")
        if file.suffix == ".html":
            with tab(browser, "about:blank", watch) as disk:
                disk.goto(file.as_uri())
                expect(disk.locator(".stage")).to_be_visible(timeout=PATIENCE)
                watch.look(disk, "files, opened from the disk")
        else:
            json.loads(text)


def save_pictures(page: Page, watch: Watch, browser: Browser, folder: Path, place: str) -> None:
    """The page's instruments as SVG: a whole XML file each, whose texts are the screen's, opened from the disk."""
    for opener in page.get_by_role("button", name="Save picture").all():
        if not opener.is_visible():
            continue
        opener.focus()
        page.keyboard.press("Enter")
        file = saved(page, folder, page.locator("[role=menuitem]:visible").get_by_text("SVG", exact=True).click)
        watch.read("".join(ElementTree.parse(file).getroot().itertext()), f"{place}, SVG")
        with tab(browser, "about:blank", watch) as disk:
            disk.goto(file.as_uri())
            watch.look(disk, f"{place}, SVG opened from the disk")
