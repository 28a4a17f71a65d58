"""What is taken along: the buttons give the files of what is shown at that moment."""

import csv
import io
import json
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.runs import stop

PATIENCE = 60_000  # ms, on cores that other tests may use


@pytest.fixture(autouse=True)
def on_a_page_of_its_own(page, errors):
    """Streamlit looks for its own files under every page's address first, which the console calls an error."""
    yield
    errors[:] = [error for error in errors if "404" not in error]


def take(page, label):
    """(name, text) of the file that the button of that name gives."""
    with page.expect_download(timeout=PATIENCE) as coming:
        page.get_by_role("link", name=label).click()
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
    page.goto("/return?seed=7&tokens=2")
    table = page.get_by_role("link", name="The returns", include_hidden=True)
    page.get_by_role("button", name="Take along").click(timeout=PATIENCE)
    at_first = table.evaluate("link => link.href")
    page.get_by_role("button", name="Take along").click()
    count = page.get_by_label("n, up to 10,000")
    count.fill("1000", timeout=PATIENCE)
    count.press("Enter")
    page.get_by_role("button", name="Sample", exact=True).click(timeout=PATIENCE)
    expect(page.get_by_text("G₀ of 1,000 walks")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Take along").click()
    expect(page.get_by_text("CSV: a row a trajectory, 1,000 of them")).to_be_visible(timeout=PATIENCE)
    name, text = take(page, "The returns")
    assert name == "one-loop-returns-grid-seed-7.csv"
    assert len(rows(text)) == 1000
    # A press on the way while the page runs again is answered: an address stays, and gives what is there now.
    assert table.evaluate("link => link.href") == at_first
    assert rows(page.request.get(at_first).text()) == rows(text)


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
    expect(stop(page)).to_have_count(0, timeout=PATIENCE)
    page.get_by_role("button", name="Take along").click()
    name, text = take(page, "The curves")
    assert name.startswith("one-loop-tuning-")
    assert [row["step (updates)"] for row in rows(text)] == ["0", "1", "2", "3"]
    name, text = take(page, "The film")
    assert name.endswith(".html")
    assert len(text.encode()) < 2_000_000


def begin_film(page, address):
    page.goto(address)
    expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Take along").click()
    page.get_by_role("button", name="A moving picture, GIF").click()


def test_a_moving_picture_goes_along(page):
    begin_film(page, "/stage?seed=7&world=lake&gamma=0.9&step=2")
    save = page.get_by_role("link", name="Save the moving picture")
    expect(save).to_be_visible(timeout=PATIENCE)
    readout = page.locator(".clock .readout")
    expect(readout).to_have_text("t 2/10")  # the visitor's player stayed where it was
    saying = re.search(
        r"Seed 7, γ gamma 0\.90: (\d+) pictures of (\d+) × (\d+), (\d+) s, (\d\.\d) MB\.",
        page.get_by_role("dialog", name="Take along").inner_text(),
    )
    pictures, width, height, seconds = map(int, saying.groups()[:4])
    with page.expect_download(timeout=PATIENCE) as coming:
        save.click()
    assert coming.value.suggested_filename == "one-loop-stage-seed-7.gif"
    file = coming.value.path().read_bytes()
    assert len(file) < 5_000_000
    assert f"{len(file) / 1e6:.1f}" == saying[5]
    image, frames, lasts = Image.open(io.BytesIO(file)), [], []
    for at in range(image.n_frames):
        image.seek(at)
        frames.append(image.convert("RGB").tobytes())
        lasts.append(image.info["duration"])
    assert len(set(frames)) == len(frames) == pictures == 10 + 1
    assert image.size == (width, height)
    assert width == 960
    assert lasts == [1000] * 10 + [3000]
    assert sum(lasts) == 1000 * seconds


def test_the_page_is_used_while_it_is_filmed_and_stop_stops(page):
    begin_film(page, "/stage?seed=7&world=maze&policy=random&gamma=0.9")
    expect(page.get_by_text(re.compile(r"^picture \d+ of 51$"))).to_be_visible()
    camera = page.locator(".st-key-camera")
    expect(camera).to_have_count(1)
    page.keyboard.press("Escape")  # closes the door, and the film goes on
    expect(page.get_by_role("dialog", name="Take along")).to_have_count(0)
    readout = page.locator(".st-key-player .clock .readout")
    page.evaluate("document.activeElement.blur()")  # the keys are the player's where nothing else has them
    page.keyboard.press("ArrowRight")
    expect(readout).to_have_text("t 1/200")  # by one: the camera does not hear the keys
    page.locator(".st-key-player input.gamma").fill("0.5")
    page.wait_for_url(re.compile("gamma=0.5.*step=1"))
    page.get_by_role("button", name="Take along").click()
    taken = page.get_by_text(re.compile(r"^picture \d+ of 51$"))
    before = taken.inner_text()
    expect(taken).not_to_have_text(before)
    page.get_by_role("dialog", name="Take along").get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="A moving picture, GIF")).to_be_visible()
    expect(taken).to_have_count(0)
    expect(camera).to_have_count(0)
    expect(page.get_by_role("link", name="Save the moving picture")).to_have_count(0)
    expect(readout).to_have_text("t 1/200")
