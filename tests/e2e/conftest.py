"""A running app and the system's Chromium. What the browser's console calls an error fails the test that caused it."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.listening import free_port, until_it_answers

ROOT = Path(__file__).parents[2]
# The same engine without a window's own parts takes a third less of a processor.
NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HARMLESS = "ResizeObserver loop"  # the browser put an observation off to the next frame; nothing is lost
PATIENCE = 60  # seconds for a server that may share its cores with other tests
VIEWPORT = {"width": 1280, "height": 720}

expect.set_options(timeout=PATIENCE * 1000)  # a state is waited for, however busy the machine is


@contextmanager
def serving(log, *arguments, script="app.py", base="", **environ):
    """The address of an app of its own, started with `arguments` behind the two dashes and these environment variables.

    With a `base` it is served below that path.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.baseUrlPath", base]
    command += ["--", *arguments]
    url = f"http://127.0.0.1:{port}/{base}".rstrip("/")
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, env=os.environ | environ)
        try:
            until_it_answers(f"{url}/_stcore/health", process, log)
            yield url
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def server(tmp_path_factory, browser):
    """The address of the app. It asks for a browser first: without one it would be started in vain."""
    with serving(tmp_path_factory.mktemp("server") / "log") as url:
        yield url


@dataclass(frozen=True)
class OtherServer:
    """Another process with everything that the first one has not."""

    url: str
    folder: Path  # the room's database lies in it

    @property
    def file(self):
        return self.folder / "rooms.sqlite"

    @property
    def database(self):
        return f"sqlite:///{self.file}"


@pytest.fixture(scope="session")
def other_server(tmp_path_factory, browser):
    """An app below a path, with a database of its own, another seed of Python's hashes and a model that cannot be."""
    other = OtherServer("", tmp_path_factory.mktemp("other server"))
    environ = {"PYTHONHASHSEED": "12345", "ONE_LOOP_DATABASE": other.database}
    with serving(other.folder / "log", "--lm", "not a model", base="talks/loop", **environ) as url:
        yield replace(other, url=url)


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium. Where there is none the test is skipped, except in CI, which must have one."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no chromium or google-chrome, and the browser tests are part of it")
        pytest.skip("no chromium or google-chrome on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visitors(browser):
    """The browser. Who comes in a context of their own leaves after the test: an open page would go on asking the server."""
    before = browser.contexts
    yield browser
    for context in browser.contexts:
        if context not in before:
            context.close()


@pytest.fixture
def errors():
    """What the console and the scripts of `page` complained about; a test that expects some clears it."""
    return []


@pytest.fixture(scope="session")
def window(browser, server):
    """A tab that the tests share, one after the other: the app's scripts are compiled once, not for every test."""
    context = browser.new_context(base_url=server, viewport=VIEWPORT)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(window, errors):
    """A tab, the size of a projector, that has seen nothing yet. After the test its console must be clean."""
    listeners = {
        "console": lambda message: _is_fault(message) and errors.append(message.text),
        "pageerror": lambda error: errors.append(str(error)),
    }
    for event, listener in listeners.items():
        window.on(event, listener)
    yield window
    for event, listener in listeners.items():
        window.remove_listener(event, listener)
    _forget(window)
    assert [error for error in errors if HARMLESS not in error] == []


@pytest.fixture
def context(page):
    """The browser that `page` stands in, for more tabs of the same visitor."""
    return page.context


@pytest.fixture
def own_page(browser, server):
    """A tab of a browser of its own, where a test leaves something behind that cannot be taken back."""
    context = browser.new_context(base_url=server, viewport=VIEWPORT)
    yield context.new_page()
    context.close()


def _forget(tab):
    """All that a visitor leaves behind, and whatever the test has set."""
    for other in tab.context.pages:
        if other != tab:
            other.close()
    tab.unroute_all(behavior="ignoreErrors")
    tab.context.unroute_all(behavior="ignoreErrors")
    tab.context.set_offline(False)
    tab.goto("/_stcore/health")  # of the same origin, with none of the app's scripts
    tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    tab.context.clear_cookies()
    tab.set_viewport_size(VIEWPORT)
    tab.emulate_media(color_scheme="null", reduced_motion="null", forced_colors="null")


def _is_fault(message):
    """Streamlit asks for its own addresses below the page's path first: that these are not there is no fault."""
    return message.type == "error" and "/_stcore/" not in message.location.get("url", "")


def left_of_caret(page):
    """What stands left of the caret, if the caret is drawn in the field's own font and as far from the field's left edge."""
    return page.locator(".formula-field").evaluate(
        """(box) => {
            const [input, before, caret] = ["input", ".before", "b"].map((one) => box.querySelector(one));
            const style = getComputedStyle(input);
            const edge = parseFloat(style.paddingLeft) + parseFloat(style.borderLeftWidth);
            const start = input.getBoundingClientRect().left + edge;
            const off = caret.getBoundingClientRect().left - start - before.getBoundingClientRect().width;
            return Math.abs(off) < 3 && getComputedStyle(before).fontFamily === style.fontFamily
                && getComputedStyle(before).fontSize === style.fontSize ? before.textContent : off;
        }"""
    )
