"""Runs of all tabs: one more than there is memory for is refused, and one whose adapter no shelf would hold."""

import gc
from dataclasses import replace

import pytest

from components.server.ledger import FullError, Ledger
from components.shell import queued_run
from components.shell.queued_run import QueuedRun
from mdp_core.rlhf.adapters import AdapterSpec, numbers
from mdp_core.rlhf.memory import held
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.spec import preset

SPEC = preset("rloo", texts=2, tokens=1, steps=1)


def test_a_run_is_refused_where_others_hold_the_memory_and_not_once_one_is_gone(pocket, monkeypatch):
    one = 5_000_000 + 4 * (128 + 2 * 8) * numbers(pocket.model, SPEC.adapter)  # all policies of a film, and eight steps
    assert held(pocket, SPEC) == one
    monkeypatch.setattr(queued_run, "_held", Ledger(2 * one, "No room."))
    runs = [QueuedRun(pocket, SPEC, Principle()) for _ in range(2)]
    with pytest.raises(FullError):
        QueuedRun(pocket, SPEC, Principle())
    del runs[0]
    gc.collect()
    assert QueuedRun(pocket, SPEC, Principle()).state == "queued"


def test_an_adapter_that_no_shelf_would_hold_is_refused(pocket, monkeypatch):
    monkeypatch.setattr(queued_run, "NUMBERS", numbers(pocket.model, SPEC.adapter))
    QueuedRun(pocket, SPEC, Principle())
    larger = replace(SPEC, adapter=AdapterSpec(rank=SPEC.adapter.rank + 1))
    with pytest.raises(ValueError, match=r"rank 9 on these layers has 6,912 numbers, and 6,144 are as many"):
        QueuedRun(pocket, larger, Principle())
