"""A question to the room in a browser: a projector and three phones, from the first vote to the comparison of two."""

import re

from playwright.sync_api import expect

from tests.e2e.rooms import come_in, counted, open_room, press

OVER, PLACE = "Nothing: it is over", "As much as the place where it stands"


def answer(phone, option, n):
    """Tap it; the phone says that so many of its answers are counted."""
    phone.get_by_role("button", name=option).click()
    counted(phone, n)


def test_a_room_votes_discusses_and_votes_again(visitors, other_server):
    projector, code = open_room(visitors, other_server.url)
    projector.goto(f"{other_server.url}/?beat=end&talk=1")
    phones = come_in(visitors, other_server.url, code)

    projector.reload()  # a press counts as soon as the button is there, though the tab has yet to say what it keeps
    ask = projector.get_by_role("button", name=re.compile("Ask the room"))
    ask.press("Enter")
    expect(projector.get_by_text("0 of 3 phones have answered.")).to_be_visible()
    for phone, option in zip(phones, (OVER, OVER, PLACE), strict=True):
        expect(phone.locator("#asks")).to_have_text("What is the rest of it worth?")
        answer(phone, option, 1)
    expect(projector.get_by_text("3 of 3 phones have answered.")).to_be_visible()
    expect(projector.locator(".room-said, .room-says")).to_have_count(0)

    press(projector, "^Reveal$")
    expect(projector.locator(".room-said li")).to_have_count(3)
    assert projector.locator(".room-said em").all_inner_texts() == ["2 (67%)", "1 (33%)", "0 (0%)"]
    for phone in phones:
        expect(phone.locator("#note-text")).to_contain_text("What the room said is on the screen.")

    press(projector, "^Ask again$")
    for phone, option in zip(phones, (PLACE, OVER, PLACE), strict=True):
        expect(phone.locator("#round")).to_contain_text("Round 2")
        answer(phone, option, 2)
    expect(projector.get_by_text("Round 2: 3 of 3 phones have answered.")).to_be_visible()
    press(projector, "^Reveal$")
    expect(projector.get_by_text("1 of 3 who answered twice changed their mind.")).to_be_visible()
    bars = ["2 (67%)", "1 (33%)", "1 (33%)", "2 (67%)", "0 (0%)", "0 (0%)"]
    assert projector.locator(".room-said em").all_inner_texts() == bars
    expect(projector.locator(".room-said .right")).to_have_count(0)

    press(projector, "^Show me$")
    expect(projector.locator(".room-said .right")).to_contain_text(f"✓ {PLACE}")
    expect(projector.locator(".lesson")).to_be_visible()
