"""Payloads in a real browser: what was typed, brought or linked is text there, and nothing else comes of it.

The large form, with every payload at every place, is `python -m tests.hostile.browser`.
"""

from tests.e2e.conftest import serving
from tests.hostile.payloads import FAMILY, PAYLOADS, not_plain
from tests.hostile.places import LINKS, open_link, open_talk
from tests.hostile.saved import save_pictures, take_along
from tests.hostile.vocabulary import write_model
from tests.hostile.watch import Watch, settled, tab

FIRST = [
    next(text for text in PAYLOADS if text.startswith(start)) for start in ("<img", "</script", "**", "$h", ":mat")
]
ADDRESSES = [text for text in PAYLOADS if text.startswith(("http", "www", "h1t05"))]


def test_there_are_a_hundred_and_what_is_made_of_one_is_noticed():
    assert len(set(PAYLOADS)) == len(PAYLOADS) == 100
    assert len(FAMILY) == 7
    bold = PAYLOADS.index(next(text for text in PAYLOADS if text.startswith("**")))
    assert not_plain(f"It is called “{PAYLOADS[bold]}” here.") == []
    assert len(not_plain(f"It is called “h1t{bold:03}” here.")) == 1


def test_payloads_in_links_are_text(browser, server):
    watch = Watch()
    with tab(browser, server, watch) as page:
        seen = [open_link(page, watch, link, FIRST) for link in (LINKS[0], LINKS[3])]
    assert watch.wrong == []
    assert [len(there) >= 1 for there in seen] == [True] * 2


def test_payloads_in_a_talk_are_text_for_the_audience_and_the_speaker(browser, server):
    watch, payloads = Watch(), [*FIRST[2:], *ADDRESSES]
    with tab(browser, server, watch) as page:
        open_talk(page, watch, payloads)
    assert watch.wrong == []
    assert {place: len(there) for place, there in watch.seen.items()} == {
        "talk, its items": len(payloads),
        "talk, the speaker's window": len(payloads),
        "talk, what cannot be shown": 1,
    }


def test_payloads_in_files_are_text_on_a_disk_and_in_a_spreadsheet(browser, server, tmp_path):
    watch = Watch()
    with tab(browser, server, watch) as page:
        take_along(page, watch, browser, PAYLOADS[6], tmp_path)
    assert watch.wrong == []
    assert watch.seen["files, opened from the disk"] == {6}


def test_payloads_that_a_model_says_are_text_on_the_stage_and_in_its_picture(browser, tmp_path):
    watch, spoken = Watch(), [*FIRST, *ADDRESSES]
    write_model(tmp_path / "model", spoken, seed=1)
    with serving(tmp_path / "log", "--lm", str(tmp_path / "model")) as url, tab(browser, url, watch) as page:
        page.goto("/stage?seed=5&prompt=the+movie&tokens=8&step=8")  # at the end, where all of the text is seen
        settled(page)
        there = watch.look(page, "stage")
        save_pictures(page, watch, browser, tmp_path, "stage")
    assert watch.wrong == []
    assert len(there) >= 5
    assert there <= watch.seen["stage, SVG"]
