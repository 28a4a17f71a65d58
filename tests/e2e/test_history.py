"""The browser's history: one entry for what a person calls a step back."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(own_page):
    """A tab of its own: a browser counts no more than fifty entries."""
    return own_page


def ready(page, address="/stage?seed=3"):
    page.goto(address)
    expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible()
    expect(page).to_have_url(re.compile("v=1"))
    return page


def entries(page):
    return page.evaluate("history.length")


def test_back_undoes_a_drag_of_gamma_and_not_a_hundredth_of_it(page):
    ready(page)
    slider, readout = page.locator("input.gamma"), page.locator(".discount .readout")
    seed = page.get_by_role("button", name="↻")
    seed.click()
    expect(page).not_to_have_url(re.compile(r"seed=3\b"))
    before = entries(page)
    for gamma in ("0.8", "0.6", "0.5"):
        slider.fill(gamma)
        expect(page).to_have_url(re.compile(f"gamma={gamma}"))
    assert entries(page) == before + 1
    page.go_back()
    expect(readout).to_contain_text("0.90")
    expect(page).to_have_url(re.compile("gamma=0.9"))
    page.go_forward()
    expect(readout).to_contain_text("0.50")
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"seed=3\b"))


def test_back_undoes_a_typed_formula_and_not_a_state_of_it(page):
    page.goto("/score")
    field = page.locator(".formula-field input")
    expect(field).to_have_value(re.compile("sentiment"))
    first = field.input_value()
    expect(page).to_have_url(re.compile("v=1"))
    before = entries(page)
    for typed, told in (
        ("words(text)", "words%28text%29"),
        ("2", "score_formula=2"),
        ("2 + 1", r"score_formula=2\+%2B\+1"),
    ):
        field.fill(typed)
        expect(page).to_have_url(re.compile(told))
    assert entries(page) == before + 1
    page.go_back()
    expect(field).to_have_value(first)
