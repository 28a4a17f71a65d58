"""Pictures of instruments: twice as large as on the screen, in its colours, and a stranger's text in them is only text."""

import io
import math
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import expect

from components.instruments.kit.standalone import standalone
from components.instruments.player import player_data
from mdp_core.frames import stage_frames
from mdp_core.scenarios import GridScenario, TextScenario, View
from mdp_core.stage.grid import grid_frames
from mdp_core.stage.text import text_frames_by_token
from mdp_core.tokens.sources import drain

HOSTILE = "<script>document.title='hacked'</script><img src=x onerror=alert(1)> &"
CONTROLS = "\x07\x1b\uffff"  # XML cannot hold them
LOCAL = ("#", "data:image/png;")  # what a picture may take from somewhere: its own parts
GROUNDS = {"light": (255, 255, 255), "dark": (16, 21, 28)}


@pytest.fixture
def saved(page, tmp_path):
    """Save the picture of a place with keys and menu; its bytes."""

    def save(place, kind):
        opener = place.get_by_role("button", name="Save picture")
        opener.focus()
        page.keyboard.press("Enter")
        with page.expect_download() as coming:
            place.get_by_role("menuitem", name=kind).click()
        expect(opener).to_be_focused()
        assert coming.value.suggested_filename.endswith(f".{kind.lower()}")
        coming.value.save_as(file := tmp_path / f"picture.{kind.lower()}")
        return file.read_bytes()

    return save


def twice(box):
    size = box.bounding_box()
    return 2 * math.ceil(size["width"]), 2 * math.ceil(size["height"])


def seen(png, ground):
    """The picture's size; it has several colours on that ground, and is filled to its edges."""
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    assert picture.getchannel("A").getextrema() == (255, 255)
    colours = sorted(picture.convert("RGB").getcolors(maxcolors=1 << 24), reverse=True)
    assert colours[0][1] == ground
    assert len([n for n, _ in colours if n > 50]) > 5
    return picture.size


def read(svg):
    """The picture as XML: nothing in it runs, and nothing in it comes from elsewhere."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        tag = element.tag.rpartition("}")[2].lower()
        assert tag not in {"script", "img", "iframe", "object", "embed", "link"}
        for name, value in element.attrib.items():
            bare = name.rpartition("}")[2].lower()
            assert not bare.startswith("on")
            assert bare not in {"href", "src"} or value.startswith(LOCAL)
            _local(value)
        if tag == "style":
            _local(element.text or "")
    return root


def _local(css):
    assert all(part.lstrip("'\" ").startswith(LOCAL) for part in css.replace("&quot;", "").split("url(")[1:])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_stage(page, saved, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/stage")
    place = page.locator(".st-key-player")
    box = place.locator(".stage.drawing")
    expect(box).to_contain_text("Pocket")  # and no longer "waking up"
    assert seen(saved(place, "PNG"), GROUNDS[scheme]) == twice(box)
    root = read(saved(place, "SVG"))
    assert (int(root.get("width")), int(root.get("height"))) == twice(box)
    assert "the movie was great" in "".join(root.itertext())


def test_a_hostile_text_is_only_text(page, saved, tmp_path, pocket):
    text = drain(text_frames_by_token(pocket, TextScenario(max_tokens=4), 7))
    text |= {"prompt": [HOSTILE, CONTROLS], "title": HOSTILE}
    frames = player_data(stage_frames("run", [grid_frames(GridScenario(), 7), text]), View(0, 0.9), fixed=True)
    (tmp_path / "run.html").write_text(standalone("player", frames, title="A run"), encoding="utf-8")
    page.goto((tmp_path / "run.html").as_uri())
    place = page.locator("#instrument")
    assert seen(saved(place, "PNG"), GROUNDS["light"]) == twice(place.locator(".stage"))
    written = "".join(read(saved(place, "SVG")).itertext())
    assert HOSTILE + "\ufffd" * len(CONTROLS) in written
    assert written.count(HOSTILE) >= 2
    assert page.title() == "A run"


def test_a_picture_of_plotlys(page, saved):
    page.goto("/learn")
    page.get_by_role("button", name="Value iteration").click()
    place = page.locator(".st-key-plot_residuals")
    drawn = place.locator(".js-plotly-plot")
    expect(drawn.locator(".legend")).to_be_visible()
    assert seen(saved(place, "PNG"), GROUNDS["light"]) == twice(drawn)
    root = read(saved(place, "SVG"))
    assert (int(root.get("width")), int(root.get("height"))) == twice(drawn)
    assert "max |change of v|" in "".join(root.itertext())


SIZES = """(box) => [...box.querySelectorAll("*:not(.live)")].map((one) => one.getBoundingClientRect())
    .filter(({ width, height }) => width && height).map(({ width, height }) => [width, height])"""


def test_what_is_in_a_picture_is_laid_out_as_on_the_screen(page, saved, tmp_path):
    page.set_viewport_size({"width": 1920, "height": 1080})  # one rem is 24 px there
    page.goto("/return?tokens=3")
    values = page.locator(".text-values")
    expect(values.locator(".change").first).to_be_visible()
    expect(page.get_by_text("working out the values")).to_have_count(0)
    for box in (values, page.locator(".gamma-choice")):
        saved(page.locator("[data-testid=stBidiComponentIsolated]").filter(has=box), "SVG")
        here = box.evaluate(SIZES)
        picture = page.context.new_page()
        picture.goto((tmp_path / "picture.svg").as_uri())
        there = picture.locator(".drawing").evaluate(SIZES)
        picture.close()
        assert there == [pytest.approx([2 * width, 2 * height], abs=2) for width, height in here]


def test_every_picture_on_a_page_can_be_saved(page, saved):
    page.goto("/return?tokens=3")
    expect(page.locator(".text-values .row .number").first).to_be_visible()
    for name in ("returns_chart", "gamma_choice"):
        place = page.locator(f".st-key-{name}")
        box = place.locator(".drawing")
        assert seen(saved(place, "PNG"), GROUNDS["light"]) == twice(box)
        read(saved(place, "SVG"))
    expect(page.locator(".glossary")).to_be_attached()
    expect(page.locator(".st-key-glossary").get_by_role("button", name="Save picture")).to_have_count(0)
