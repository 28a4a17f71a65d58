"""A room in a browser: a projector and three phones, from the code on the screen to the win rate."""

import re
import sqlite3

from playwright.sync_api import expect

from tests.e2e.rooms import come_in, counted, open_room, press

TAPS = 6  # of each phone: the pairs that everybody is asked about


def step(projector, name):
    place = projector.locator("[class*=st-key-room_step]").get_by_text(name, exact=True)
    expect(place).to_have_count(1)  # while a step is entered, the row is there twice
    place.click()


def vote(phones, button, before):
    """Every phone taps TAPS times, having `before` votes already. What it is asked now is new to it."""
    for phone in phones:  # a tap on what just goes away would count as a double one
        expect(phone.locator("#how-many")).to_have_text(re.compile("^0 of"))
    for n in range(before + 1, before + TAPS + 1):
        for phone in phones:
            phone.locator(f"#pairs:not([hidden]):not(.fresh) {button}").click()  # double taps do not count
            counted(phone, n)


def test_three_phones_teach_a_reward_model_and_judge_what_came_of_it(visitors, other_server):
    projector, code = open_room(visitors, other_server.url, "tokens=6")
    assert code not in projector.url

    # The browser, and no address, knows whose room it is.
    [cookie] = [cookie for cookie in projector.context.cookies() if cookie["name"] == "one_loop_room"]
    assert (cookie["path"], cookie["sameSite"]) == ("/talks/loop/", "Strict")
    projector.reload()
    expect(projector.locator(".room-code .code")).to_have_text(f"{code[:3]} {code[3:]}")
    stranger = visitors.new_context().new_page()
    stranger.goto(projector.url)
    expect(stranger.get_by_role("button", name=re.compile("Open a room"))).to_be_visible()
    stranger.close()

    phones = come_in(visitors, other_server.url, code)
    expect(projector.locator(".room-code .here")).to_contain_text("3 phones are here")

    step(projector, "2 Vote")
    press(projector, "Let the model write 24 pairs")
    press(projector, "Start voting")
    vote(phones, "#first", 0)
    expect(projector.locator(".room-strip")).to_contain_text(f"{3 * TAPS} votes")

    step(projector, "3 Taste")
    expect(projector.get_by_text(re.compile(f"Learned from {3 * TAPS} votes"))).to_be_visible()
    expect(projector.locator(".curve .ceiling").or_(projector.get_by_text("Krippendorff")).first).to_be_visible()

    step(projector, "4 Tune")
    steps = projector.get_by_label("steps")
    steps.fill("2")
    steps.press("Enter")
    press(projector, "Tune on the room")
    expect(projector.get_by_text("By the reward model, the mean score went")).to_be_visible()

    projector.reload()  # in the middle of everything
    step(projector, "5 Before or after?")
    press(projector, "Write texts of before and after")
    press(projector, "Start voting")
    vote(phones, "#same", TAPS)
    expect(projector.get_by_text("Win rate: 50")).to_be_visible()
    expect(projector.get_by_text("the room has not decided yet")).to_be_visible()

    step(projector, "6 Take along")
    press(projector, "Delete the room")
    press(projector, "Delete them all")
    expect(projector.get_by_role("button", name=re.compile("Open a room"))).to_be_visible()
    expect(phones[0].locator("#note")).to_be_visible()
    projector.reload()
    expect(projector.get_by_role("button", name=re.compile("Open a room"))).to_be_visible()


def test_a_button_that_the_database_keeps_from_working_says_so_at_once(visitors, other_server):
    projector, _ = open_room(visitors, other_server.url)
    step(projector, "6 Take along")
    closing = projector.get_by_role("button", name="Close the room")
    expect(closing).to_be_visible()
    other = sqlite3.connect(other_server.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    closing.click()
    expect(projector.get_by_text("database is locked").first).to_be_visible()
    other.execute("ROLLBACK")
    other.close()
    closing.click()
    expect(projector.get_by_text("The room is closed")).to_be_visible()
    expect(projector.get_by_text("database is locked")).to_have_count(0)
