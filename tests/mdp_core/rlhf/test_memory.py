"""Memory: a run is refused where the machine has less than it needs, and needs more the more it reads."""

from dataclasses import replace

import pytest

from mdp_core.rlhf import memory
from mdp_core.rlhf.memory import NoRoomError, check_memory, needed
from mdp_core.rlhf.spec import preset
from mdp_core.tokens.device import CPU, Device

SPEC = preset("rloo", texts=8, tokens=4, steps=1)


def test_more_texts_and_longer_ones_need_more(pocket):
    sizes = [needed(pocket, replace(SPEC, **change)) for change in ({}, {"texts": 64}, {"texts": 64, "tokens": 64})]
    assert memory.BASE < sizes[0] < sizes[1] < sizes[2]


def test_a_run_that_does_not_fit_says_by_how_much(pocket, monkeypatch):
    enough = needed(pocket, SPEC)
    monkeypatch.setattr(Device, "free", lambda _: enough)
    check_memory(pocket, SPEC)
    monkeypatch.setattr(Device, "free", lambda _: enough - 1)
    with pytest.raises(NoRoomError, match=r"8 texts of 4 tokens with Pocket need about 0\.1 GB of memory") as error:
        check_memory(pocket, SPEC)
    assert (error.value.needed, error.value.available) == (enough, enough - 1)


def test_a_machine_that_does_not_say_refuses_nothing(pocket, monkeypatch):
    monkeypatch.setattr(Device, "free", lambda _: None)
    check_memory(pocket, replace(SPEC, texts=512, tokens=512))


def test_this_machine_has_some_memory_left():
    assert CPU.free() is None or CPU.free() > 0
