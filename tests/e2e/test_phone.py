"""The phone's page in a browser, 320 px wide, over a server of its own; the lecturer is the store."""

import json
import re
import time
from itertools import count

import pytest
from playwright.sync_api import expect

from components.server.room.records import Asking
from components.server.room.store import RoomStore
from components.server.room.tables import open_database
from mdp_core.rlhf.votes import FIRST, SAME
from tests.components.server.room.processes import Server

PHONE = {"width": 320, "height": 640}
HOSTILE = ("<img src=x onerror=alert(1)>", "</script><script>alert(2)</script> **bold** " + "long" * 200)


class Phones:
    """A server that phones come to, and the database that it keeps rooms in."""

    def __init__(self, folder):
        self.address, self.log = f"sqlite:///{folder / 'rooms.sqlite'}", folder / "phones.log"
        self.server = Server(self.address, self.log)

    def start_again(self):
        """After a kill: the same port, the same database."""
        self.server = Server(self.address, self.log, self.server.port)


class Room:
    """A room on that server, and who steers it."""

    def __init__(self, phones):
        self.phones = phones
        self.store = RoomStore(open_database(phones.address))
        self.room, _ = self.store.open_room({}, time.time(), 3600.0)
        self.names = count()

    @property
    def url(self):
        return f"{self.phones.server.url}/r/{self.room.code}"

    def ask_pairs(self, texts, batch="taste"):
        self.store.add_pairs(self.room.id, batch, texts)
        self.store.ask(self.room.id, Asking("pairs", batch))

    def put(self, asks, how):
        return self.store.put_question(self.room.id, f"question {next(self.names)}", asks, how)

    def votes(self):
        return self.store.votes(self.room.id)


@pytest.fixture(scope="module")
def phones(tmp_path_factory):
    """A server of its own for all these rooms."""
    running = Phones(tmp_path_factory.mktemp("phones"))
    yield running
    running.server.stop()


@pytest.fixture
def room(phones):
    """An open room."""
    return Room(phones)


@pytest.fixture
def phone(browser, errors):
    """A phone's tab."""
    context = browser.new_context(viewport=PHONE, has_touch=True)
    page = context.new_page()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def look(phone):
    """Let the phone ask now what it would ask by itself within seconds, as when its network comes back."""
    phone.evaluate("window.dispatchEvent(new Event('online'))")


def counted(phone, n):
    expect(phone.locator("#status")).to_have_text(f"{n} answer{'s' * (n != 1)} counted.")


def prefer(phone, start):
    """Tap the text that starts so, once the page takes taps for it: it guards against double ones."""
    button = phone.locator("#pairs:not(.fresh) button.text").filter(has_text=re.compile(f"^{re.escape(start)}"))
    expect(button).to_be_visible()
    text = button.inner_text()
    button.tap()
    expect(phone.locator("#pairs:not([hidden]) button.text", has_text=text)).to_have_count(0)


def vote_twice_and_lose_the_network_between(phone, room):
    """Of six pairs; one vote is counted, one is on the phone."""
    room.ask_pairs([(f"good {i}", f"bad {i}") for i in range(6)])
    phone.goto(room.url)
    prefer(phone, "good")
    counted(phone, 1)
    phone.context.set_offline(True)
    prefer(phone, "good")


def fits(phone):
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_code_is_typed_and_a_vote_falls_in(phone, room):
    phone.goto(f"{room.phones.server.url}/r")
    code = room.room.code
    phone.get_by_label("The code on the screen").fill(f"{code[:3].lower()} {code[3:]}")
    phone.get_by_role("button", name="Enter").tap()
    expect(phone.get_by_role("heading", name="Look at the screen")).to_be_visible()
    fits(phone)
    room.ask_pairs([("good one", "bad one"), ("good two", "bad two")])
    prefer(phone, "good")
    counted(phone, 1)
    expect(phone.locator("#how-many")).to_have_text("1 of 2 done")
    phone.get_by_role("button", name="Change my last vote").tap()
    expect(phone.locator("button.text[aria-pressed=true]")).to_have_text(re.compile("good"))
    first = room.votes()[0]
    assert first.answer == FIRST
    phone.locator("#pairs:not(.fresh)").get_by_role("button", name="The same").tap()
    expect(phone.locator("#again")).to_be_hidden()
    prefer(phone, "good")
    expect(phone.get_by_role("heading", name="That was all")).to_be_visible()
    counted(phone, 2)
    assert {vote.pair: vote.answer for vote in room.votes()}[first.pair] == SAME
    room.store.ask(room.room.id, Asking("closed"))
    expect(phone.get_by_role("heading", name="This room is closed")).to_be_visible()


