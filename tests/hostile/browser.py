"""A hundred payloads wherever a text can be put, and a browser that looks whether any is more than text.

    python -m tests.hostile.browser --loads 25 --seed 1

starts the app and a Chromium, prints what was seen at every place, and ends with status 1 where a payload ran, was
drawn as markup, asked for another site, or reached the terminal of the server with a command for it.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, expect, sync_playwright

from mdp_core.link import to_query
from mdp_core.rlhf.adapter_archive import archive_of
from mdp_core.rlhf.preference_files import SavedPreferences, to_json
from mdp_core.rlhf.raters import Comparison
from mdp_core.scenarios import GridScenario, Scenario, View
from mdp_core.tables import FORMULA
from mdp_core.tokens.sources import drain, load
from tests.e2e.conftest import CHROMIUM, FLAGS, VIEWPORT, serving
from tests.e2e.rooms import open_room, press
from tests.hostile.payloads import PAYLOADS, not_plain, seen_in
from tests.mdp_core.rlhf.test_adapters import random_adapter

# All text of a document, what is in its fields, what a payload must never have made, and how often one ran.
LOOK = r"""() => {
    const texts = [document.title], values = [], made = [];
    const never = "img, video, iframe, object, embed, base, meta, link, form, marquee, font, math, details, script, h1, b";
    const ours = (text) => /h1t\d|h\.example|hit\(/.test(text);
    const walk = (root) => {
        for (const one of root.querySelectorAll("*")) {
            if (one.shadowRoot) walk(one.shadowRoot);
            if (one.matches("input, textarea")) values.push(one.value);
            const acts = [...one.attributes].some((a) => a.name.startsWith("on") && ours(a.value));
            const leads = one.matches("a") && /^javascript:|^[a-z]+:\/\/(www\.)?h\.example|^mailto:/.test(one.href);
            const drawn = (one.matches(".katex") && ours(one.textContent))
                || (one.matches("[data-testid=stIconMaterial]") && one.textContent === "skull");
            const written = one.matches(never) && ours([...one.attributes].map((a) => a.value).join(" "));
            if (acts || leads || drawn || written) made.push(one.outerHTML.slice(0, 200));
        }
        const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        while (nodes.nextNode())
            if (!nodes.currentNode.parentElement?.closest("script, style, noscript")) texts.push(nodes.currentNode.data);
    };
    walk(document);
    if (texts.join("").includes("👺")) made.push("an emoji");
    return [texts.join(""), values.join("\n"), made, window.hits ?? 0];
}"""
PATIENCE = 60_000  # ms


@dataclass
class Watch:
    """What was seen of the payloads, and what must not have been."""

    seen: dict[str, set[int]] = field(default_factory=dict)  # by place: the payloads whose text was there
    wrong: list[str] = field(default_factory=list)

    def look(self, page: Page, place: str) -> set[int]:
        """Note what is on a page now."""
        there: set[int] = set()
        for frame in page.frames:
            text, values, made, hits = frame.evaluate(LOOK)
            self.wrong += [f"{place}: {one}" for one in (*made, *not_plain(text))]
            if hits:
                self.wrong.append(f"{place}: a payload ran")
            there |= seen_in(text) | seen_in(values)
        self.seen[place] = self.seen.get(place, set()) | there
        return there

    def attend(self, page: Page) -> Page:
        """Hear of dialogs and of what another site is asked for."""
        page.on("dialog", lambda dialog: (self.wrong.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: "://h.example" in request.url and self.wrong.append(f"asked: {request.url}"))
        return page

    def read(self, text: str, place: str) -> None:
        """Note what is in a file."""
        self.seen[place] = self.seen.get(place, set()) | seen_in(text)


@contextmanager
def tab(browser: Browser, url: str, watch: Watch) -> Iterator[Page]:
    """A tab of its own, in which `hit` can be called."""
    context = browser.new_context(base_url=url, viewport=VIEWPORT)
    context.add_init_script("window.hit = () => { window.hits = (window.hits ?? 0) + 1; };")
    yield watch.attend(context.new_page())
    context.close()


def packed(title: str) -> str:
    """A map of that title, as links have it."""
    return to_query(Scenario(grid=GridScenario(own_map=f"title: {title}\n\nS.G\n")), View())["map"]


def quoted(text: str) -> str:
    """A formula that looks for a text, as far as a formula may."""
    kept = "".join(c for c in text if c.isprintable() and c not in '\\"')
    return f'has(text, "{kept or "x"}")'


# Links: the path, and the parameters that are payloads (with how each is written) beside those that are not.
LINKS: tuple[tuple[str, dict[str, Callable[[str], str]], dict[str, str]], ...] = (
    ("stage", {"model": str, "prompt": str, "world": str, "policy": str}, {}),
    ("stage", {"map": packed, "word": str, "moves": "0.{}".format, "gamma": str}, {"score": "word"}),
    ("stage", {"prompt": str, "formula": quoted, "step": str}, {"score": "formula"}),
    ("score", {"own": str, "score_formula": quoted, "principle_word": str, "guessed": str}, {"principle": "word"}),
    ("score", {"score_formula": str, "wished_word": str, "said": str}, {}),
    ("why", {"target": str, "principle_formula": quoted, "called": str}, {"principle": "formula", "began": "1"}),
    ("tune", {"tune_targets": str, "word": str, "tune_algorithm": str, "tune_large_targets": str}, {"score": "word"}),
    ("mdp", {"vocabulary": str, "map": packed, "gym": str, "pi_edited": str}, {}),
    ("learn", {"map": packed, "solved": str, "learners": str}, {}),
    ("return", {"map": packed, "prompt": str, "side": str}, {}),
    ("room", {"prompt": str, "word": str, "map": packed}, {"score": "word"}),
    ("", {"beat": str}, {}),
    ("speaker", {"talk": str}, {}),
)


def open_link(page: Page, watch: Watch, link: tuple[str, Any, Any], payloads: Iterable[str]) -> set[int]:
    """Open one of LINKS with the next payloads in its parameters; the payloads that are seen."""
    path, put, beside = link
    query = beside | {name: write(text) for (name, write), text in zip(put.items(), payloads, strict=False)}
    page.goto(f"/{path}?{urlencode(query)}")
    settled(page)
    return watch.look(page, f"/{path} {'+'.join(put)}")


def settled(page: Page) -> None:
    """The page has been drawn: Streamlit's script has run, and no model is on its way."""
    page.wait_for_function(
        """() => { const app = document.querySelector("[data-testid=stApp]");
            return app?.dataset.testScriptState === "notRunning"
                && document.querySelector("[data-testid=stMain] [class*=st-key]")
                && !document.querySelector("[data-testid=stSkeleton]"); }""",
        timeout=PATIENCE,
    )
    expect(page.get_by_text("Waking up the language model")).to_have_count(0, timeout=PATIENCE)


def open_talk(page: Page, watch: Watch, payloads: list[str]) -> None:
    """A talk file whose titles, notes, pages, beats and links are payloads; then the speaker's window of it."""
    items = [{"beat": text, "title": text, "notes": text} for text in payloads[::2]]
    items += [
        {"page": text, "title": text, "notes": text, "link": {text: text, "prompt": text}} for text in payloads[1::2]
    ]
    good = {"page": "Stage", "title": payloads[0], "notes": "\n\n".join(payloads), "link": {"seed": "8"}}
    content = {"one_loop_talk": 1, "title": payloads[0], "items": [good, *items][:60]}
    page.goto("/stage?seed=7")
    settled(page)
    page.get_by_role("button", name="Talk", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": "talk.json", "mimeType": "application/json", "buffer": json.dumps(content).encode()}
    )
    expect(page.get_by_role("button", name="Give the talk")).to_be_enabled()
    expect(page.locator("[class*=st-key-talk_item_]")).to_have_count(len(content["items"]), timeout=PATIENCE)
    watch.look(page, "talk, its items")
    page.get_by_role("button", name="Give the talk").click()
    speaker = page.locator('a[href*="/speaker?talk="]').first
    expect(speaker).to_be_attached(timeout=PATIENCE)
    other = watch.attend(page.context.new_page())
    other.goto(speaker.get_attribute("href") or "")
    expect(other.get_by_text("h1t").first).to_be_visible(timeout=PATIENCE)
    watch.look(other, "talk, the speaker's window")
    expect(page.locator(".clicker.talking")).to_be_attached(timeout=PATIENCE)  # listens to the keys
    page.keyboard.press("PageDown")
    page.wait_for_url(re.compile("seed=8"), timeout=PATIENCE)
    settled(page)
    page.keyboard.press("PageDown")
    expect(page.get_by_text("h1t").first).to_be_visible(timeout=PATIENCE)
    watch.look(page, "talk, what cannot be shown")
    other.close()


def open_choices(page: Page, watch: Watch, payloads: list[str]) -> None:
    """Choices between payloads, saved here and brought from elsewhere, and files that are refused."""
    pairs = list(zip(payloads, payloads[1:] + payloads[:1], strict=True))
    own = to_json(SavedPreferences(tuple(Comparison(one, other, 1) for one, other in pairs)))
    lines = "\n".join(json.dumps({"prompt": one, "chosen": other, "rejected": one}) for one, other in pairs)
    broken = "\n".join(["{" + text.replace("\n", " ") for text in payloads[:8]] + ['{"chosen": "a", "rejected": "b"}'])
    refused = "\n".join("{" + text for text in payloads[8:10])
    for name, content in (
        ("own.json", own),
        ("other.jsonl", lines),
        ("broken.jsonl", broken),
        ("refused.jsonl", refused),
    ):
        page.goto("/score?seed=7")
        settled(page)
        upload = page.locator(".st-key-choices_file input[type=file]")
        upload.set_input_files({"name": name, "mimeType": "application/json", "buffer": content.encode()})
        said = {"refused.jsonl": "No choice was found", "broken.jsonl": "is no whole JSON"}.get(name, "Loaded:")
        expect(page.get_by_text(said).first).to_be_visible(timeout=PATIENCE)
        settled(page)
        watch.look(page, f"choices, {name}")


def open_adapter(page: Page, watch: Watch, names: list[str]) -> None:
    """Adapters whose files are called like payloads; they are kept, named, compared, and some are refused."""
    pocket = drain(load("pocket"))
    page.goto("/tune?seed=7&prompt=the+movie+was")
    settled(page)
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)
    names = [name for name in names if "/" not in name and name.isprintable()]  # a file's name has none
    for name in names[:-1]:
        archive = archive_of(random_adapter(pocket, names.index(name)), pocket.model)
        page.locator("input[type=file]").set_input_files(
            {"name": f"{name}.zip", "mimeType": "application/zip", "buffer": archive}
        )
        kept = page.get_by_role("button", name="Before and after")
        expect(kept).to_have_count(names.index(name) + 1, timeout=PATIENCE)
    settled(page)
    watch.look(page, "adapters, kept")
    page.locator("input[type=file]").set_input_files(
        {"name": f"{names[-1]}.zip", "mimeType": "application/zip", "buffer": b"PK no zip"}
    )
    expect(page.get_by_text("damaged").first).to_be_visible(timeout=PATIENCE)
    watch.look(page, "adapters, refused")
    page.get_by_role("button", name="Before and after").first.click()
    expect(page.locator(".stage")).to_be_visible(timeout=PATIENCE)
    settled(page)
    watch.look(page, "adapters, on the Stage")


