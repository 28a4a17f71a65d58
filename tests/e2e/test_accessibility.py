"""axe-core over every page and every beat, in light and dark: nothing that it calls serious.

In light all rules run, and in dark those of colour: what else an element is does not change with the theme. Beats with the
same kind of scene are drawn by the same instrument, so of each kind only the first is met in the dark.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from components.tour.script import SCRIPT
from tests.e2e.conftest import VIEWPORT

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
PAGES = ("/stage", "/mdp", "/return?tokens=3", "/learn", "/why", "/score", "/tune", "/speaker")
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"]
COLOURS = ["color-contrast", "link-in-text-block"]
# No colour is met on its way, and nothing pale that only waits for a run to end.
STILL = '*, *::before, *::after { transition: none !important; } [data-stale="true"] { opacity: 1 !important; }'
BEAT = ".st-key-tour"
LEARNED = 300_000  # ms: two of the beats learn for as long as a busy machine takes
DARK = "rgb(16, 21, 28)"
PHONE = {"width": 375, "height": 812}
ACTIVE = """() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active ? (active.getAttribute("aria-label") || active.innerText || "").trim() : "";
}"""


@pytest.fixture(scope="module")
def axe():
    if not AXE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no axe-core, and `npm ci` brings it")
        pytest.skip("axe-core is not here: `npm ci` brings it")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def tab(page):
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return page


# What is wrong comes over whole, and of what passes its name alone: every node of a page would be megabytes.
RUN = """async ([within, only]) => {
    const { passes, violations } = await axe.run(within, { runOnly: only, resultTypes: ["violations"] });
    return [passes.map(({ id }) => id), violations];
}"""


def visit(tab, address, axe):
    tab.goto(address)
    tab.add_style_tag(content=STILL)
    tab.evaluate(axe)


def serious(tab, kind, rules, within="html"):
    only = {"type": kind, "values": rules}
    passed, found = tab.evaluate(RUN, [within, only])
    assert "color-contrast" in passed
    return [
        f"{one['id']}: {node['failureSummary']} {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def faults(tab, within="html"):
    """In light, once all that the page shows is there."""
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    expect(tab.locator("[role=img]:not([aria-label])").filter(visible=True)).to_have_count(0)
    return serious(tab, "tag", ALL, within)


def faults_in_the_dark(tab, within="html"):
    tab.emulate_media(color_scheme="dark")
    expect(tab.locator(".stApp")).to_have_css("background-color", DARK)
    expect(tab.locator(".drawing:not(.dark, .clicker, .diary, .framed)")).to_have_count(0)
    dark = serious(tab, "rule", COLOURS, within)
    tab.emulate_media(color_scheme="light")
    expect(tab.locator(".drawing.dark")).to_have_count(0)
    return [f"in the dark: {fault}" for fault in dark]


def heading(tab, title):
    return tab.get_by_role("heading", name=title, exact=True)


def press_by_keys(tab, *names, key="Tab"):
    """Press `key` until the focus is on what is called one of `names`, and Enter."""
    for _ in range(150):
        tab.keyboard.press(key)
        if tab.evaluate(ACTIVE) in names:
            tab.keyboard.press("Enter")
            return
    pytest.fail(f"no {names[0]} on the way of the {key} key")


def go_on_by_keys(tab):
    """Through all that follows and the head of the page to the way past the beats' numbers, and one back from its end."""
    press_by_keys(tab, "To the question", "To the paper")
    press_by_keys(tab, "Next", key="Shift+Tab")


@pytest.mark.parametrize("address", PAGES)
def test_no_page_shuts_anybody_out(tab, axe, address):
    visit(tab, address, axe)
    tab.wait_for_load_state("networkidle")
    assert not faults(tab) + faults_in_the_dark(tab)


def test_no_beat_shuts_anybody_out_with_keys_alone_or_on_a_phone(tab, axe):
    visit(tab, "/", axe)
    found, met, within = {}, set(), "html"
    for beat in SCRIPT:
        expect(heading(tab, beat.title)).to_be_visible()
        expect(tab).to_have_url(re.compile(f"beat={beat.name}"))
        press_by_keys(tab, "Show me")
        expect(tab.get_by_text(beat.names)).to_be_visible(timeout=LEARNED)
        found[beat.name] = faults(tab, within)
        tab.set_viewport_size(PHONE)
        tab.wait_for_function("document.scrollingElement.scrollWidth <= 375")
        tab.set_viewport_size(VIEWPORT)
        if type(beat.scene) not in met:
            met.add(type(beat.scene))
            found[beat.name] += faults_in_the_dark(tab, within)
        within = BEAT  # what stands around it is the same for all
        go_on_by_keys(tab)
    expect(heading(tab, "What surprised you")).to_be_visible()
    found["ending"] = faults(tab) + faults_in_the_dark(tab)
    assert {name: faulty for name, faulty in found.items() if faulty} == {}
