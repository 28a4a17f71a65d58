"""The page Learn in a real browser: one click on the map, and the change runs through; what was learned walks."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture(autouse=True)
def on_a_page_of_its_own(page, errors):
    """Streamlit looks for its own files under every page's address first, which the console calls an error."""
    yield
    errors[:] = [error for error in errors if "404" not in error]


def cell(page, row, column, columns):
    page.locator(".board svg.map").first.locator("rect.cell").nth(row * columns + column).click()


def test_one_click_and_the_change_runs_through(page):
    page.goto("/learn?world=maze")
    page.get_by_role("button", name="Value iteration").click(timeout=60_000)
    expect(page.get_by_text("16 cheap sweeps")).to_be_visible()
    label = page.locator(".board .film .label").first
    expect(label).to_have_text("sweep 16, residual 0")  # it has played to its end
    cell(page, 3, 7, 9)
    expect(page.get_by_text("The change ran through in 13 sweeps")).to_be_visible()
    board = page.locator(".board").first
    expect(board.get_by_role("radio", name="change of v")).to_have_attribute("aria-checked", "true")
    expect(label).to_have_text("sweep 13, residual 0")
    expect(board.locator(".tint.loss")).to_have_count(30)
    expect(board.locator(".tint.gain")).to_have_count(0)


def test_what_was_learned_walks_on_the_stage(page):
    page.goto("/learn?world=cliff")
    page.get_by_role("spinbutton", name="seeds", exact=True).fill("1", timeout=60_000)
    page.get_by_role("spinbutton", name="seeds", exact=True).press("Enter")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Earned in an episode")).to_be_visible(timeout=60_000)
    page.locator(".st-key-looked").get_by_text("Q-learning").click()
    page.get_by_role("button", name="Send to the Stage: Q-learning after 500 episodes").click()
    expect(page.get_by_text("learned: Q-learning, 500 episodes")).to_be_visible(timeout=60_000)
    expect(page.locator(".clock .readout")).to_have_text(re.compile(r"^t 0/13$"), timeout=60_000)
    expect(page).to_have_url(re.compile("learned=q_learning"))
