"""What is said of the whole page lies over it: nothing moves when it comes or goes, and nothing that is needed is hidden."""

import pytest
from playwright.sync_api import expect

STEP = ".stage .state .spine"


def open_stage(page, query):
    page.goto(f"/stage?seed=7&world=lake&{query}")
    expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible()
    expect(page.get_by_text("Waking up")).to_have_count(0)
    if page.get_by_text("Page not found").count():  # where the Stage is the first page
        page.get_by_role("button", name="Close").click()
    return page


@pytest.mark.parametrize("size", [(1280, 720), (375, 812)])
def test_a_message_moves_nothing_and_hides_no_transport(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    quiet = open_stage(page, "prompt=the+movie+was").locator(STEP).bounding_box()
    for query, said in (("prompt=zzz", "does not know “zzz”"), ("gamma=nonsense", "gamma in the link")):
        open_stage(page, query)
        message = page.locator(".st-key-messages", has_text=said)
        expect(message).to_be_visible()
        assert page.locator(STEP).bounding_box() == quiet
        box, transport = message.bounding_box(), page.locator(".transport").bounding_box()
        assert box["y"] + box["height"] <= transport["y"] or transport["y"] + transport["height"] <= box["y"]
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]


def test_a_note_is_dismissed_by_the_keyboard_and_nothing_moves(page):
    open_stage(page, "gamma=nonsense")
    before = page.locator(STEP).bounding_box()
    ok = page.locator(".st-key-messages").get_by_role("button", name="OK")
    ok.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    assert page.locator(STEP).bounding_box() == before
