"""Grid worlds: maps that a person can type, and the Markov decision processes that they stand for.

`world` is the function that makes a preset here; the module of that name holds `GridWorld`. What needs Gymnasium is
imported when it is first asked for.
"""

from typing import TYPE_CHECKING

from mdp_core.exports import on_demand
from mdp_core.grid.maps import GridMap, MapError, Sign, parse_map, to_text
from mdp_core.grid.policies import ArrowPolicy, always_arrows, random_arrows
from mdp_core.grid.presets import PRESETS, Preset, preset, world
from mdp_core.grid.world import ACTIONS, GridWorld

if TYPE_CHECKING:
    from mdp_core.grid.gymnasium_env import GridWorldEnv
    from mdp_core.grid.gymnasium_table import from_gymnasium
else:
    __getattr__, __dir__ = on_demand(__name__, {"gymnasium_env": "GridWorldEnv", "gymnasium_table": "from_gymnasium"})

__all__ = [
    "ACTIONS",
    "PRESETS",
    "ArrowPolicy",
    "GridMap",
    "GridWorld",
    "GridWorldEnv",
    "MapError",
    "Preset",
    "Sign",
    "always_arrows",
    "from_gymnasium",
    "parse_map",
    "preset",
    "random_arrows",
    "to_text",
    "world",
]
