"""A run and a tuning film in the slides of reveal.js, with the network off: they fit, play, and leave the deck its keys."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ROOT
from tests.e2e.test_standalone import film, offline, run, use

__all__ = ["film", "offline", "run"]  # fixtures

REVEAL = ROOT / "node_modules/reveal.js/dist"
FITS = """() => {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
    return [scrollWidth - clientWidth, scrollHeight - clientHeight, innerWidth, innerHeight];
}"""


@pytest.fixture
def deck(offline, run, film, tmp_path):
    """The deck, on its first slide: the run is on the second one, the film on the third."""
    if not REVEAL.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no reveal.js, and the slides are part of it")
        pytest.skip("reveal.js comes with npm ci")
    frames = "".join(
        f'<section><iframe id="{name}" src="{file.as_uri()}" width="960" height="700"></iframe></section>'
        for name, file in (("run", run), ("film", film))
    )
    file = tmp_path / "deck.html"
    file.write_text(
        f"""<!doctype html><link rel="stylesheet" href="{(REVEAL / "reveal.css").as_uri()}">
        <div class="reveal"><div class="slides"><section><h2 tabindex="0">A talk</h2></section>{frames}</div></div>
        <script src="{(REVEAL / "reveal.js").as_uri()}"></script>
        <script>Reveal.initialize({{ width: 960, height: 700, transition: "none" }});</script>"""
    )
    offline.goto(file.as_uri())
    expect(offline.locator(".reveal.ready")).to_be_attached()
    return offline


def at(deck):
    return deck.evaluate("Reveal.getIndices().h")


def test_both_fit_a_slide_and_need_no_scrolling(deck):
    for slide, name in ((1, "run"), (2, "film")):
        deck.keyboard.press("ArrowRight")
        assert at(deck) == slide
        frame = deck.frame_locator(f"#{name}")
        expect(frame.locator(".transport .readout").first).to_be_visible()
        assert deck.frame(url=re.compile(f"{name}.html")).evaluate(FITS) == [0, 0, 960, 700]


def test_a_run_is_used_on_its_slide_and_the_deck_has_its_keys_back(deck):
    deck.keyboard.press("ArrowRight")
    use(deck, deck.frame_locator("#run"))
    assert at(deck) == 1  # the arrows stepped the run, and not the deck
    play = deck.frame_locator("#run").locator("button.play")
    play.click()
    expect(play).to_have_attribute("aria-label", "Pause")
    play.click()
    deck.mouse.click(4, 360)  # beside the slide
    deck.keyboard.press("ArrowRight")
    assert at(deck) == 2
    deck.keyboard.press("PageUp")
    assert at(deck) == 1


def test_a_film_is_used_on_its_slide(deck):
    deck.evaluate("Reveal.slide(2)")
    frame = deck.frame_locator("#film")
    readout = frame.locator(".transport .readout")
    expect(readout).to_have_text("after 3 of 3 updates")
    frame.locator("button.back").click()
    expect(readout).to_have_text("after 2 of 3 updates")
    deck.keyboard.press("ArrowLeft")
    expect(readout).to_have_text("after 1 of 3 updates")
    assert at(deck) == 2
