"""A run in a file: it opens from a disk with the network off, and everything in it still moves."""

import re

import pytest
from playwright.sync_api import expect

from components.instruments.kit.standalone import standalone
from components.instruments.player import player_data
from components.instruments.tuning_film import film_data
from mdp_core.frames import stage_frames
from mdp_core.returns import discounted_return
from mdp_core.rlhf.film import Film
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import tune
from mdp_core.scenarios import GridScenario, View
from mdp_core.stage.grid import grid_frames, run_grid
from mdp_core.tokens.rewards import reward_from
from mdp_core.tokens.scores import ScoreSpec
from tests.e2e.conftest import HARMLESS, VIEWPORT

HOSTILE = "</script><img src=x onerror='document.title=\"hacked\"'>"


@pytest.fixture
def offline(browser):
    """A tab without a network; its console must be clean."""
    context = browser.new_context(viewport=VIEWPORT, offline=True)
    tab, errors = context.new_page(), []
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert [error for error in errors if HARMLESS not in error] == []


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The file of a run whose worlds have hostile names."""
    worlds = [
        grid_frames(scenario, 7) | {"title": HOSTILE} for scenario in (GridScenario(), GridScenario(policy="random"))
    ]
    file = tmp_path_factory.mktemp("run") / "run.html"
    text = standalone("player", player_data(stage_frames("run", worlds), View(0, 0.9), fixed=True), title=HOSTILE)
    file.write_text(text, encoding="utf-8")
    return file


def total(place):
    return float(place.locator(".sum .side.left b").inner_text().replace("=", "").replace("−", "-"))


def use(page, place):
    """Step with the keys and drag gamma; the left world is the lake's greedy robot."""
    rewards = run_grid(GridScenario(), 7).rewards
    readout = place.locator(".clock .readout")
    expect(readout).to_have_text(re.compile("^t 0/"))
    assert total(place) == pytest.approx(float(discounted_return(rewards, 0.9)), abs=6e-4)
    place.locator("button.forward").click()
    expect(readout).to_have_text(re.compile("^t 1/"))
    page.keyboard.press("ArrowRight")
    expect(readout).to_have_text(re.compile("^t 2/"))
    page.keyboard.press("ArrowLeft")
    expect(readout).to_have_text(re.compile("^t 1/"))
    slider = place.locator("input.gamma")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.88, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=4)
    gamma = float(slider.input_value())
    assert 0.4 < gamma < 0.6
    expect(place.locator(".discount .readout")).to_have_text(f"γ gamma {gamma:.2f}")
    assert total(place) == pytest.approx(float(discounted_return(rewards, gamma)), abs=6e-4)
    page.mouse.up()
    assert place.locator("html").evaluate("(html) => html.scrollWidth <= innerWidth")


def test_a_run_opens_from_a_disk(offline, run):
    offline.goto(run.as_uri())
    use(offline, offline)
    assert offline.title() == HOSTILE
    assert offline.locator(".head .side.left .title").inner_text() == HOSTILE
    assert offline.locator("img").count() == 0


def test_a_run_lives_in_a_frame(offline, run, tmp_path):
    host = tmp_path / "slides.html"
    host.write_text(f'<iframe id="f" src="{run.as_uri()}" width="1000" height="620"></iframe>')
    offline.goto(host.as_uri())
    use(offline, offline.frame_locator("#f"))


def test_nothing_offers_a_choice_that_nobody_could_roll_out(offline, run):
    offline.goto(run.as_uri())
    bars = offline.locator(".side.left .bars button.bar")
    expect(bars.first).to_be_visible()
    assert all(bar.is_disabled() for bar in bars.all())
    assert not any("instead" in bar.get_attribute("title") for bar in bars.all())
    assert not any(choice.is_visible() for choice in offline.locator(".choice:not(.taken)").all())


def test_it_follows_the_readers_theme(offline, run):
    offline.emulate_media(color_scheme="dark")
    offline.goto(run.as_uri())
    expect(offline.locator(".stage")).to_have_class(re.compile("dark"))
    offline.emulate_media(color_scheme="light")
    expect(offline.locator(".stage")).not_to_have_class(re.compile("dark"))


@pytest.fixture(scope="module")
def film(tmp_path_factory, pocket):
    """The file of a short tuning run."""
    reward = reward_from(ScoreSpec("length", length=3))
    spec = preset("rloo", texts=4, tokens=4, steps=3)
    shown = Film(pocket, spec, reward, name=HOSTILE)
    for step in tune(pocket, spec, reward):
        shown.add(step)
    shown.finish()
    file = tmp_path_factory.mktemp("film") / "film.html"
    file.write_text(standalone("tuning_film", film_data(shown, "run", fixed=True), title="film"), encoding="utf-8")
    return file


def test_a_film_opens_from_a_disk(offline, film):
    offline.goto(film.as_uri())
    readout = offline.locator(".transport .readout")
    expect(readout).to_have_text("after 3 of 3 updates")
    offline.keyboard.press("ArrowLeft")
    expect(readout).to_have_text("after 2 of 3 updates")
    offline.locator(".words .token").first.click()
    assert offline.title() == "film"
    assert offline.locator("img").count() == 0
