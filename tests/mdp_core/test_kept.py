"""What was worked out lately is kept, and no more than that."""

from concurrent.futures import ThreadPoolExecutor

from mdp_core.kept import Kept
from mdp_core.work import Report


def test_the_one_used_longest_ago_makes_room():
    kept = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1  # used again: b is older now
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)


def test_what_is_here_is_not_made_again():
    kept, made = Kept(2), []
    for _ in range(3):
        assert kept.get_or_make("a", lambda: made.append(1) or "thing") == "thing"
    assert made == [1]


def test_threads_do_not_break_it():
    kept = Kept(8)

    def use(i):
        for n in range(500):
            kept.put((i + n) % 16, n)
            kept.get(n % 16)
        return len(kept)

    with ThreadPoolExecutor(8) as threads:
        assert max(threads.map(use, range(8))) <= 8


def test_work_is_done_once_for_everybody():
    kept, begun = Kept(2), []

    def making():
        begun.append(1)
        yield Report(0.5)
        return "thing"

    first = kept.work("a", making)
    assert first.busy
    assert first.finish() == "thing"
    again = kept.work("a", making)
    assert (again.done, again.result, begun) == (True, "thing", [1])
