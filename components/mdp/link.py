"""What of page MDP is in the link: a world of Gymnasium, the chosen (s, a) and what was sampled there, pi as edited."""

from __future__ import annotations

from components.mdp.counts import MOST_TOKENS
from components.mdp.memory import BASES, MOST_SAMPLES, MdpMemory, mdp_memory, read_world
from components.shell.carried import carried
from components.shell.visit import Visit
from mdp_core.grid.maps import MAX_REWARD
from mdp_core.link.kinds import choice, guesses, number, rows, text, whole
from mdp_core.link.settings import Setting
from mdp_core.stage.places import GYM_WORLDS, IN_TAXI, TAXI_STANDS

_SAMPLES = whole(0, MOST_SAMPLES)
_AMOUNT = number(-MAX_REWARD, MAX_REWARD, ".9")

SETTINGS = (  # which world comes first: what follows is said of it
    Setting("gym", choice(("", *GYM_WORLDS)), "gym"),
    Setting("passenger", whole(0, IN_TAXI, flows=False), "passenger"),
    Setting("destination", whole(0, len(TAXI_STANDS) - 1, flows=False), "destination"),
    Setting("s", whole(0, 10**6, flows=False), "state_number"),
    Setting("a", whole(0, 10**3, flows=False), "action"),
    Setting("a_token", whole(0, 10**7, flows=False), "token"),
    Setting("pi", choice(BASES), "base"),
    Setting("pi_edited", rows(), "rows"),
    Setting("samples", _SAMPLES, "sampled"),
    Setting("draws", _SAMPLES, "drawn"),
    Setting("texts_tokens", whole(1, MOST_TOKENS), "tokens"),
    Setting("vocabulary", text(60), "model"),
    Setting("history", whole(0, 1_000), "history"),
    *(Setting(f"brush_{kind}", _AMOUNT, "amounts." + kind) for kind in MdpMemory().amounts),
    Setting("guessed", guesses(10), "guessed"),
)


def _memory(visit: Visit) -> MdpMemory:
    memory = mdp_memory()
    read_world(visit, memory)
    return memory


def _fresh(visit: Visit) -> MdpMemory:
    fresh = MdpMemory()
    read_world(visit, fresh)
    return fresh


IN_LINK = (carried(SETTINGS, _memory, _fresh),)
