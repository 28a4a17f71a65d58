"""Point at a word, tap it, or ask for the list: the glossary says what it is, on every page, and changes nothing else."""

import pytest
from playwright.sync_api import expect

MARKS = "[...(CSS.highlights.get('one-loop-term') ?? [])].map((range) => range.toString())"
PLACE = """(element, word) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.data.indexOf(word);
        if (at < 0) continue;
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        const box = range.getBoundingClientRect();
        return [box.left + box.width / 2, box.top + box.height / 2];
    }
    return null;
}"""
SIZES = {"projector": {"width": 1280, "height": 720}, "phone": {"width": 375, "height": 812}}


@pytest.fixture(params=SIZES)
def stage(request, page):
    page.set_viewport_size(SIZES[request.param])
    page.goto("/stage")
    expect(page.locator(".stage .discount .readout")).to_contain_text("gamma")
    page.wait_for_function(f"{MARKS}.length > 10")
    return page


def card(page):
    return page.locator(".glossary .card")


def place_of(page, selector, word):
    element = page.locator(selector).first
    element.evaluate(  # in the middle, where nothing that sticks lies over it; scrolling hides a card, so it is over first
        """(element) => {
            element.scrollIntoView({ block: "center" });
            return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        }"""
    )
    place = element.evaluate(PLACE, word)
    assert place, f"{selector} says no {word}"
    return place


def inside(page):
    """Whether the card lies inside the window."""
    box, size = card(page).bounding_box(), page.viewport_size
    return (
        box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"]
        and box["y"] + box["height"] <= size["height"]
    )


def test_pointing_shows_the_number_that_stands_there(stage):
    expect(card(stage)).to_be_hidden()
    stage.mouse.move(*place_of(stage, ".stage .discount .readout", "gamma"))
    expect(card(stage)).to_be_visible()
    expect(card(stage).locator(".name")).to_have_text("discount factor")
    expect(card(stage).locator(".symbol")).to_have_text("γ")
    expect(card(stage).locator(".now b")).to_have_text("0.90")
    expect(card(stage)).to_contain_text("In the language model: ")
    assert inside(stage)
    stage.keyboard.press("Escape")
    expect(card(stage)).to_be_hidden()


def test_a_tap_shows_it_and_leaving_hides_it(stage):
    stage.mouse.click(*place_of(stage, ".stage .row.policy .name", "policy"))
    expect(card(stage).locator(".name")).to_have_text("policy")
    assert inside(stage)
    stage.mouse.move(3, stage.viewport_size["height"] - 3)
    expect(card(stage)).to_be_hidden()


def test_the_keyboard_has_all_of_it(stage):
    panel = stage.locator(".glossary dialog")
    stage.keyboard.press("Shift+?")
    expect(panel).to_be_visible()
    expect(panel.locator("h3").first).to_contain_text("On this page")
    stage.keyboard.type("kl div")
    expect(panel.locator("details")).to_have_count(1)
    expect(panel.locator("details")).to_contain_text("How far the policy has gone from the reference")
    stage.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    stage.locator(".glossary .open").focus()
    stage.keyboard.press("Enter")
    expect(panel).to_be_visible()
    for _ in range(4):
        stage.keyboard.press("Tab")
        assert panel.evaluate("(panel) => panel.contains(panel.getRootNode().activeElement) || !document.hasFocus()")
    stage.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert stage.locator(".glossary .open").evaluate("(button) => button.getRootNode().activeElement === button")


def test_what_others_wrote_is_left_alone(page):
    """A prompt that is full of terms and tags is nobody's term, and stays text."""
    page.goto("/stage?prompt=the+movie+was")
    page.wait_for_function(f"{MARKS}.length > 10")
    page.locator(".stage .page").first.evaluate("(page) => page.append(' policy <b onclick=alert(1)>gamma</b> ')")
    x, y = page.locator(".stage .page").first.evaluate(PLACE, "policy")
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    page.wait_for_timeout(800)  # longer than a card takes to come: here none does
    expect(card(page)).to_be_hidden()
    hole = page.locator(".map .sign", has_text="H").first
    hole.hover()  # in a drawing: explained, and not marked
    expect(card(page).locator(".name")).to_have_text("hole")
    inside_page = (
        """(page) => [...CSS.highlights.get('one-loop-term')].some((range) => page.contains(range.startContainer))"""
    )
    assert not page.locator(".stage .page").first.evaluate(inside_page)


def test_every_page_is_marked_and_takes_no_more_room(page):
    page.goto("/stage")
    page.wait_for_function(f"{MARKS}.length > 10")
    assert page.evaluate("document.documentElement.scrollHeight") == page.viewport_size["height"]
    for title, word in [
        ("MDP", "Markov"),
        ("Return", "eturn"),
        ("Learn", "sample"),
        ("Score", "score"),
        ("Tune", "score"),
    ]:
        page.get_by_test_id("stHeader").get_by_role("link", name=title).click()
        page.wait_for_function(f"(word) => {MARKS}.some((mark) => mark.includes(word))", arg=word)
