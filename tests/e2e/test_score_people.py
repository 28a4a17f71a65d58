"""Page Score's people in a real browser: keys choose, but not while one types; what was learned goes to page Tune."""

import pytest
from playwright.sync_api import expect


@pytest.fixture(autouse=True)
def on_a_page_of_its_own(page, errors):
    """Streamlit looks for its own files under every page's address first, which the console calls an error."""
    yield
    errors[:] = [error for error in errors if "404" not in error]


def test_keys_choose_and_the_reward_model_goes_to_page_tune(page):
    page.goto("/score?seed=7")
    said = page.locator(".said-so-far")
    first = page.locator(".st-key-prefer_0 button p")
    expect(page.locator(".scored tbody tr")).to_have_count(6, timeout=60_000)
    expect(first).to_have_count(1, timeout=30_000)  # the page that waited for the model is gone
    expect(first).to_contain_text("the movie was")
    before = first.inner_text()
    own = page.get_by_label("A text of your own")
    expect(own).to_have_count(1, timeout=30_000)
    own.fill("")
    own.press_sequentially("1 or 2")
    own.press("Tab")
    expect(page.locator(".scored .own")).to_have_count(1)
    expect(said).to_contain_text("0 choices")
    page.get_by_role("heading", name="2 · A person").click()
    page.keyboard.press("2")
    expect(said).to_contain_text("1 choice ")
    expect(first).not_to_have_text(before)
    page.keyboard.press("u")
    expect(said).to_contain_text("0 choices")
    expect(first).to_have_text(before)
    page.get_by_role("button", name="Let the simulated rater").click()
    expect(page.get_by_text("Best of")).to_be_visible()
    page.get_by_role("button", name="Tune with this reward model").click()
    page.wait_for_url("**/tune*")
    expect(page.get_by_text("reward model (50 simulated)").first).to_be_visible(timeout=30_000)


def test_choices_outlive_their_tab_as_a_file(page, tmp_path):
    page.goto("/score?seed=7")
    said = page.locator(".said-so-far")
    page.locator(".st-key-prefer_0 button").click(timeout=60_000)
    expect(said).to_contain_text("1 choice ")
    page.get_by_role("button", name="Let the simulated rater").click()
    expect(said).to_contain_text("50 choices")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the choices").click()
    assert saved.value.suggested_filename == "one-loop-choices.json"
    saved.value.save_as(tmp_path / "choices.json")
    page.goto("/score?seed=7")  # where what was chosen is in no link
    expect(said).to_contain_text("0 choices", timeout=60_000)
    field = page.locator(".st-key-choices_file input[type=file]")
    field.set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b'{"<img src=x>": '})
    expect(page.get_by_text("Line 1 is no whole JSON")).to_be_visible()
    field.set_input_files(tmp_path / "choices.json")
    expect(page.get_by_text("Loaded: 51 choices.")).to_be_visible()
    expect(said).to_contain_text("50 choices")
    expect(page.get_by_text("Line 1 is no whole JSON")).to_have_count(0)
    expect(page.get_by_text("reward model (1 of yours, 50 simulated)")).to_be_visible()
