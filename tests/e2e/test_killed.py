"""A server that is killed in the middle of a run and started again: the tab comes back by itself and says what is gone."""

import re

from playwright.sync_api import expect

from tests.hostile.server import AppServer
from tests.listening import free_port

PATIENCE = 120_000
LOST = re.compile("The server was started anew. It has lost your run and your (kept policy|[0-9] kept policies)")


def test_a_killed_server_s_run_is_said_to_be_gone_and_what_was_asked_for_is_still_there(browser, tmp_path):
    server = AppServer(free_port(), tmp_path / "log")
    try:
        page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        for again in (False, True):  # a tab that has come back once has to tell again
            page.goto(f"{server.url}/tune?seed=7&tune_steps=400&prompt=i+love")
            page.get_by_role("button", name="Start", exact=True).click(timeout=PATIENCE)
            cursor = page.get_by_role("slider", name="Updates that the policy has had")
            expect(cursor).not_to_have_value("0", timeout=PATIENCE)
            page.get_by_role("button", name="Keep it").click()
            expect(page.get_by_role("button", name="Before and after")).to_have_count(1, timeout=PATIENCE)
            if not again:
                page.get_by_role("link", name="Tour", exact=True).click()  # where nothing happens by itself
                expect(page.get_by_role("button", name="Next", exact=True)).to_be_enabled(timeout=PATIENCE)
            server.kill()
            server.start()
            if again:
                page.reload()  # before the server knows its pages
            notes = page.locator(".st-key-notes")
            expect(notes).to_contain_text(LOST, timeout=PATIENCE)
            page.get_by_role("button", name="OK", exact=True).click()
            expect(notes).to_have_count(0)
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled(timeout=PATIENCE)
        expect(page.get_by_label("steps", exact=True)).to_have_value("400")
        page.screenshot(path=str(tmp_path / "after.png"))
    finally:
        server.stop()