def test_votes_without_a_network_are_kept_through_a_reload_and_counted_once(phone, room, errors):
    vote_twice_and_lose_the_network_between(phone, room)
    prefer(phone, "bad")
    expect(phone.locator("#status")).to_contain_text("2 answers kept on this phone")
    assert len(room.votes()) == 1
    kept = phone.evaluate("Object.values(localStorage)[0]")
    assert [one["turn"] for one in json.loads(kept)["waiting"]] == [2, 3]
    phone.route("**/now", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.reload()  # the page is there again, its answers are still on their way
    expect(phone.locator("#status")).to_contain_text("2 answers kept on this phone")
    phone.unroute("**/now")
    counted(phone, 3)
    assert sorted(vote.answer for vote in room.votes()) == [0, 0, 1]
    errors.clear()  # the browser calls it an error that there was no network


def test_what_was_kept_for_a_room_that_is_gone_is_forgotten(phone, room, errors):
    vote_twice_and_lose_the_network_between(phone, room)
    expect(phone.locator("#status")).to_contain_text("1 answer kept on this phone")
    room.store.delete_room(room.room.id)
    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="This room is gone")).to_be_visible()
    expect(phone.locator("#status")).to_have_text("")
    kept = json.loads(phone.evaluate("Object.values(localStorage)[0]"))
    assert (kept["waiting"], kept["counted"], kept["turn"]) == ([], [], 2)
    errors.clear()  # the browser calls a 404 an error


def test_a_vote_survives_the_server(phone, room, errors):
    """Killed right after "counted", and killed while a vote is on its way."""
    room.ask_pairs([(f"good {i}", f"bad {i}") for i in range(6)])
    phone.goto(room.url)
    prefer(phone, "good")
    counted(phone, 1)
    room.phones.server.kill()
    assert len(room.votes()) == 1
    prefer(phone, "good")
    expect(phone.locator("#status")).to_contain_text("1 answer kept on this phone")
    room.phones.start_again()
    counted(phone, 2)
    assert [vote.answer for vote in room.votes()] == [FIRST, FIRST]
    errors.clear()  # the browser calls it an error that there was no server


def test_a_vote_whose_answer_was_lost_counts_once(phone, room, errors):
    room.ask_pairs([(f"good {i}", f"bad {i}") for i in range(4)])
    lost = []

    def lose(route):
        if "said" in route.request.post_data_json and route.request.post_data_json["said"] and len(lost) < 2:
            lost.append(route.fetch().json()["counted"])
            route.abort()
        else:
            route.continue_()

    phone.route("**/now", lose)
    phone.goto(room.url)
    prefer(phone, "good")
    for times in (1, 2):
        while len(lost) < times:
            phone.wait_for_timeout(20)
        look(phone)  # it would try again by itself, later each time
    counted(phone, 1)
    assert lost == [[1], [1]]  # the server has counted it each time
    assert len(room.votes()) == 1
    errors.clear()


def test_hostile_texts_are_texts(phone, room):
    phone.on("dialog", lambda dialog: pytest.fail(dialog.message))
    room.ask_pairs([HOSTILE])
    phone.goto(room.url)
    expect(phone.locator("#pairs")).to_be_visible()
    assert sorted(phone.locator("button.text").all_inner_texts()) == sorted(HOSTILE)
    assert phone.locator("main img").count() == 0
    fits(phone)
    room.put(HOSTILE[0], {"kind": "choice", "options": list(HOSTILE)})
    look(phone)
    expect(phone.locator("#asks")).to_have_text(HOSTILE[0])
    assert phone.locator("#options button").all_inner_texts() == list(HOSTILE)
    fits(phone)


