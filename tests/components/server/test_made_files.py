"""Made files: there for as long as their tab and their button, whatever runs meanwhile, and for nobody else."""

import asyncio
import gc
import threading

import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.testclient import TestClient

from components.server.made_files import GONE, KINDS, MadeFile, TabFiles, file_routes
from tests.event_loop import finished

PATIENCE = 10  # seconds


@pytest.fixture
def browser():
    return TestClient(Starlette(routes=file_routes("/talks/loop/")))


@pytest.mark.parametrize(("content", "bytes_"), [("a,b\n1,é\n", "a,b\n1,é\n".encode()), (b"PK\x00", b"PK\x00")])
@pytest.mark.parametrize("below", ["", "/talks/loop"])
def test_a_file_is_sent_to_be_saved_and_never_to_be_opened(browser, content, bytes_, below):
    tab = TabFiles()
    got = browser.get(f"{below}/{tab.offer('save <b>/../x', MadeFile('one-loop.html', lambda: content))}")
    assert (got.status_code, got.content) == (200, bytes_)
    assert got.headers["content-disposition"] == 'attachment; filename="one-loop.html"'
    assert got.headers["content-type"].partition(";")[0] == "text/html"
    assert (got.headers["x-content-type-options"], got.headers["cache-control"]) == ("nosniff", "no-store")


def test_the_address_stays_and_gives_what_is_offered_now(browser):
    tab = TabFiles()
    first = tab.offer("votes", MadeFile("votes.csv", lambda: "1"))
    tab.sweep()
    tab.sweep()  # a run of the whole page that offers it once more has begun, and was overtaken
    tab.offer("votes", MadeFile("votes.csv", lambda: "2"))
    assert browser.get(first).text == "2"


def test_files_go_with_their_button_and_with_their_tab(browser):
    tab = TabFiles()
    stays, goes = (tab.offer(key, MadeFile("a.csv", lambda key=key: key)) for key in ("stays", "goes"))
    tab.sweep()
    assert (browser.get(stays).text, browser.get(goes).text) == ("stays", "goes")
    tab.offer("stays", MadeFile("a.csv", lambda: "stays"))
    tab.sweep()
    assert browser.get(stays).text == "stays"
    assert (browser.get(goes).status_code, browser.get(goes).text) == (404, GONE)
    del tab
    gc.collect()
    assert browser.get(stays).status_code == 404


def test_tabs_do_not_find_each_others_files(browser):
    mine, yours = TabFiles(), TabFiles()
    _, address = (mine.offer(key, MadeFile("a.csv", lambda: "mine")) for key in "ab")
    _, ticket, *_ = yours.offer("b", MadeFile("b.csv", lambda: "yours")).split("/")
    assert browser.get("/".join(("made", ticket, *address.split("/")[2:]))).status_code == 404


def test_whoever_presses_often_waits_for_one_file_at_a_time_and_lets_the_others_go_on():
    tab, together, most, others = TabFiles(), [], [], threading.Event()

    def make():
        together.append(1)
        most.append(len(together))
        others.wait()
        together.pop()
        return ""

    async def press_often():
        presses = [asyncio.ensure_future(tab.get(0)) for _ in range(100)]  # more than the server has threads
        while not most:
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(PATIENCE):
                await run_in_threadpool(lambda: None)  # as whatever else the server sends
        finally:
            others.set()
        await asyncio.gather(*presses)

    tab.offer("a", MadeFile("a.csv", make))
    finished(press_often())
    assert most == [1] * 100


def test_every_kind_is_a_media_type():
    assert all(kind.count("/") == 1 for kind in KINDS.values())
