"""axe-core over every page and every beat, in light and dark: nothing that it calls serious."""

import os
from pathlib import Path

import pytest

from components.tour.script import NAMES

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
PAGES = ("/stage", "/mdp", "/return", "/learn", "/why", "/score", "/tune")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LANG = "html-lang-valid"  # Streamlit's own


@pytest.fixture(scope="module")
def axe():
    if not AXE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no axe-core, and `npm ci` brings it")
        pytest.skip("axe-core is not here: `npm ci` brings it")
    return AXE.read_text(encoding="utf-8")


def serious(tab, axe):
    tab.evaluate(axe)
    found = tab.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['target']} {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_and_no_beat_shuts_anybody_out(browser, server, axe, scheme):
    context = browser.new_context(base_url=server, viewport={"width": 1280, "height": 720}, color_scheme=scheme)
    tab = context.new_page()
    faults = {}
    for address in (*PAGES, *(f"/?beat={name}" for name in NAMES)):
        tab.goto(address)
        tab.get_by_test_id("stMainBlockContainer").wait_for()
        if address in PAGES:
            tab.wait_for_load_state("networkidle")
        else:
            tab.get_by_role("button", name="Show me").click()
            tab.locator(".lesson").wait_for()
        if found := serious(tab, axe):
            faults[address] = found
    context.close()
    assert not faults