def take_along(page: Page, watch: Watch, browser: Browser, payload: str, folder: Path) -> None:
    """The Stage's files where the map is called by a payload: no cell is a formula, and the page from the disk is text."""
    page.goto(f"/stage?{urlencode({'seed': '7', 'map': packed(payload)})}")
    settled(page)
    page.get_by_role("button", name="Take along").click()
    for label in ("Both trajectories", "The run, to play", "A notebook"):
        with page.expect_download(timeout=PATIENCE) as coming:
            page.get_by_role("button", name=label).click()
        coming.value.save_as(file := folder / coming.value.suggested_filename)
        text = file.read_text(encoding="utf-8")
        watch.read(text, f"files, {file.suffix}")
        if file.suffix == ".csv":
            rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
            watch.wrong += [f"a formula: {cell!r}" for row in rows for cell in row if acts(cell)]
        elif file.suffix == ".html":
            with tab(browser, "about:blank", watch) as disk:
                disk.goto(file.as_uri())
                expect(disk.locator(".stage")).to_be_visible(timeout=PATIENCE)
                watch.look(disk, "files, opened from the disk")
        else:
            json.loads(text)


def acts(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula; a number is none."""
    if not cell.startswith(tuple(FORMULA)):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False


def open_rooms(browser: Browser, url: str, watch: Watch, database: Path, payloads: list[str]) -> None:
    """A room whose texts and question are payloads, as a hostile model would write them: on the screen and on a phone."""
    projector, code = open_room(browser, url, "tokens=4")
    watch.attend(projector)
    projector.locator("[class*=st-key-room_step]").get_by_text("2 Vote", exact=True).click()
    press(projector, "Let the model write 24 pairs")
    expect(projector.get_by_role("button", name="Start voting")).to_be_visible(timeout=PATIENCE)
    with sqlite3.connect(database, timeout=30) as rooms:
        [name] = [name for (name,) in rooms.execute("select name from sqlite_master where name like '%pair'")]
        ids = [number for (number,) in rooms.execute(f"select id from {name}")]
        for number, one, other in zip(ids, cycle(payloads[::2]), cycle(payloads[1::2]), strict=False):
            rooms.execute(f"update {name} set one = ?, other = ? where id = ?", (one, other, number))
    with serving(
        database.with_suffix(".log"), ONE_LOOP_DATABASE=f"sqlite:///{database}"
    ) as other:  # knows the new texts
        projector.goto(f"{other}/room")
        press(projector, "Start voting")
        with tab(browser, other, watch) as phone:
            phone.set_viewport_size({"width": 320, "height": 640})
            phone.goto(f"{other}/r/{code}")
            for n in range(min(6, len(payloads) // 2)):
                expect(phone.locator("#how-many")).to_have_text(re.compile(f"^{n} of"), timeout=PATIENCE)
                expect(phone.locator("#pairs:not([hidden])").get_by_text("h1t").first).to_be_visible(timeout=PATIENCE)
                watch.look(phone, "room, a phone")
                phone.locator("#pairs:not([hidden]):not(.fresh) button").first.click()
                expect(phone.locator("#status")).to_have_text(
                    f"{n + 1} answer{'s' * (n > 0)} counted.", timeout=PATIENCE
                )
        for step in ("2 Vote", "3 Taste", "6 Take along"):
            projector.locator("[class*=st-key-room_step]").get_by_text(step, exact=True).click()
            settled(projector)
            watch.look(projector, f"room, {step}")
        with projector.expect_download(timeout=PATIENCE) as coming:
            projector.get_by_role("button", name="Votes, a table").click()
        text = coming.value.path().read_text(encoding="utf-8")
        watch.read(text, "room, votes as CSV")
        rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        watch.wrong += [f"a formula: {cell!r}" for row in rows for cell in row if acts(cell)]
    projector.context.close()


def told_terminal(log: str) -> list[str]:
    """Lines of the server's log that would command the terminal they are read in."""
    return [ascii(line)[:200] for line in log.split("\n") if any(not c.isprintable() and c != "\t" for c in line)]


def main() -> int:
    """Put them everywhere."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--loads", type=int, default=25, help="of every link; with 25 and four parameters all payloads are in it"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    watch, shuffled = Watch(), list(PAYLOADS)
    Random(options.seed).shuffle(shuffled)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        here = Path(folder)
        database, log = here / "rooms.sqlite", here / "log"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving(log, ONE_LOOP_DATABASE=f"sqlite:///{database}") as url:
            for link in LINKS:
                turns = cycle(shuffled)
                with tab(browser, url, watch) as page:
                    for _ in range(options.loads):
                        open_link(page, watch, link, list(islice(turns, len(link[1]))))
                print(f"{link[0] or 'tour'}: {len(watch.wrong)} wrong so far", flush=True)
            with tab(browser, url, watch) as page:
                open_talk(page, watch, shuffled[:50])
                open_talk(page, watch, shuffled[50:])
            with tab(browser, url, watch) as page:
                open_choices(page, watch, shuffled)
            for at in range(0, 100, 8):
                with tab(browser, url, watch) as page:
                    open_adapter(page, watch, shuffled[at : at + 8])
            for payload in shuffled[: options.loads]:
                with tab(browser, url, watch) as page:
                    take_along(page, watch, browser, payload, here)
            for at in range(0, 100, 48):
                open_rooms(browser, url, watch, database, shuffled[at : at + 48])
        browser.close()
        watch.wrong += [f"the terminal: {line}" for line in told_terminal(log.read_text(errors="replace"))]
    for place, payloads in watch.seen.items():
        print(f"{place}: {len(payloads)} payloads seen as text")
    for one in dict.fromkeys(watch.wrong):
        print(one)
    print(f"{len(watch.wrong)} things that are more than text")
    return bool(watch.wrong)


if __name__ == "__main__":
    sys.exit(main())
