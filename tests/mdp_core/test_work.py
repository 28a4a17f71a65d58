"""Work is done in slices, tells how far it is, stops, goes on, and fails in words."""

import itertools
import threading

import pytest

from mdp_core.work import Report, Work


def counting(n, *, fails_at=None):
    """Sums 1..n, a report each."""
    total = 0
    for i in range(1, n + 1):
        if i == fails_at:
            raise ValueError("No further than this.")
        total += i
        yield Report(i / n, f"adding {i}", total if i % 2 == 0 else None)
    return total


def ticking():
    """A clock that moves on by a second at every look."""
    return map(float, itertools.count()).__next__


def test_a_slice_ends_when_its_time_is_over():
    work = Work(counting(10), clock=ticking())
    work.work(0)
    assert (work.share, work.doing, work.result, work.done) == (0.1, "adding 1", None, False)
    work.work(5)  # each step looks at the clock three times
    assert work.share == 0.3
    assert (work.result, work.news) == (3, 1)  # 1 + 2: the third report had nothing new


def test_where_the_memory_is_gone_it_fails_in_words_too():
    def filling():
        yield Report(0.5, "adding", 1)
        raise MemoryError("The memory did not suffice.")

    work = Work(filling())
    work.work(10)
    assert (work.done, str(work.error), work.result) == (True, "The memory did not suffice.", 1)


def test_all_of_it_gives_the_result():
    work = Work(counting(10))
    assert work.finish() == 55
    assert (work.done, work.share, work.busy) == (True, 1.0, False)


def test_stopped_work_stands_still_until_it_goes_on():
    work = Work(counting(4))
    work.work(0)
    work.stop()
    work.work(60)
    assert (work.share, work.busy, work.done) == (0.25, False, False)
    work.go_on()
    work.work(60)
    assert (work.result, work.done) == (10, True)


def test_what_goes_wrong_is_kept_with_what_was_there():
    work = Work(counting(10, fails_at=5))
    work.work(60)
    assert (str(work.error), work.done, work.result, work.share) == ("No further than this.", True, 10, 0.4)
    with pytest.raises(ValueError, match="No further"):
        work.finish()


def test_a_defect_goes_through():
    def broken():
        yield Report(0.5)
        raise TypeError("a defect")

    work = Work(broken())
    with pytest.raises(TypeError):
        work.work(60)


def test_the_seconds_that_are_left_follow_the_pace():
    work = Work(counting(4), clock=ticking())
    assert work.left is None
    work.step()  # one second by that clock
    assert work.left == pytest.approx(3)
    work.step()
    assert work.left == pytest.approx(2)


def test_work_that_was_done_before_is_finished_at_once():
    work = Work.finished(7)
    assert (work.result, work.done, work.share) == (7, True, 1.0)


def test_closed_work_lets_go_of_its_generator():
    gone = []

    def work():
        try:
            yield Report(0.1)
        finally:
            gone.append(True)
        return 1

    piece = Work(work())
    piece.step()
    piece.close()
    assert gone == [True]
    assert piece.done


def test_a_step_waits_for_the_one_that_another_thread_is_in():
    inside, go_on = threading.Event(), threading.Event()

    def slowly():
        inside.set()
        assert go_on.wait(60)
        yield Report(0.5, "adding", 1)
        return 2

    work, said = Work(slowly()), []
    first = threading.Thread(target=lambda: said.append(work.step()))
    first.start()
    assert inside.wait(60)
    second = threading.Thread(target=lambda: said.append(work.step()))
    second.start()
    second.join(0.05)  # it waits; if it did not, it would have failed by now
    go_on.set()
    first.join(60)
    second.join(60)
    assert (said, work.result, work.error) == ([True, False], 2, None)
    assert work.step() is False
    assert work.result == 2
