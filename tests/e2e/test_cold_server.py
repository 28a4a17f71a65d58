"""The first visitor of a server comes while it still imports what the pages need."""

from playwright.sync_api import expect

from tests.e2e.conftest import ROOT, VIEWPORT, serving

# An import of a page's that takes until the file is there, as on a machine that is slow.
SLOW = """
import sys, time
from pathlib import Path


class Slow:
    def find_spec(self, name, path=None, target=None):
        while name == "components.learn.page" and not Path({go!r}).exists():
            time.sleep(0.05)


sys.meta_path.insert(0, Slow())
"""


def test_a_link_leads_to_its_page_though_the_server_is_still_importing(browser, tmp_path):
    go = tmp_path / "go"
    (tmp_path / "sitecustomize.py").write_text(SLOW.format(go=str(go)))
    with serving(tmp_path / "log", PYTHONPATH=f"{tmp_path}:{ROOT}") as url:
        page = browser.new_page(viewport=VIEWPORT)
        page.goto(f"{url}/score?model=pocket&prompt=the+food+was")
        expect(page.get_by_text("Setting up the Stage")).to_be_visible()
        expect(page.get_by_role("link", name="Score")).to_be_visible()  # before anything is imported
        go.touch()
        expect(page.get_by_label("Prompt")).to_have_value("the food was")
        assert "/score?" in page.url
        page.close()
