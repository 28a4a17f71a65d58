"""The first visitor of a server comes while it still imports what the pages need."""

from playwright.sync_api import expect

from tests.e2e.conftest import VIEWPORT, serving


def test_a_link_leads_to_its_page_though_the_server_is_still_importing(browser, tmp_path):
    with serving(tmp_path / "log") as url:
        page = browser.new_page(viewport=VIEWPORT)
        page.goto(f"{url}/score?model=pocket&prompt=the+food+was")
        expect(page.get_by_label("Prompt")).to_have_value("the food was")
        assert "/score?" in page.url
        page.close()
