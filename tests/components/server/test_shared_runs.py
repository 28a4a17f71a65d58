"""Runs that visitors share: one for all who ask for the same, and another where that one came to nothing."""

import threading

import pytest

from components.server.job_queue import JobQueue
from components.server.shared_runs import SharedRun, join_run


class Steps:
    """Two steps, the second of which waits to be let through, and may fail."""

    left = None

    def __init__(self, fails=False):
        self.fails, self.through, self.ended = fails, threading.Event(), threading.Event()
        self.done = 0

    def step(self):
        if self.done == 1:
            assert self.through.wait(30)
            if self.fails:
                raise ValueError("it broke")
        self.done += 1
        return self.done < 2

    def close(self):
        self.ended.set()


@pytest.fixture
def begin():
    """begin(task) is what begins a run of that task; `begin.begun` are the tasks that were begun."""
    queue = JobQueue()

    def of(task):
        def begun():
            of.begun.append(task)
            return SharedRun(task, queue.begin(task, "light"))

        return begun

    of.begun = []
    return of


def test_who_asks_for_the_same_joins_the_run_that_is_on_and_sees_the_one_that_is_over(begin):
    key, task = object(), Steps()
    first = join_run(key, begin(task))
    assert join_run(key, begin(Steps())) is first
    assert first.is_open
    task.through.set()
    assert task.ended.wait(30)
    assert join_run(key, begin(Steps())) is first
    assert (first.is_open, begin.begun) == (False, [task])
    other = Steps()
    assert join_run(object(), begin(other)).work is other
    other.through.set()


@pytest.mark.parametrize("end", ["failed", "stopped"])
def test_a_run_that_came_to_nothing_is_begun_anew(begin, end):
    key, task = object(), Steps(fails=end == "failed")
    first = join_run(key, begin(task))
    if end == "stopped":
        first.job.stop()
    task.through.set()
    assert task.ended.wait(30)
    assert first.job.state == end
    again = Steps()
    assert join_run(key, begin(again)).work is again
    again.through.set()
