"""The page Score in a real browser: a formula is checked while it is typed, and sliders and field stay in step."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import left_of_caret


@pytest.fixture(autouse=True)
def on_a_page_of_its_own(page, errors):
    """Streamlit looks for its own files under every page's address first, which the console calls an error."""
    yield
    errors[:] = [error for error in errors if "404" not in error]


def test_a_formula_is_checked_as_it_is_typed_and_moves_the_sliders(page):
    page.goto("/score?seed=7")
    field = page.get_by_label("Score of a text, as a formula")
    expect(page.locator(".scored tbody tr")).to_have_count(6, timeout=60_000)
    expect(field).to_have_count(1)  # the page that waited for the model is gone
    field.fill("")
    field.press_sequentially("rhyme(text)")
    expect(page.get_by_text("which of these texts will score higher?")).to_have_count(0)  # by rhyme all are worth 0
    page.keyboard.insert_text(" + 2 * sentimnt(text")  # at once: half of it is a formula too; and no Enter
    said = page.locator(".formula-field .said")
    expect(said).to_have_text("This bracket is never closed: a ) is missing.")
    assert left_of_caret(page) == "rhyme(text) + 2 * sentimnt"
    field.press_sequentially(")")
    expect(said).to_have_text("There is no “sentimnt”: did you mean sentiment?")
    assert left_of_caret(page) == "rhyme(text) + 2 * "
    expect(page.locator(".scored th")).to_have_text(["text", "score"])  # rhyme(text), the last that could be read
    for _ in range(8):
        field.press("ArrowLeft")
    field.press_sequentially("e")
    expect(said).to_have_text("Every text of the model scores between −2.00 and +3.00.")
    expect(page.locator(".scored th").nth(2)).to_have_text("2 * sentiment(text)")
    expect(field).to_be_focused()  # nothing was taken away from under the hand
    slider = page.get_by_role("slider", name="rhyme")
    expect(slider).to_have_value("1")
    slider.focus()
    slider.press("ArrowLeft")
    expect(field).to_have_value("2 * sentiment(text) + 0.9 * rhyme(text)")
    page.get_by_role("button", name="Tune with this score").click()
    expect(page.get_by_role("button", name="Score: 2 * sentiment(text) + 0.9 * rhyme(text)")).to_be_visible()
