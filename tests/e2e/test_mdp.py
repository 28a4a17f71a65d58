"""The page MDP in a real browser: painting, dragging and drawing by hand and by keyboard."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from mdp_core.link import to_query
from mdp_core.scenarios import GridScenario, Scenario, View
from tests.e2e.mouse import press


@pytest.fixture
def mdp(page):
    """The page MDP, come to by its link in the header, with the language model awake."""
    page.goto("/stage")
    expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="MDP").click()
    expect(page.get_by_role("heading", name=re.compile("The world"))).to_be_visible(timeout=30_000)
    expect(page.locator(".text-step").first).to_be_visible(timeout=30_000)
    return page


def middle(page, r, c, of=4):
    """The middle of a cell of the first board's square map."""
    box = page.locator("svg.map").first.bounding_box()
    side = min(box["width"], box["height"]) / (of + 0.1)
    left, top = box["x"] + box["width"] / 2 - side * of / 2, box["y"] + box["height"] / 2 - side * of / 2
    return left + (c + 0.5) * side, top + (r + 0.5) * side


def test_a_stroke_paints_the_world_that_the_stage_walks(mdp):
    mdp.get_by_role("radio", name="wall").click()
    mdp.mouse.move(*middle(mdp, 0, 1))
    mdp.mouse.down()
    mdp.mouse.move(*middle(mdp, 0, 2), steps=4)
    mdp.mouse.up()
    expect(mdp.get_by_text("|S| 16 → 14")).to_be_visible()
    mdp.wait_for_url(re.compile("map="))
    board = mdp.locator("svg.map").first
    expect(board.locator("rect.wall")).to_have_count(2)
    # With the keyboard: from the painted cell one down, and a third wall.
    board.focus()
    mdp.keyboard.press("ArrowDown")
    mdp.keyboard.press("Enter")
    expect(board.locator("rect.wall")).to_have_count(3)
    mdp.get_by_role("button", name="Undo").click()
    expect(board.locator("rect.wall")).to_have_count(2)
    mdp.get_by_role("link", name="Stage").click()
    expect(mdp.locator(".side.grid svg.map rect.wall")).to_have_count(2)


COLOUR = """(sheet, [row, column]) => {
    const side = Math.min(sheet.width, sheet.height) / 40.1;
    const [left, top] = [sheet.width, sheet.height].map((length) => (length - 40 * side) / 2);
    const at = [left + (column + 0.5) * side, top + (row + 0.5) * side].map(Math.round);
    return [...sheet.getContext('2d').getImageData(...at, 1, 1).data.slice(0, 3)];
}"""


def test_a_large_map_is_painted_on_a_canvas_and_the_stroke_is_seen_before_python_answers(mdp):
    """40 by 40 cells: none of them an element, and each of them reached by the pointer and by the keys."""
    rows = ["S" + "." * 39, *["." * 40] * 39]
    mdp.goto("/mdp?" + urlencode(to_query(Scenario(grid=GridScenario(own_map="\n".join(rows))), View())))
    expect(mdp.get_by_text("1,600 of 1,600")).to_be_visible()
    board, sheet = mdp.locator(".board").first, mdp.locator(".board .sheet").first
    expect(sheet).to_be_visible()
    expect(board.locator("rect.cell")).to_have_count(0)
    free = sheet.evaluate(COLOUR, [20, 10])
    assert sheet.evaluate(COLOUR, [20, 12]) == free
    mdp.get_by_role("radio", name="wall").click()
    mdp.mouse.move(*middle(mdp, 20, 10, 40))
    mdp.mouse.down()
    mdp.mouse.move(*middle(mdp, 20, 12, 40))  # at once: nothing is told of the cell between
    expect(board.locator("rect.cell.jump")).to_have_count(3)  # Python has heard of nothing
    mdp.mouse.up()
    expect(mdp.get_by_text("|S| 1,600 → 1,597")).to_be_visible()
    expect(board.locator("rect.cell")).to_have_count(0)
    wall = sheet.evaluate(COLOUR, [20, 12])
    assert sum(wall) < sum(free) - 150
    assert [sheet.evaluate(COLOUR, [20, c]) for c in (9, 10, 11, 13)] == [free, wall, wall, free]
    svg = mdp.locator("svg.map").first
    svg.focus()
    mdp.keyboard.press("ArrowRight")  # from where the stroke began
    expect(board.locator(".live")).to_have_text("Row 21, column 12: wall")
    mdp.keyboard.press("ArrowDown")
    mdp.keyboard.press("Enter")
    expect(mdp.get_by_text("|S| 1,597 → 1,596")).to_be_visible()


def test_a_bar_is_dragged_the_others_make_room_and_the_draw_falls(mdp):
    track = mdp.locator(".mixer .track").nth(1)
    numbers = mdp.locator(".mixer .number")
    expect(numbers).to_have_text(["0.25"] * 4)
    box = press(mdp, track, 0.25)
    mdp.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2, steps=4)
    expect(numbers).to_have_text(["0.10", "0.70", "0.10", "0.10"])  # before the mouse is released
    mdp.mouse.up()
    expect(mdp.get_by_role("button", name="pi as it was")).to_be_enabled()  # Python has it
    track.focus()
    mdp.keyboard.press("End")
    expect(numbers).to_have_text(["0.00", "1.00", "0.00", "0.00"])
    expect(track).to_have_attribute("aria-valuenow", "1.00")
    mdp.wait_for_timeout(600)  # the keyboard's change is sent when it rests
    mdp.get_by_role("button", name="Let it fall").click()
    expect(mdp.locator(".mixer .said")).to_have_text(re.compile(r"u 0\.\d\d lands in → right\."))
    expect(mdp.locator(".mixer .row.landed .tally")).to_have_text("1 of 1")
    expect(numbers).to_have_text(["0.00", "1.00", "0.00", "0.00"])
    mdp.get_by_role("button", name="pi as it was").click()
    expect(numbers).to_have_text(["0.25"] * 4)
