import threading
import time

import pytest

from mdp_core.tokens.sources.progress import Progress, beside, counted, drain, paced


def test_drain_reports_in_order_and_returns_the_result():
    def loading():
        yield Progress("one", 1, 2)
        yield Progress("two", 2, 2)
        return "done"

    seen = []
    assert drain(loading(), seen.append) == "done"
    assert [report.fraction for report in seen] == [0.5, 1.0]


def test_drain_closes_what_it_drains_when_its_reader_fails():
    closed = []

    def loading():
        try:
            yield Progress("one")
        finally:
            closed.append(True)

    def stop(report):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drain(loading(), stop)
    assert closed == [True]


def test_bytes_are_told_in_megabytes_and_never_above_the_total():
    assert counted("downloading SmolLM2", 41_200_000, 92_871_040) == Progress(
        "downloading SmolLM2, 41 of 93 MB", 41_200_000, 92_871_040
    )
    assert counted("downloading SmolLM2", 200_000_000, 92_871_040).done == 92_871_040
    assert counted("downloading it", 5_000_000, None) == Progress("downloading it, 5 MB", 5_000_000, None)


def test_work_beside_the_generator_is_returned_or_raised():
    free = threading.Event()
    loading = beside(lambda: free.wait(30) and "ready", lambda: Progress("working"))
    assert next(loading) == Progress("working")
    assert next(loading) == Progress("working")
    free.set()
    assert drain(loading) == "ready"
    with pytest.raises(ZeroDivisionError):
        drain(beside(lambda: 1 / 0, lambda: Progress("working")))


def test_closing_does_not_wait_for_the_work():
    free = threading.Event()
    loading = beside(lambda: free.wait(30), lambda: Progress("working"))
    next(loading)
    loading.close()  # comes back although nobody has set `free`
    assert not free.is_set()
    free.set()


def test_reports_that_come_too_fast_are_left_out():
    def loading():
        for done in range(100_000):
            yield Progress("counting", done)
        time.sleep(0.15)
        yield Progress("late")
        return 7

    seen = []
    assert drain(paced(loading()), seen.append) == 7
    assert seen[0] == Progress("counting", 0)
    assert seen[-1] == Progress("late")
    assert len(seen) < 100
