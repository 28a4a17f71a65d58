"""What is taken along: the buttons give the files of what is shown at that moment."""

import csv
import io
import json
import re

import pytest
from playwright.sync_api import expect

PATIENCE = 60_000  # ms, on cores that other tests may use


@pytest.fixture(autouse=True)
def on_a_page_of_its_own(page, errors):
    """Streamlit looks for its own files under every page's address first, which the console calls an error."""
    yield
    errors[:] = [error for error in errors if "404" not in error]


def take(page, label):
    """(name, text) of the file that the button of that name gives."""
    with page.expect_download(timeout=PATIENCE) as coming:
        page.get_by_role("button", name=label).click()
    return coming.value.suggested_filename, coming.value.path().read_text(encoding="utf-8")


def rows(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_stage_goes_along_as_it_is_looked_at(page):
    page.goto("/stage?seed=7&world=lake&gamma=0.9")
    expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible(timeout=PATIENCE)
    page.locator("input.gamma").fill("0.5")
    page.wait_for_url(re.compile("gamma=0.5"))
    expect(page.locator(".discount .readout")).to_contain_text("0.50")
    shown = {side: page.locator(f".sum .side.{side} b").inner_text() for side in ("grid", "text")}
    page.get_by_role("button", name="Take along").click()
    name, text = take(page, "Both trajectories")
    assert name == "one-loop-stage-seed-7.csv"
    first = [row for row in rows(text) if row["step t"] == "0"]
    assert [row["discount gamma"] for row in first] == ["0.5", "0.5"]
    for row, side in zip(first, ("grid", "text"), strict=True):
        assert f"= {float(row['return-to-go G_t']):.3f}" == shown[side].replace("−", "-")
    name, text = take(page, "The run, to play")
    assert name == "one-loop-stage-seed-7.html"
    assert '"view":{"step":0,"gamma":0.5}' in text
    name, text = take(page, "A notebook")
    assert name == "one-loop-stage-seed-7.ipynb"
    assert "gamma = 0.5" in "".join(cell["source"] for cell in json.loads(text)["cells"])


def test_a_sample_goes_along(page):
    page.goto("/return?seed=7")
    page.get_by_role("button", name="Sample", exact=True).click(timeout=PATIENCE)
    expect(page.get_by_text("1,000 walks, ")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Take along").click()
    expect(page.get_by_text("CSV: a row a trajectory, 1,000 of them")).to_be_visible(timeout=PATIENCE)
    name, text = take(page, "The returns")
    assert name == "one-loop-returns-grid-seed-7.csv"
    assert len(rows(text)) == 1000


def test_learning_curves_go_along(page):
    page.goto("/learn?seed=7")
    page.get_by_role("button", name="Run", exact=True).click(timeout=PATIENCE)
    page.get_by_role("button", name="Take along").click(timeout=PATIENCE)
    name, text = take(page, "The learning curves")
    assert name.startswith("one-loop-learning-seed-")
    assert {row["learner"] for row in rows(text)} == {"Sarsa", "Q-learning"}


def test_a_tuning_film_goes_along(page):
    page.goto("/tune?seed=7")
    steps = page.get_by_label("steps", exact=True)
    steps.fill("3", timeout=PATIENCE)
    steps.press("Enter")
    page.get_by_role("button", name="Start", exact=True).click(timeout=PATIENCE)
    cursor = page.get_by_role("slider", name="Updates that the policy has had")
    expect(cursor).to_have_value("3", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0, timeout=PATIENCE)
    page.get_by_role("button", name="Take along").click()
    name, text = take(page, "The curves")
    assert name.startswith("one-loop-tuning-")
    assert [row["step (updates)"] for row in rows(text)] == ["0", "1", "2", "3"]
    name, text = take(page, "The film")
    assert name.endswith(".html")
    assert len(text.encode()) < 2_000_000
