"""The page Tune in a browser: a run is started, watched, scrubbed and stopped."""

import pytest
from playwright.sync_api import expect

from tests.e2e.runs import stop

PATIENCE = 60_000  # ms, on cores that other tests may use


@pytest.fixture(autouse=True)
def on_a_page_of_its_own(page, errors):
    """Streamlit looks for its own files under every page's address first, which the console calls an error."""
    yield
    errors[:] = [error for error in errors if "404" not in error]


def test_a_run_is_watched_while_it_learns_scrubbed_and_stopped(page):
    page.goto("/tune?seed=7")
    page.get_by_role("button", name="Start", exact=True).click(timeout=PATIENCE)
    expect(page.get_by_text("s left")).to_be_visible(timeout=PATIENCE)
    cursor = page.get_by_role("slider", name="Updates that the policy has had")
    expect(cursor).not_to_have_value("0", timeout=PATIENCE)  # it follows what comes
    stop(page).click()
    expect(page.get_by_text("stopped after")).to_be_visible(timeout=PATIENCE)
    expect(stop(page)).to_have_count(0)
    texts, shares = page.locator(".tuning .words"), page.locator(".tuning .bars")
    latest, moved = texts.all_inner_texts(), shares.get_attribute("aria-label")
    cursor.focus()
    page.keyboard.press("Home")
    expect(cursor).to_have_value("0")
    # The texts and the distribution went along: before any update the policy is the reference.
    expect(texts).not_to_have_text(latest)
    expect(shares).not_to_have_attribute("aria-label", moved)
    # Both in one look: prefixes are still read for the stopped run, and may bring other tokens to the list.
    page.wait_for_function(
        """(list) => list.children.length > 5 && [...list.children].every((bar) =>
            bar.querySelector("b.share").textContent === bar.querySelector("span.share").textContent)""",
        arg=shares.element_handle(),
    )
    expect(page.get_by_text("reference · 0 of")).to_be_visible()
    # What was learned stays, and another run may begin.
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


def test_a_page_that_is_loaded_anew_finds_its_run_and_its_policies(page, context):
    page.goto("/tune?seed=7&tune_steps=400")
    page.get_by_role("button", name="Start", exact=True).click(timeout=PATIENCE)
    cursor = page.get_by_role("slider", name="Updates that the policy has had")
    expect(cursor).not_to_have_value("0", timeout=PATIENCE)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("button", name="Before and after")).to_have_count(1)
    done = int(cursor.input_value())
    page.reload()
    # The same run goes on from where it was, and the policy is still there.
    expect(stop(page)).to_be_visible(timeout=PATIENCE)
    page.wait_for_function("([at, done]) => +at.value > done", arg=[cursor.element_handle(), done])
    expect(page.get_by_role("button", name="Before and after")).to_have_count(1)
    # Once more, before anything else has been done here.
    page.reload()
    expect(stop(page)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Before and after")).to_have_count(1)
    # A second tab has its own.
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("button", name="Start", exact=True)).to_be_enabled(timeout=PATIENCE)
    expect(stop(other)).to_have_count(0)
    other.close()
    stop(page).click()
    expect(page.get_by_text("stopped after")).to_be_visible(timeout=PATIENCE)
