"""What of page Learn is in the link: its numbers, its guesses, and which method and whose learning is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from components.learn.memory import CLIFF_GUESSES, METHODS, LearnMemory, begun_with, learn_memory
from components.learn.taxi import TEACHERS, TaxiMemory, taxi_memory
from components.shell.carried import carried
from mdp_core.learners import LEARNERS
from mdp_core.link.kinds import choice, flag, names, number, whole
from mdp_core.link.settings import Setting
from mdp_core.solvers.solving import MAX_HORIZON
from mdp_core.stage.places import IN_TAXI, TAXI_STANDS

# What was typed and cannot be is carried, too: the page says what is wrong with it.
_WHOLE, _NUMBER = whole(-(10**9), 10**9), number(-1e9, 1e9, ".9")
ASKED = {
    **dict.fromkeys(("alpha", "alpha_v", "epsilon", "lambda_"), _NUMBER),
    "episodes": _WHOLE,
    "seed": whole(-(10**9), 10**9, flows=False),
}


def _number(name: str) -> Callable[[LearnMemory, Any], None]:
    return lambda memory, value: memory.set_number(name, value)


SETTINGS = (
    Setting("learn_gamma", number(0, 1, ".9"), "gamma", lambda memory, gamma: memory.look_anew(gamma)),
    Setting("horizon", whole(1, MAX_HORIZON), "horizon"),
    Setting("learn_guess", whole(0, 999), "guess"),
    Setting("solved", choice(("", *METHODS)), "solved_by", lambda memory, name: memory.solve_anew(name)),
    Setting("learners", names(LEARNERS), "learners"),
    *(Setting(f"learn_{name.rstrip('_')}", kind, f"asked.{name}", _number(name)) for name, kind in ASKED.items()),
    Setting("learn_seeds", _WHOLE, "seeds"),
    Setting("looked", choice(LEARNERS), "looked"),
    Setting("curve", choice(("online", "worth")), "curve"),
    Setting("cliff_guess", choice(CLIFF_GUESSES), "cliff_guess"),
    Setting("ran", flag(), "ran", lambda memory, ran: memory.run_anew(ran)),
)

TAXI = (
    Setting("taxi", flag(), "shown"),
    Setting("taxi_passenger", whole(0, IN_TAXI, flows=False), "passenger"),
    Setting("taxi_destination", whole(0, len(TAXI_STANDS) - 1, flows=False), "destination"),
    Setting("taxi_seed", ASKED["seed"], "seed", lambda memory, seed: setattr(memory, "link_seed", seed)),
    Setting("taxi_by", choice(("", *TEACHERS)), "by", lambda memory, by: memory.learn_anew(by)),
)

IN_LINK = (
    carried(SETTINGS, learn_memory, begun_with),
    carried(TAXI, lambda _: taxi_memory(), lambda _: TaxiMemory()),
)
