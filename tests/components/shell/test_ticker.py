"""A part of a page has a clock of its own: work is done while its bar is seen, and stops when the visitor says so."""

import pytest

from components.shell import ticker
from mdp_core.work import Report, Work


class PageRunError(Exception):
    """The whole page runs again."""


class Page:
    """What Streamlit would be asked for: parts, clocks and bars, drawn once as by a run of the page."""

    def __init__(self):
        self.parts, self.clocks, self.bars = [], [], []

    def fragment(self, run, run_every=None):
        def draw():
            self.parts.append(run)
            self.clocks.append(run_every)
            run()

        return draw

    def waiting(self, sentence, share, button, press, *, key):
        self.bars.append([sentence, share, button, press, key])
        return lambda sentence, share: self.bars.append([sentence, share, button, press, key])

    def rerun(self):
        raise PageRunError

    def tick(self):
        """The last part's clock has ticked."""
        self.parts[-1]()


@pytest.fixture
def page(monkeypatch):
    page = Page()
    monkeypatch.setattr(ticker.st, "fragment", page.fragment)
    monkeypatch.setattr(ticker.st, "rerun", page.rerun)
    monkeypatch.setattr(ticker, "show_waiting", page.waiting)
    monkeypatch.setattr(ticker, "SLICE", 0.0)  # one step a slice
    return page


def three_steps():
    yield Report(0.25, "one")
    yield Report(0.5, "two", "half")
    yield Report(0.75, "three")
    return "whole"


def says(work):
    return f"stopped at {work.doing}" if work.stopped else f"at {work.doing or 'the beginning'}"


def test_the_pages_own_run_only_shows_the_bar_and_a_tick_works(page):
    work = Work(three_steps())
    ticker.work_on(work, says, key="bar")
    assert (work.share, page.clocks) == (0.0, [ticker.TICK])
    assert page.bars[-1][:3] == ["at the beginning", 0.0, "Stop"]
    page.tick()
    assert page.bars[-1][:2] == ["at one", 0.25]


def test_news_and_the_end_are_the_whole_pages(page):
    work = Work(three_steps())
    ticker.work_on(work, says, key="bar")
    page.tick()
    with pytest.raises(PageRunError):
        page.tick()
    assert work.result == "half"
    ticker.work_on(work, says, key="bar")  # the page has shown it
    page.tick()
    with pytest.raises(PageRunError):
        page.tick()
    assert work.done
    drawn = len(page.parts)
    ticker.work_on(work, says, key="bar")
    assert len(page.parts) == drawn  # what is over shows nothing


def test_news_may_wait_for_a_while(page):
    work = Work(three_steps())
    ticker.work_on(work, says, key="bar", refresh=3600.0)
    page.tick()
    page.tick()
    assert work.result == "half"  # and the page has not run


def test_stop_and_go_on_are_the_whole_pages_and_stand_the_clock_still(page):
    work = Work(three_steps())
    ticker.work_on(work, says, key="bar", go_on="Go on writing")
    page.tick()
    with pytest.raises(PageRunError):
        page.bars[-1][3]()  # Stop
    ticker.work_on(work, says, key="bar", go_on="Go on writing")
    assert page.clocks[-1] is None
    assert page.bars[-1][:3] == ["stopped at one", 0.25, "Go on writing"]
    with pytest.raises(PageRunError):
        page.bars[-1][3]()
    assert work.busy


def test_a_clock_that_has_to_start_or_to_stop_asks_for_the_page(page):
    seconds = [None]
    ticker.part(lambda: None, ticks=lambda: seconds[0])
    page.tick()
    seconds[0] = 0.5
    with pytest.raises(PageRunError):
        page.tick()


def test_parts_of_one_container_can_be_told_apart(page):
    ticker.part(lambda: None)
    ticker.part(lambda: None)
    ticker.work_on(Work(three_steps()), says, key="one")
    ticker.work_on(Work(three_steps()), says, key="other")
    assert len({(part.__module__, part.__qualname__) for part in page.parts}) == 4
