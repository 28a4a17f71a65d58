"""The page Return in a real browser: gamma in the hand, over all trajectories at once."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.mouse import press


@pytest.fixture(autouse=True)
def on_a_page_of_its_own(page, errors):
    """Streamlit looks for its own files under every page's address first, which the console calls an error."""
    yield
    errors[:] = [error for error in errors if "404" not in error]


def open_page(page, query):
    page.goto(f"/return?{query}")
    expect(page.locator(".returns-chart .means .gain")).to_be_visible(timeout=60_000)


def commit(page, question, guess, n):
    page.get_by_role("spinbutton", name=question).fill(guess)
    page.get_by_role("spinbutton", name=question).press("Tab")
    page.get_by_role("button", name="Check").nth(n).click()


def mean(page):
    return float(page.locator(".returns-chart .means .gain").inner_text().replace("−", "-"))


def grab(page, slider, share):
    """The mouse on the handle's track at `share`, pressed."""
    box = press(page, slider, 0.9)
    page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2, steps=5)


def test_gamma_moves_all_returns_before_the_mouse_is_released(page):
    open_page(page, "world=chain&policy=right&gamma=0.9&tokens=2")
    commit(page, "Predict: the mean return", "2", 0)
    expect(page.locator(".returns-chart .title")).to_have_text("G₀ of 1,000 walks")
    assert mean(page) == pytest.approx(4 * 0.9**9, abs=1e-3)
    address = page.url
    grab(page, page.locator(".returns-chart input.gamma"), 0.5)
    expect(page.locator(".returns-chart .readout")).to_have_text(re.compile(r"gamma 0\.(49|50|51)"))
    gamma = float(page.locator(".returns-chart .readout").inner_text().split()[-1])
    assert mean(page) == pytest.approx(4 * gamma**9, abs=1e-3)
    exact = page.locator(".returns-chart .means b").last.inner_text()
    assert float(exact) == pytest.approx(4 * gamma**9, abs=1e-3)  # every walk is the same one
    assert page.url == address  # nothing has been sent yet
    page.mouse.up()
    page.wait_for_url(re.compile(rf"gamma={gamma:g}"))
    expect(page.locator(".returns-chart .readout")).to_have_text(re.compile(f"gamma {gamma:.2f}"))


def test_the_arrows_turn_at_the_crossing(page):
    open_page(page, "seed=7&tokens=2")
    expect(page.locator(".gamma-choice .map .arrow")).to_have_count(0)  # the answer is hidden
    commit(page, "Predict: at which gamma", "0.5", 1)
    slider = page.locator(".gamma-choice input.gamma")
    expect(page.locator(".gamma-choice .far")).to_have_class(re.compile("best"))
    grab(page, slider, 0.6)
    expect(page.locator(".gamma-choice .near")).to_have_class(re.compile("best"))
    page.mouse.up()
    # Key by key over the crossing at 0.8409: the arrow in the start's cell, the third of the line, turns round.
    slider.focus()
    slider.evaluate("e => { e.value = 0.84; e.dispatchEvent(new Event('input')); }")
    start = page.locator(".gamma-choice .map g.arrow[transform^='translate(2.5 ']").locator("polygon")
    left = start.get_attribute("points")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".gamma-choice .readout")).to_have_text(re.compile("0.841"))
    expect(page.locator(".gamma-choice .far")).to_have_class(re.compile("best"))
    assert start.get_attribute("points") != left


def test_a_token_is_chosen_by_hand_and_by_key(page):
    open_page(page, "prompt=the+movie+was&tokens=3&seed=7")
    tokens = page.locator(".text-values .token")
    expect(tokens.first.locator(".value")).to_have_text(re.compile(r"\d\.\d\d"), timeout=60_000)
    expect(page.locator(".text-values .row.chosen")).to_have_count(1)
    tokens.nth(1).click()
    expect(tokens.nth(1)).to_have_attribute("aria-checked", "true")
    word = tokens.nth(1).locator(".word").inner_text()
    expect(page.locator(".text-values .after")).to_contain_text(word)
    expect(page.locator(".text-values .row .q").last).to_have_text(re.compile(r"\d\.\d\d"), timeout=60_000)
    page.keyboard.press("ArrowLeft")
    expect(tokens.first).to_have_attribute("aria-checked", "true")
    expect(page.locator(".text-values .after")).to_contain_text("After “the movie was”")
