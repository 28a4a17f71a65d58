"""What of page Return is in the link: what is sampled, both made worlds, what was guessed, and what is looked at."""

from __future__ import annotations

from collections.abc import Collection

from components.returns.memory import LONGEST_LINE, MOST_REWARD, ROLLOUTS, WALK_LIMITS, ReturnsMemory, returns_memory
from components.shell.carried import carried
from components.shell.visit import SIDES
from mdp_core.grid.lines import MOVES
from mdp_core.link.kinds import choice, flag, names, number, whole
from mdp_core.link.settings import Setting
from mdp_core.stage.samples import MAX_COUNT, MAX_LIMIT

GUESSES = {  # by question
    "mean_grid": number(-1e6, 1e6, ".9"),
    "mean_text": number(-1e6, 1e6, ".9"),
    "flip": number(0, 1, ".9"),
    "sparse": number(0, 1e6, ".9"),
}


def _reveal(memory: ReturnsMemory, questions: Collection[str]) -> None:
    memory.revealed = set(questions)


_reward, _moves = number(0.1, MOST_REWARD, ".9"), whole(1, LONGEST_LINE)

SETTINGS = (
    Setting("side", choice(SIDES), "side"),
    Setting("n", whole(1, MAX_COUNT), "count", lambda memory, count: memory.sample_anew(count)),
    Setting("limit", whole(1, MAX_LIMIT), "limit"),
    Setting("near", _reward, "line.near"),
    Setting("near_moves", _moves, "line.near_moves"),
    Setting("far", _reward, "line.far"),
    Setting("far_moves", _moves, "line.far_moves"),
    Setting("line_gamma", number(0, 1), "line.gamma"),
    Setting("moves_to_reward", whole(*MOVES), "line.moves"),
    Setting("walk_limit", whole(*WALK_LIMITS), "line.limit"),
    *(Setting(f"guess_{name}", kind, f"guesses.{name}") for name, kind in GUESSES.items()),
    Setting("revealed", names(sorted(GUESSES)), "told", _reveal),
    Setting("rollouts", whole(*ROLLOUTS), "rollouts"),
    Setting("valued", flag(), "valued"),
    Setting("prefix", whole(0, 200), "prefix"),
)

IN_LINK = (carried(SETTINGS, lambda _: returns_memory(), lambda _: ReturnsMemory()),)
