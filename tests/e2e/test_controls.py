"""The controls in a real browser: what AppTest cannot see."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import left_of_caret, serving

ROBOT, MODEL, LINK = (f".st-key-{name} button" for name in ("robot", "model", "link"))


@pytest.fixture
def stage(page):
    """The page with both worlds on it; stage("?seed=3") opens it anew with that link."""

    def open_it(query=""):
        page.goto("/stage" + query)
        expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible(timeout=60_000)
        return page

    return open_it


def alerts(page):
    return page.get_by_test_id("stAlert")


def test_what_lies_in_a_closed_popover_neither_forgets_nor_speaks_up(stage):
    """Its widgets are not there while it is closed: what they show must be the visit, and opening must change nothing."""
    page = stage("?temperature=0.6&top_p=0.8&tokens=9&slip=0.25")
    page.locator(MODEL).first.click()
    expect(page.get_by_role("slider", name="T temperature")).to_have_value("0.6")
    expect(page.get_by_role("slider", name="top-p")).to_have_value("0.8")
    expect(page.get_by_label("Length limit")).to_have_value("9")
    page.get_by_role("slider", name="T temperature").press("ArrowRight")
    expect(page.locator(MODEL).first).to_contain_text("T 0.65")
    page.keyboard.press("Escape")
    page.go_back()
    expect(page.locator(MODEL).first).to_contain_text("T 0.60")
    page.locator(ROBOT).first.click()
    expect(page.get_by_role("slider", name="slip")).to_have_value("0.25")
    page.keyboard.press("Escape")
    page.locator(MODEL).first.click()
    expect(page.get_by_role("slider", name="T temperature")).to_have_value("0.6")
    expect(page).to_have_url(re.compile(r"temperature=0\.6&"))


def test_a_map_with_a_mistake_is_answered_at_the_map_and_beside_it_when_that_is_closed(stage):
    page = stage()
    page.locator(ROBOT).first.click()
    field = page.get_by_role("textbox", name="The map")
    expect(field).to_have_value(re.compile("SFFF"))
    field.fill("S..\n.x.\n..G\n")
    field.press("Control+Enter")
    expect(alerts(page)).to_have_count(1)
    expect(alerts(page)).to_contain_text("Line 2, column 2")
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    expect(alerts(page)).to_have_count(1)
    expect(alerts(page)).to_contain_text("The last good picture stays")
    page.reload()
    expect(alerts(page)).to_contain_text("Line 2, column 2", timeout=30_000)
    page.locator(ROBOT).first.click()
    field = page.get_by_role("textbox", name="The map")
    expect(field).to_have_value("S..\n.x.\n..G\n")
    field.fill("S..\n.#.\n..G\n")
    field.press("Control+Enter")
    expect(alerts(page)).to_have_count(0)
    expect(page.locator(".head .side.grid .title")).to_have_text("Your map")
    expect(page).not_to_have_url(re.compile("slip="))


def test_a_formula_is_checked_as_it_is_typed_in_the_open_popover(stage):
    page = stage("?seed=7&score=formula&formula=words(text)")
    page.locator(MODEL).first.click()
    field = page.get_by_label("Score of a text, as a formula")
    said = page.locator(".formula-field .said")
    expect(field).to_have_value("words(text)")
    field.press("End")
    field.press_sequentially(" + wods(text)")  # and no Enter
    expect(said).to_have_text("There is no “wods”: did you mean words?")
    assert left_of_caret(page) == "words(text) + "
    expect(page).to_have_url(re.compile(r"formula=words%28text%29&"))  # the last that could be read
    for _ in range(8):
        field.press("ArrowLeft")
    field.press_sequentially("r")
    expect(page).to_have_url(re.compile(r"formula=words%28text%29\+%2B\+words%28text%29&"))
    expect(said).to_have_text(re.compile("^Such as "))
    expect(field).to_be_focused()  # the popover is open, and nothing was taken away from under the hand
    page.go_back()
    expect(field).to_have_value("words(text)")
    field.press("End")
    field.press_sequentially(" + words(text)")  # what was there before the way back is news again
    expect(page).to_have_url(re.compile(r"formula=words%28text%29\+%2B\+words%28text%29&"))
    field.press_sequentially(" -")
    field.press("Escape")  # in the middle of a pause
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.locator(MODEL).first.click()
    expect(field).to_have_value("words(text) + words(text) -")
    expect(said).to_have_text("Something is missing at the end.")


def test_back_in_the_browser_takes_back_what_was_done(stage):
    page = stage("?seed=7")
    field = page.get_by_role("textbox", name="Prompt")
    field.fill("this book is")
    field.press("Enter")
    expect(page.locator(".page .prompt")).to_have_text(re.compile("this book is"))
    page.go_back()
    expect(page.locator(".page .prompt")).to_have_text(re.compile("the movie was"))
    expect(field).to_have_value("the movie was")
    page.go_forward()
    expect(page.locator(".page .prompt")).to_have_text(re.compile("this book is"))


def test_strange_words_are_shown_as_they_are(stage):
    page = stage()
    strange = "[x](javascript:1) <b>bold</b> $x$"
    field = page.get_by_role("textbox", name="Prompt")
    field.fill(strange)
    field.press("Enter")
    expect(alerts(page)).to_contain_text("“[”")
    field.fill(":material/delete: :smile: :red[x]")
    field.press("Enter")
    expect(alerts(page)).to_contain_text("material")
    assert alerts(page).locator("a, b, i, code, [data-testid=stIconMaterial] + a, .katex").count() == 0


def test_the_link_is_the_address_of_what_is_seen_now(stage, server):
    page = stage()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("step=1"))
    page.locator(LINK).first.click()
    code = page.get_by_test_id("stCode").locator("code")
    expect(code).to_contain_text("step=1")
    assert code.inner_text().replace("\n", "") == page.url
    expect(page.get_by_role("img", name="QR code of the link above")).to_be_visible()
    expect(page.get_by_test_id("stPopoverBody")).to_contain_text("it opens here only")


def test_a_button_for_another_seed_draws_anew(stage):
    page = stage("?seed=7")
    page.get_by_role("button", name="↻").click()
    expect(page).not_to_have_url(re.compile("seed=7&"))
    seed = re.search(r"seed=(\d+)", page.url)[1]
    expect(page.get_by_label("Seed")).to_have_value(seed)


def test_a_start_with_a_model_that_cannot_be_is_said_on_the_page(own_page, other_server):
    own_page.goto(f"{other_server.url}/stage")
    expect(alerts(own_page)).to_contain_text("not the name of a model")
    expect(own_page.locator(".side.text .bars .bar.chosen")).to_be_visible()


def test_a_talk_starts_with_smollm2_and_it_writes_in_sight(browser, tmp_path, smollm2):
    """`smollm2` is asked for so that it is in the cache, and the test is left out where it cannot be had."""
    with serving(tmp_path / "log", "--lm", "smollm2") as url:
        page = browser.new_page(base_url=url)
        page.goto("/stage?prompt=Einstein+said+that&seed=5&tokens=12")
        seen = set()
        for _ in range(1_200):
            seen |= {re.sub(r"\d+", "n", text) for text in page.get_by_test_id("stProgress").all_inner_texts()}
            if "SmolLM2" in "".join(page.locator(".head .side.text .title").all_inner_texts()):
                break
            page.wait_for_timeout(100)
        expect(page.locator(".head .side.text .title")).to_contain_text("SmolLM2")
        assert "writing n of n tokens" in seen
        expect(alerts(page)).to_have_count(0)
        assert "model=smollm2" in page.url
        page.close()
