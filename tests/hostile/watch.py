"""What a browser sees of payloads: text, or more than text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, expect

from mdp_core.tables import FORMULA
from tests.e2e.conftest import VIEWPORT
from tests.hostile.payloads import not_plain, seen_in

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
PATIENCE = 180_000  # ms, on a machine that may be busy


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

    def read_table(self, text: str, place: str) -> None:
        """Note what is in a CSV, of which no cell may be a formula."""
        self.read(text, place)
        rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        self.wrong += [f"{place}: a formula: {cell!r}" for row in rows for cell in row if acts(cell)]


@contextmanager
def tab(browser: Browser, url: str, watch: Watch) -> Iterator[Page]:
    """A tab of its own, in which `hit` can be called."""
    context = browser.new_context(base_url=url, viewport=VIEWPORT)
    context.add_init_script("window.hit = () => { window.hits = (window.hits ?? 0) + 1; };")
    yield watch.attend(context.new_page())
    context.close()


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


def acts(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula; a number is none."""
    if not cell.startswith(tuple(FORMULA)):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False


def told_terminal(log: str) -> list[str]:
    """Lines of the server's log that would command the terminal they are read in."""
    return [ascii(line)[:200] for line in log.split("\n") if any(not c.isprintable() and c != "\t" for c in line)]
