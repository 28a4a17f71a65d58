"""Photograph the running app for the README: `python docs/photograph.py`.

Starts the app, plays the Stage to a step worth seeing and tunes Pocket once, and writes stage-light.png, stage-dark.png,
tune-light.png and tune-dark.png beside this file. Needs the test requirements and a
Chromium on the path, as the browser tests do.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
SIZE = {"width": 1280, "height": 720}
TUNED = {"width": 1280, "height": 936}  # a run with all that is said of it
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SCENE = "/stage?seed=12&step=1"  # a run worth seeing: at step 1 another token is chosen, so that there is a ghost
STEPS = 2  # how far the clock is walked after that


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1)
            return
        except OSError:
            time.sleep(0.2)
    sys.exit("the app did not start")


def main() -> None:
    port = free_port()
    app = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]
    server = subprocess.Popen(app, cwd=HERE.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=FLAGS
            )
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport=SIZE, color_scheme=scheme)
                page.goto(f"http://127.0.0.1:{port}{SCENE}")
                page.locator(".policy .side.text .bar.chosen").wait_for(timeout=60_000)
                page.locator(".policy .side.text button.bar:not(.chosen)").first.click()
                page.locator(".action .side.text .undo").wait_for()
                page.mouse.move(0, 0)
                for _ in range(STEPS):
                    page.locator(".transport .forward").click()
                page.mouse.move(0, 0)
                page.wait_for_timeout(1_500)
                page.screenshot(path=HERE / f"stage-{scheme}.png")
                page.set_viewport_size(TUNED)
                page.goto(f"http://127.0.0.1:{port}/tune")
                page.get_by_role("button", name="Start", exact=True).click(timeout=60_000)
                page.get_by_text("The mean score went from").wait_for(timeout=120_000)
                page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).wait_for(
                    state="hidden", timeout=120_000
                )
                page.mouse.move(0, 0)
                page.wait_for_timeout(1_500)
                page.screenshot(path=HERE / f"tune-{scheme}.png")
                page.close()
            browser.close()
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    main()
