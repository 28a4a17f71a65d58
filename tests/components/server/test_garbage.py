"""What will stay is not looked at again, and garbage is found all the same."""

import gc
import weakref

from components.server.garbage import settle_memory


class Knot:
    """Refers to itself."""

    def __init__(self):
        self.knot = self


def test_what_stays_is_settled_and_garbage_that_was_settled_goes():
    kept, gone = Knot(), Knot()
    seen = weakref.ref(gone)
    gc.freeze()
    del gone
    gc.collect()
    assert seen() is not None
    settle_memory()
    assert seen() is None
    assert not any(found is kept for found in gc.get_objects())