def test_a_choice_by_keyboard_in_two_rounds(phone, room):
    phone.goto(room.url)
    question = room.put("Which one?", {"kind": "choice", "options": ["near", "far"]})
    look(phone)
    far = phone.get_by_role("button", name="far")
    expect(far).to_be_visible()
    phone.keyboard.press("Tab")
    phone.keyboard.press("Tab")
    expect(far).to_be_focused()
    assert far.evaluate("(button) => getComputedStyle(button).outlineStyle") == "solid"
    phone.keyboard.press("Enter")
    expect(far).to_have_attribute("aria-pressed", "true")
    counted(phone, 1)
    room.store.reveal(question.id)
    look(phone)
    expect(phone.locator("#note-text")).to_have_text("What the room said is on the screen. You said: far.")
    phone.reload()
    expect(phone.locator("#note-text")).to_have_text("What the room said is on the screen. You said: far.")
    room.store.put_question(room.room.id, question.name, question.asks, question.how, 2)
    look(phone)
    expect(phone.locator("#round")).to_contain_text("Round 2")
    phone.get_by_role("button", name="near").tap()
    counted(phone, 2)
    assert [(reply.round, reply.answer) for reply in room.store.replies(question.id)] == [(1, 1), (2, 0)]


def test_a_number_and_a_curve(phone, room):
    phone.goto(room.url)
    number = room.put("How many?", {"kind": "number", "low": 0, "high": 10, "step": 0.5, "unit": "nats"})
    look(phone)
    slider = phone.get_by_role("slider", name="How many?")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    expect(phone.locator("#value")).to_have_text("0.5 nats")
    phone.get_by_role("button", name="Send").tap()
    counted(phone, 1)
    curve = room.put("How does it go?", {"kind": "curve", "low": 0, "high": 2, "points": 5, "x": "step", "y": "score"})
    look(phone)
    canvas = phone.get_by_role("slider", name="How does it go?")
    expect(phone.get_by_role("button", name="Send")).to_be_disabled()
    box = canvas.bounding_box()
    phone.mouse.move(box["x"] + 10, box["y"] + box["height"] - 10)
    phone.mouse.down()
    phone.mouse.move(box["x"] + box["width"] - 10, box["y"] + 10, steps=4)
    phone.mouse.up()
    canvas.focus()
    canvas.press("Home")
    canvas.press("ArrowUp")
    expect(canvas).to_have_attribute("aria-valuetext", "Place 1 of 5: 0.1")
    phone.get_by_role("button", name="Send").tap()
    counted(phone, 2)
    assert room.store.replies(number.id)[0].answer == 0.5
    assert room.store.replies(curve.id)[0].answer == pytest.approx([0.1, 0.5, 1.0, 1.5, 2.0], abs=0.03)
    fits(phone)


def test_a_wrong_code_leads_back_to_the_door(phone, room, errors):
    phone.goto(f"{room.phones.server.url}/r/AAAAAA")
    expect(phone.get_by_text("There is no room of this code.")).to_be_visible()
    phone.get_by_role("button", name="Another code").tap()
    expect(phone.get_by_label("The code on the screen")).to_be_visible()
    errors.clear()  # the browser calls a 404 an error


def test_where_storage_is_refused_a_vote_still_counts(phone, room):
    phone.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    room.ask_pairs([("good one", "bad one"), ("good two", "bad two")])
    phone.goto(room.url)
    prefer(phone, "good")
    counted(phone, 1)
    assert [vote.answer for vote in room.votes()] == [FIRST]


def test_phones_and_pages_are_served_by_the_same_command_below_a_base_path(phone, other_server, errors):
    """Two processes, one database: a lecturer's app, which the phone opens, and the server of another phone."""
    shared, url = Room(Phones(other_server.folder)), other_server.url
    try:
        shared.ask_pairs([("good one", "bad one"), ("good two", "bad two")])
        phone.goto(f"{url}/r/{shared.room.code}")
        prefer(phone, "good")
        counted(phone, 1)
        phone.goto(shared.url)  # another address, so another phone
        prefer(phone, "bad")
        counted(phone, 1)
        assert sorted(vote.answer for vote in shared.votes()) == [0, 1]
        phone.goto(f"{url}/mdp")
        expect(phone.get_by_role("heading", name="One Loop")).to_be_attached()
        phone.close()
    finally:
        shared.phones.server.stop()
    errors[:] = [
        error for error in errors if "404" not in error
    ]  # Streamlit looks for its own addresses below the page
