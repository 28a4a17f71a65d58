"""The grid worlds that come with the app, as maps: every one is there because it teaches something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from mdp_core.grid.maps import parse_map
from mdp_core.grid.world import GridWorld


@dataclass(frozen=True)
class Preset:
    """A named map, what it asks, and how it is shown."""

    name: str  # as in the link
    title: str
    question: str  # one line: what there is to find out
    source: str  # where the world is from
    text: str  # the map, see mdp_core.grid.maps
    max_steps: int
    solve_gamma: float = 0.99  # the gamma that the greedy policy is optimal for; never the visitor's


_LAKE = Preset(
    "lake",
    "Slippery lake",
    "A third of the moves go where you want, and H is a hole in the ice: why does the best policy point away from the goal?",
    "Gymnasium, FrozenLake-v1 4x4",
    """
title: Slippery lake
slip: 2/3

SFFF
FHFH
FFFH
HFFG
""",
    max_steps=100,
)

_LAKE_8 = Preset(
    "lake8",
    "Big slippery lake",
    "More ice, more holes: how much longer does a careful walk take?",
    "Gymnasium, FrozenLake-v1 8x8",
    """
title: Big slippery lake
slip: 2/3

SFFFFFFF
FFFFFFFF
FFFHFFFF
FFFFFHFF
FFFHFFFF
FHHFFFHF
FHFFHFHF
FFFHFFFG
""",
    max_steps=200,
)

_CLIFF = Preset(
    "cliff",
    "Cliff walk",
    "Along the edge or around it? Turn up slip or epsilon and see what the short way costs.",
    "Sutton & Barto, example 6.6",
    """
title: Cliff walk
step: -1
C: cliff, reward -100
G: goal, reward -1

............
............
............
SCCCCCCCCCCG
""",
    max_steps=60,
    solve_gamma=1.0,
)

_NORVIG = Preset(
    "norvig",
    "Russell & Norvig's 4x3",
    "Each step costs 0.04: is the short way past the -1 worth the risk?",
    "Russell & Norvig, 3rd edition, fig. 17.1; the reward is that of the cell being left",
    """
title: Russell & Norvig's 4x3
slip: 0.2
step: -0.04
pays: leaving
G: goal, reward 1
H: pit, reward -1

...G
.#.H
S...
""",
    max_steps=40,
    solve_gamma=1.0,
)

_JUMPS = Preset(
    "jumps",
    "Two jumps",
    "No end, only reward: A pays 10 and B pays 5, so why is A worth less than 10 to a random walker?",
    "Sutton & Barto, examples 3.5 and 3.8",
    """
title: Two jumps
bump: -1
A: jump to a, reward 10
B: jump to b, reward 5

.A.B.
.....
...b.
.....
Sa...
""",
    max_steps=40,
    solve_gamma=0.9,
)

_CORRIDOR = Preset(
    "corridor",
    "Long corridor",
    "One reward, twenty right moves away: how much of it is left at the start, and will a random walker ever find it?",
    "own: return of the straight way is gamma^19",
    """
title: Long corridor

S...................G
""",
    max_steps=100,
)

_CHAIN = Preset(
    "chain",
    "Near or far",
    "1 is two moves away, 4 is ten moves away: at which gamma is the long way no longer worth it?",
    "own: gamma * 1 against gamma^9 * 4, equal at gamma = 4^(-1/8) = 0.8409",
    """
title: Near or far
1: goal, reward 1
4: goal, reward 4

1.S.........4
""",
    max_steps=40,
    solve_gamma=0.9,
)

_CORNERS = Preset(
    "corners",
    "Two corners",
    "Every step costs 1: a random walker pays 22 from the far corners, so how much does the best one pay?",
    "Sutton & Barto, example 4.1",
    """
title: Two corners
step: -1
G: goal, reward -1

G...
....
.S..
...G
""",
    max_steps=60,
    solve_gamma=1.0,
)

_MAZE = Preset(
    "maze",
    "Maze",
    "Nothing pays until the goal: fourteen moves if you know the way, hundreds if you do not.",
    "Sutton & Barto, example 8.1 (the Dyna maze)",
    """
title: Maze

.......#G
..#....#.
S.#....#.
..#......
.....#...
.........
""",
    max_steps=200,
    solve_gamma=0.95,
)

_WIND = Preset(
    "wind",
    "Windy grid",
    "The wind blows up, the goal is straight ahead: why does the best way overshoot it?",
    "Sutton & Barto, example 6.5",
    """
title: Windy grid
step: -1
G: goal, reward -1
wind: 0 0 0 1 1 1 2 2 1 0

..........
..........
..........
S......G..
..........
..........
..........
""",
    max_steps=60,
    solve_gamma=1.0,
)

_COIN = Preset(
    "coin",
    "The wrong reward",
    "We wanted it to reach the goal, and paid for a coin on the way: what does the best policy do with that?",
    "own: a reward that is not what was meant, as a reward model's can be",
    """
title: The wrong reward
c: reward 0.2

.......
S..c..G
.......
""",
    max_steps=40,
    solve_gamma=0.95,
)

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            _LAKE,
            _CLIFF,
            _NORVIG,
            _JUMPS,
            _CORRIDOR,
            _CHAIN,
            _CORNERS,
            _MAZE,
            _WIND,
            _COIN,
            _LAKE_8,
        )
    }
)


def preset(name: str) -> Preset:
    """The preset of that name. Raises ValueError, which names them all, for another."""
    try:
        return PRESETS[name]
    except KeyError:
        shown = name if len(name) <= 30 and name.isprintable() else "that"
        raise ValueError(f"There is no grid world “{shown}”; choose one of {', '.join(PRESETS)}.") from None


@lru_cache(maxsize=32)
def world(name: str, own_map: str = "", slip: float | None = None) -> GridWorld:
    """The world of a preset, or of `own_map` where it is given; `slip` replaces the map's own.

    Raises MapError for a map that cannot be read, ValueError for an unknown name or a slip outside [0, 1].
    """
    made = GridWorld(parse_map(own_map or preset(name).text))
    return made if slip is None else made.with_slip(slip)
