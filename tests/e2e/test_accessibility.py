"""axe-core over every page and every beat, in light and dark: nothing that it calls serious.

In light all rules run, and in dark those of colour: what else an element is does not change with the theme. Beats with the
same kind of scene are drawn by the same instrument, so of each kind only the first is met in the dark.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from components.tour.script import SCRIPT

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
PAGES = ("/stage", "/mdp", "/return", "/learn", "/why", "/score", "/tune", "/speaker")
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"]
COLOURS = ["color-contrast", "link-in-text-block"]
# No colour is met on its way, and nothing pale that only waits for a run to end.
STILL = '*, *::before, *::after { transition: none !important; } [data-stale="true"] { opacity: 1 !important; }'
BEAT = ".st-key-tour"
DARK = "rgb(16, 21, 28)"


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


def visit(tab, address, axe):
    tab.goto(address)
    tab.add_style_tag(content=STILL)
    tab.evaluate(axe)


def serious(tab, kind, rules, within="html"):
    only = {"type": kind, "values": rules}
    found = tab.evaluate("([within, only]) => axe.run(within, { runOnly: only })", [within, only])
    assert "color-contrast" in [one["id"] for one in found["passes"]]
    return [
        f"{one['id']}: {node['failureSummary']} {node['html'][:160]}"
        for one in found["violations"]
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
    expect(tab.locator(".drawing:not(.dark, .clicker, .diary)")).to_have_count(0)
    dark = serious(tab, "rule", COLOURS, within)
    tab.emulate_media(color_scheme="light")
    expect(tab.locator(".drawing.dark")).to_have_count(0)
    return [f"in the dark: {fault}" for fault in dark]


@pytest.mark.parametrize("address", PAGES)
def test_no_page_shuts_anybody_out(tab, axe, address):
    visit(tab, address, axe)
    tab.wait_for_load_state("networkidle")
    assert not faults(tab) + faults_in_the_dark(tab)


def test_no_beat_shuts_anybody_out(tab, axe):
    visit(tab, "/", axe)
    found, met, within = {}, set(), "html"
    for beat in SCRIPT:
        expect(tab.get_by_role("heading", name=beat.title, exact=True)).to_be_visible()
        tab.get_by_role("button", name="Show me").click()
        expect(tab.get_by_text(beat.names)).to_be_visible()
        found[beat.name] = faults(tab, within)
        if type(beat.scene) not in met:
            met.add(type(beat.scene))
            found[beat.name] += faults_in_the_dark(tab, within)
        within = BEAT  # what stands around it is the same for all
        tab.get_by_role("button", name="Next", exact=True).click()
    expect(tab.get_by_role("heading", name="What surprised you")).to_be_visible()
    found["ending"] = faults(tab) + faults_in_the_dark(tab)
    assert {name: faulty for name, faulty in found.items() if faulty} == {}
