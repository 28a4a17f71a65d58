"""The one thread that looks after things: while there are any, and again when there are some anew."""

import threading

from components.server.sweeper import Sweeper


def test_it_looks_while_there_is_something_and_again_when_something_comes():
    left, lock, looked = set(), threading.RLock(), []
    emptied = threading.Semaphore(0)

    def sweep():
        with lock:
            looked.append(sorted(left))
            if left:
                left.remove(min(left))
            if not left:
                emptied.release()

    sweeper = Sweeper("test", 0.01, sweep, left, lock)

    def bring(*things):
        with lock:
            left.update(things)
            sweeper.wake()
            sweeper.wake()  # there is one thread, however often it is woken
        emptied.acquire()
        for thread in threading.enumerate():
            if thread.name == "test":
                thread.join()

    bring(1, 2, 3)
    assert looked == [[1, 2, 3], [2, 3], [3]]
    bring(4)
    assert looked == [[1, 2, 3], [2, 3], [3], [4]]
