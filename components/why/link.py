"""What of page Why RL is in the link: the principle, the token, what was guessed and called, the target."""

from __future__ import annotations

from components.shell import principle
from components.shell.carried import carried
from components.why.memory import EVERY, LONGEST, STEPS, WhyMemory, why_memory
from mdp_core.link.kinds import Kind, flag, guesses, names, text, whole
from mdp_core.link.settings import Setting
from mdp_core.rlhf.gradient_walk import CALLS

LONGEST_TARGET = 500  # characters


def _read_step(name: str, written: str, default: None, notes: list[str]) -> int | None:
    step = whole(0, STEPS).read(name, written, default, notes)
    return None if step is None else step // EVERY * EVERY


SETTINGS = (
    Setting("why_token", whole(0, LONGEST - 1, flows=False), "t"),
    Setting("guessed", guesses(10), "guesses"),
    Setting("called", names(sorted(CALLS)), "calls", lambda memory, calls: memory.call(calls)),
    Setting("far", flag(), "far"),
    Setting("target", text(LONGEST_TARGET), "target"),
    Setting("began", flag(), "began"),
    Setting("why_step", Kind(str, _read_step), "step"),
)


IN_LINK = (principle.IN_LINK, carried(SETTINGS, lambda _: why_memory(), lambda _: WhyMemory()))
