"""The tour in a real browser: with the browser's Back, by hand, and in a talk. All of it by keys: test_accessibility."""

import re

import pytest
from playwright.sync_api import expect

from components.tour.script import SCRIPT

TALKS = ({"width": 1280, "height": 720}, {"width": 1920, "height": 1080})
LEARNED = 300_000  # ms: two of the beats learn for as long as a busy machine takes


def heading(page, title):
    return page.get_by_role("heading", name=title, exact=True)


def test_back_walks_beats_and_a_laboratory_page_loses_nothing(page):
    page.goto("/?beat=transition")
    page.get_by_role("button", name="Show me").click()
    expect(page.locator(".lesson")).to_be_visible()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(heading(page, "Add it up")).to_be_visible()
    expect(page).to_have_url(re.compile("beat=trajectory"))  # it is written when the beat has been drawn
    page.go_back()
    expect(heading(page, "The world draws, too")).to_be_visible()
    expect(page.locator(".lesson")).to_be_visible()
    page.get_by_role("link", name="Score").click()
    expect(heading(page, "The world draws, too")).to_have_count(0)
    page.get_by_role("link", name="Tour").click()
    expect(heading(page, "The world draws, too")).to_be_visible()
    expect(page).to_have_url(re.compile("beat=transition"))
    page.go_back()
    expect(page).to_have_url(re.compile("/score"))
    page.go_back()  # one entry for each place: the bare address of the tour has none
    expect(heading(page, "The world draws, too")).to_be_visible()
    expect(page).to_have_url(re.compile("beat=transition"))
    expect(page.locator(".lesson")).to_be_visible()


def test_an_old_link_to_the_stage_still_opens_it(page):
    page.goto("/?v=1&seed=3&world=cliff&step=2")
    expect(page).to_have_url(re.compile(r"/stage\?.*seed=3.*world=cliff"))
    expect(page.locator(".clock .readout")).to_have_text(re.compile("^t 2/"))


def test_a_curve_is_drawn_by_hand_or_by_keys(page):
    page.goto("/?beat=expect")
    paper = page.locator(".sketch canvas")
    guess = page.get_by_role("button", name="That is my guess")
    expect(guess).to_be_disabled()
    box = paper.bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 40, box["y"] + 60, steps=10)
    page.mouse.up()
    expect(guess).to_be_enabled()
    page.get_by_role("button", name="To the paper").press("Enter")
    expect(paper).to_be_focused()
    before = float(paper.get_attribute("aria-valuenow"))
    page.keyboard.press("ArrowDown")
    assert float(paper.get_attribute("aria-valuenow")) == pytest.approx(before - 0.1)  # a twentieth of the axis
    guess.click()
    expect(page.locator(".lesson")).to_be_visible()
    expect(page.get_by_text(re.compile("You said a curve from"))).to_be_visible()


# How far the page scrolls, and the smallest type that is seen, in percent of the window's height. What is drawn on a canvas
# has the canvas's own type.
MEASURED = """() => {
    const main = document.querySelector("[data-testid=stMain]");
    let least = Infinity;
    const look = (node) => {
        const drawn = node.nodeName === "CANVAS";
        if (drawn || node.nodeType === Node.TEXT_NODE) {
            const owner = drawn ? node : node.parentElement;
            const range = document.createRange();
            range.selectNode(node);
            if (!owner || range.getBoundingClientRect().height < 2 || !(drawn || node.data.trim())) return;
            const grown = owner.ownerSVGElement ? owner.getScreenCTM().d : 1;
            least = Math.min(least, parseFloat(getComputedStyle(owner).fontSize) * grown);
            return;
        }
        if (["STYLE", "OPTION"].includes(node.nodeName)) return;
        if (node.nodeType === Node.ELEMENT_NODE) {
            const seen = node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
            if (!seen || getComputedStyle(node).clipPath.startsWith("inset(50%")) return;
        }
        for (const child of [...node.childNodes, ...(node.shadowRoot ? [node.shadowRoot] : [])]) look(child);
    };
    look(document.querySelector(".st-key-tour"));
    return { scrolls: main.scrollHeight - main.clientHeight, least: (100 * least) / innerHeight };
}"""


FITS = f"""() => {{ const {{ scrolls, least }} = ({MEASURED})(); return scrolls <= 0 && least >= 2.19; }}"""


def check_the_last_row(page, size):
    """All of the beat is in the window, and its smallest type is 2.2 % of the height, but for what a pixel is rounded to."""
    page.set_viewport_size(size)
    page.wait_for_function(FITS, polling=100)  # not at every frame: to look at all that is seen is work


def test_in_a_talk_every_beat_fits_the_window_and_is_read_from_the_last_row(page):
    page.emulate_media(reduced_motion="reduce")  # where things come to rest, not how
    small, large = TALKS
    page.set_viewport_size(large)
    page.goto(f"/?beat={SCRIPT[0].name}&talk=1")
    for beat in SCRIPT:
        expect(heading(page, beat.title)).to_be_visible()
        for size in (large, small):
            check_the_last_row(page, size)
        page.get_by_role("button", name="Show me").click()
        expect(page.get_by_text(beat.names)).to_be_visible(timeout=LEARNED)
        for size in (small, large):
            check_the_last_row(page, size)
        page.keyboard.press("PageDown")
