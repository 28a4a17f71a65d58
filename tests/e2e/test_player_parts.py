"""The player with some of its rows, and with one world."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ROOT, VIEWPORT, serving

# A page with nothing on it but the player, as its address asks for it.
PAGE = """
import streamlit as st

from components.instruments.player import ROWS, player
from components.server.pictures import grid_picture, stage
from components.shell.frame import frame
from mdp_core.scenarios import GridScenario, View

st.set_page_config(layout="wide")
frame()
worlds = [grid_picture(GridScenario(name), 7, None) for name in st.query_params.get("worlds", "lake").split()]
player(
    stage(*worlds),
    View(0, 0.9),
    0,
    key="player",
    rows=st.query_params.get("rows", " ".join(ROWS)).split(),
    on_view=lambda step, gamma: st.query_params.update(step=str(step)),
    on_choose=lambda *_: None,
    on_undo=lambda *_: None,
)
"""


@pytest.fixture(scope="module")
def window(tmp_path_factory, browser):
    """A tab of an app that is nothing but the player."""
    folder = tmp_path_factory.mktemp("part")
    (folder / "part.py").write_text(PAGE)
    with serving(folder / "log", script=folder / "part.py", PYTHONPATH=str(ROOT)) as url:
        context = browser.new_context(base_url=url, viewport=VIEWPORT)
        yield context.new_page()
        context.close()


def open_part(page, **query):
    page.goto("/?" + "&".join(f"{name}={value.replace(' ', '+')}" for name, value in query.items()))
    expect(page.locator(".clock .readout")).to_have_text(re.compile(r"^t 0/\d+$"))


def shown_rows(page):
    rows = page.locator(".row[data-name]")
    return rows.evaluate_all("(rows) => rows.filter((row) => row.offsetParent).map((row) => row.dataset.name)")


def middle(page, selector):
    box = page.locator(selector).bounding_box()
    return box["y"] + box["height"] / 2


def test_only_the_rows_that_are_asked_for_are_shown_and_the_loop_leads_through_them(page):
    open_part(page, worlds="lake cliff", rows="transition state policy")
    assert shown_rows(page) == ["state", "policy", "transition"]
    expect(page.locator(".discount")).to_be_hidden()
    expect(page.locator(".returns")).to_be_hidden()
    line = page.locator(".spine-line").bounding_box()
    assert line["y"] == pytest.approx(middle(page, ".state .spine"), abs=2)
    assert line["y"] + line["height"] == pytest.approx(middle(page, ".transition .spine"), abs=2)
    stage = page.locator(".stage").bounding_box()
    assert stage["y"] + stage["height"] > 0.95 * 720
    assert page.locator(".state .picture svg").first.bounding_box()["height"] > 720 / 2  # it took what the others left


def test_a_higher_window_is_filled_as_well(page):
    open_part(page, rows="state policy")
    for height in (900, 720):
        page.set_viewport_size({"width": 1280, "height": height})
        expect(page.locator(".stage")).to_have_css("min-height", f"{height - 44}px")  # the header and a margin are left


def test_gamma_is_there_where_a_row_depends_on_it(page):
    open_part(page, rows="togo")
    assert shown_rows(page) == ["togo"]
    expect(page.locator(".discount")).to_be_visible()
    expect(page.locator(".spine-line")).to_be_hidden()
    open_part(page, rows="sum")  # a sum alone may be shown before anybody has heard of gamma
    expect(page.locator(".sum .side b").first).to_be_visible()
    expect(page.locator(".discount")).to_be_hidden()


@pytest.mark.parametrize("size", [(1280, 720), (375, 812)])
def test_one_world_has_the_width_to_itself(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_part(page, worlds="lake", rows="state policy togo")
    expect(page.locator(".side.right:visible, .word.right:visible")).to_have_count(0)
    world, stage = (page.locator(name).bounding_box() for name in (".policy .side.left", ".stage"))
    assert world["width"] > 0.7 * stage["width"]
    spoken = page.locator(".live")
    page.keyboard.press("ArrowRight")
    expect(spoken).to_have_text(re.compile(r"^Step 1 of \d+\. Slippery lake: state"))
    page.wait_for_url(re.compile("step=1"))
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_slow_motion_skips_the_rows_that_are_not_shown(page):
    open_part(page, worlds="lake", rows="state draw reward")
    page.evaluate(
        """() => {
            const root = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.stage')).shadowRoot;
            window.lit = [];
            const note = () => {
                const phase = root.querySelector('.row.lit')?.dataset.phase;
                if (phase && window.lit.at(-1) !== phase) window.lit.push(phase);
            };
            new MutationObserver(note).observe(root, { subtree: true, attributes: true, attributeFilter: ['class'] });
        }"""
    )
    page.locator("button.play").click()
    expect(page.locator(".clock .readout")).to_have_text(re.compile("^t 2/"))
    page.locator("button.play").click()
    assert page.evaluate("window.lit")[:4] == ["observe", "draw", "reward", "observe"]
    assert set(page.evaluate("window.lit")) == {"observe", "draw", "reward"}
