"""A room in a browser, opened: the projector that steers it, and phones that have come in."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import VIEWPORT

PHONE = {"width": 320, "height": 640}


def press(page, name):
    """Press the button of that name, a regular expression, once it is there."""
    button = page.get_by_role("button", name=re.compile(name))
    expect(button).to_be_visible()
    button.click()


def open_room(browser, server, texts=""):
    """The projector's tab, and the code on it; `texts` is what a link says of the room's texts."""
    projector = browser.new_context(viewport=VIEWPORT).new_page()
    projector.goto(f"{server}/room?{texts}")
    press(projector, "Open a room")
    code = projector.locator(".room-code .code").inner_text().replace(" ", "")
    projector.wait_for_function("document.cookie.includes('one_loop_room')")  # from now on another page steers it too
    return projector, code


def come_in(browser, server, code):
    """Three phones in the room of that code."""
    phones = [browser.new_context(viewport=PHONE).new_page() for _ in range(3)]
    for phone in phones:
        phone.goto(f"{server}/r/{code}")
        expect(phone.get_by_role("heading", name="Look at the screen")).to_be_visible()
    return phones


def counted(phone, n):
    """The phone says that so many of its answers are counted."""
    expect(phone.locator("#status")).to_have_text(f"{n} answer{'s' * (n != 1)} counted.")
