"""The app below a path behind a proxy, inside another site's page, and without Streamlit's own bar."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import VIEWPORT
from tests.proxy import proxy, site

OTHER = "<!DOCTYPE html><title>Another site</title><iframe src='{}' style='border:0;width:100%;height:700px'></iframe>"


@pytest.fixture
def stranger(browser):
    """A tab of a browser that has been nowhere yet."""
    context = browser.new_context(viewport=VIEWPORT)
    yield context.new_page()
    context.close()


def plays(page):
    """The Stage is there, and Python hears of a step that is chosen by hand."""
    bars = page.locator(".policy .side.text .bars .bar")
    expect(bars.nth(1)).to_be_visible()
    bars.nth(1).click()
    expect(page.locator(".draw .side.text")).to_contain_text("by hand")


def saves(page, inside):
    """A file of the Stage comes, wherever the Stage is: `inside` the page or a frame of it."""
    inside.get_by_role("button", name="Take along").click()
    with page.expect_download() as coming:
        inside.get_by_role("link", name="Both trajectories").click()
    assert coming.value.suggested_filename.endswith(".csv")
    assert coming.value.path().read_text(encoding="utf-8-sig").startswith("world,")


@pytest.mark.parametrize("strips", [True, False], ids=["strips the path", "keeps the path"])
def test_behind_a_proxy_everything_stays_below_its_path(request, stranger, strips):
    app, path = (
        (request.getfixturevalue("server"), "/loop")
        if strips
        else (request.getfixturevalue("other_server").url, "/talks/loop")
    )
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(app))
    with proxy(origin, path, strips=strips) as public:
        stranger.goto(f"{public}/stage?seed=3")
        expect(stranger.locator(".policy .side.text .bars .bar").first).to_be_visible()
        stranger.get_by_role("button", name="Link", exact=True).click()
        link = stranger.locator("[data-testid=stPopoverBody] code")
        expect(link).to_contain_text(re.compile(rf"^{re.escape(public)}/stage\?v=1&seed=3"))
        saves(stranger, stranger)
        stranger.goto(f"{public}?v=1&beat=loop")
        expect(stranger).to_have_url(re.compile(rf"^{re.escape(public)}/"))
        stranger.goto(f"{public}/room")
        stranger.get_by_role("button", name="Open a room").click()
        code = stranger.locator(".room-code .code").inner_text().replace(" ", "")
        stranger.goto(f"{public}/r/{code}")
        expect(stranger.get_by_role("heading", name="Look at the screen")).to_be_visible()


def test_inside_another_site_s_page_it_plays_and_says_where_files_can_be_brought(server, stranger):
    with site(OTHER.format(f"{server}/stage")) as other:
        stranger.goto(other)
        inside = stranger.frame_locator("iframe")
        expect(inside.locator(".policy .side.text .bars .bar").first).to_be_visible()
        saves(stranger, inside)
        inside.get_by_role("link", name="Tune", exact=True).click()
        expect(inside.get_by_text("It can in a tab of its own.")).to_be_visible()
        expect(inside.locator("[data-testid=stFileUploader] input")).to_be_disabled()
        out = inside.get_by_role("link", name="Open in a tab of its own")
        expect(out).to_have_attribute("href", re.compile(rf"^{re.escape(server)}/tune\?v=1"))
        expect(out).to_have_attribute("target", "_blank")
    # In a tab of its own it can.
    stranger.goto(f"{server}/tune")
    expect(stranger.locator("[data-testid=stFileUploader] input").first).to_be_enabled()
    expect(stranger.get_by_text("It can in a tab of its own.")).to_have_count(0)


def test_embedded_nothing_lies_over_the_stage(server, stranger):
    stranger.goto(f"{server}/stage?embed=true")
    expect(stranger.locator(".policy .side.text .bars .bar").first).to_be_visible()
    name, control = stranger.locator(".one-loop-name"), stranger.locator(".st-key-controls")
    expect(control).to_be_visible()
    below = control.bounding_box()["y"]
    if name.is_visible():
        box = name.bounding_box()
        assert box["y"] + box["height"] <= below
