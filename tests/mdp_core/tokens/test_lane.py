"""First come, first served, and on as many cores as was said."""

import os
import sys
import threading
import time

import pytest
import torch

from mdp_core.tokens.lane import Lane


def _occupied(lane, go):
    """A thread whose work is in the lane, and not in the queue before it, until `go` is set."""
    began = threading.Event()
    thread = threading.Thread(target=lane.run, args=(lambda: (began.set(), go.wait()),))
    thread.start()
    began.wait()
    return thread


def test_work_is_done_in_the_order_in_which_it_was_asked_for():
    lane, order, go = Lane(), [], threading.Event()
    threads = [_occupied(lane, go)]
    for name in range(6):
        threads.append(threading.Thread(target=lane.run, args=(lambda name=name: order.append(name),)))
        threads[-1].start()
        while lane._worker._work_queue.qsize() < name + 1:
            time.sleep(0.001)
    assert order == []
    go.set()
    for thread in threads:
        thread.join()
    assert order == list(range(6))


def test_who_comes_back_at_once_does_not_push_in_front():
    lane, order, go = Lane(), [], threading.Event()

    began = threading.Event()

    def twice():
        lane.run(lambda: (began.set(), go.wait()))
        lane.run(lambda: order.append("back"))

    def once():
        lane.run(lambda: order.append("waiting"))

    threads = [threading.Thread(target=work) for work in (twice, once)]
    threads[0].start()
    began.wait()
    threads[1].start()
    while not lane._worker._work_queue.qsize():
        time.sleep(0.001)
    go.set()
    for thread in threads:
        thread.join()
    assert order == ["waiting", "back"]


def test_answers_and_errors_come_back():
    lane = Lane()
    assert lane.run(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        lane.run(lambda: 1 / 0)
    assert lane.run(lambda: 8) == 8


def test_work_in_the_lane_may_give_it_more_and_goes_on():
    lane = Lane()
    inner, outer = lane.run(lambda: (lane.run(threading.get_ident), threading.get_ident()))
    assert inner == outer != threading.get_ident()


def test_the_cores_of_a_lane_are_its_own():
    here = torch.get_num_threads()
    one, three, same = Lane(1), Lane(3), Lane()
    assert [lane.run(torch.get_num_threads) for lane in (one, three, same)] == [1, 3, here]
    assert torch.get_num_threads() == here
    born_later: list[int] = []
    thread = threading.Thread(target=lambda: born_later.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert born_later == [here]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows how nice a thread is")
def test_a_nice_lane_gives_way_and_nobody_else_does():
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    assert Lane(niceness=3).run(niceness) == min(before + 3, 19)
    assert niceness() == before == Lane().run(niceness)
