"""The ledger: what is held counts as long as it is held, and who would be too much is told."""

import gc

import pytest

from components.server.ledger import FullError, Ledger


class Thing:
    """Something that is held."""


def test_what_is_held_counts_until_nobody_holds_it():
    ledger = Ledger(10, "There is no room.")
    first, second, third = Thing(), Thing(), Thing()
    ledger.enter(first, 6)
    ledger.enter(second, 4)
    with pytest.raises(FullError, match=r"There is no room\."):
        ledger.enter(third, 1)
    assert ledger.total == 10
    del first
    gc.collect()
    ledger.enter(third, 6)
    assert ledger.total == 10
