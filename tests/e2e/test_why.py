"""The page Why RL in a real browser: the number of texts in the hand, and the estimate that follows it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.mouse import press


@pytest.fixture(autouse=True)
def on_a_page_of_its_own(page, errors):
    """Streamlit looks for its own files under every page's address first, which the console calls an error."""
    yield
    errors[:] = [error for error in errors if "404" not in error]


def number(page, name):
    return float(re.sub("[^0-9.−]", "", page.locator(f".estimate .means .{name}").inner_text()).replace("−", "-"))


def test_the_gradient_stops_at_the_draw_and_the_estimate_follows_the_hand(page):
    page.goto("/why?prompt=the+movie+was&seed=7")
    expect(page.locator(".gradient-path .station")).to_have_count(6, timeout=60_000)
    expect(page.locator(".gradient-path .home.unknown")).to_have_count(5)
    page.get_by_text("4 times as many", exact=True).click()
    page.locator(".st-key-check_half button").click()  # its work goes on beside what follows
    page.get_by_text("only log π(a|s)", exact=True).click()
    page.locator(".st-key-check_way_back button").click()
    expect(page.get_by_text("Yes: only log")).to_be_visible()
    page.get_by_role("button", name="backward() on log", disabled=False).click()  # the old one is still there
    expect(page.locator(".gradient-path .home.flows")).to_have_count(2)
    page.get_by_role("button", name="backward() on r", disabled=False).click()
    expect(page.locator(".gradient-path .home.stops")).to_have_count(2)  # from the score on; the draw was not asked
    expect(page.get_by_text("RuntimeError: element 0 of tensors does not require grad")).to_have_count(1)

    slider = page.locator(".estimate input.texts")
    expect(slider).to_be_visible(timeout=90_000)
    expect(page.locator(".estimate .readout.n")).to_have_text("N 64 texts")
    few, slope = number(page, "cosine"), number(page, "slope")
    box = press(page, slider, 0.5)
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2, steps=5)
    expect(page.locator(".estimate .readout.n")).to_have_text("N 4,096 texts")  # before the mouse is let go
    assert number(page, "cosine") > max(few, 0.99)
    assert number(page, "error") < 10
    page.mouse.up()
    assert slope == pytest.approx(-0.5, abs=0.03)
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator(".estimate .readout.n")).to_have_text("N 1 text")
    assert number(page, "cosine") < few
    page.get_by_role("button", name=re.compile("^best b")).click()
    expect(page.locator(".estimate .readout.b")).to_have_text("b baseline 0.05")
    expect(page.locator(".estimate .means .gain")).to_have_text("1.01 times")
