"""What of page Tune is in the link: the recipe as it was typed, and what was guessed. A run is not: it is started."""

from __future__ import annotations

from components.shell import principle
from components.shell.carried import carried
from components.tune.memory import TuneMemory, tune_memory
from components.tune.over_optimisation import STORIES
from components.tune.proxies import ProxiesMemory, proxies_memory
from components.tune.recipe import SUITS
from mdp_core.link.kinds import Kind, choice, number, text, whole
from mdp_core.link.settings import Setting
from mdp_core.rlhf.algorithms import ALGORITHMS

# What was typed and cannot be is carried, too: the page says what is wrong with it.
_WHOLE, _NUMBER = whole(-(10**9), 10**9), number(-1e9, 1e9, ".9")
TYPED: dict[str, Kind] = {
    **dict.fromkeys(("texts", "group", "tokens", "steps", "epochs", "redraws", "overlong", "rank"), _WHOLE),
    "seed": whole(-(10**9), 10**9, flows=False),
    **dict.fromkeys(("beta", "learning_rate", "temperature", "clip", "clip_high", "lambda_"), _NUMBER),
    "penalty": choice(("reward", "loss")),
    "estimator": choice(("k1", "k2", "k3")),
    "targets": text(200),
}
PREFIXES = {"small": "tune", "large": "tune_large", "sums": "tune_sums"}
SETTINGS = (
    Setting("tune_algorithm", choice(ALGORITHMS), "recipe.algorithm"),
    *(
        Setting(f"{PREFIXES[size]}_{name.rstrip('_')}", kind, ".".join(("recipe", "typed", size, name)))
        for size in SUITS
        for name, kind in TYPED.items()
    ),
    Setting("tune_sums_digits", whole(0, 3), "recipe.typed.sums.digits"),
    Setting("tune_guess", number(-1e6, 1e6, ".9"), "guess"),
)
STORY = (Setting("tune_story", whole(0, len(STORIES) - 1, flows=False), "guess"),)

IN_LINK = (
    principle.IN_LINK,
    carried(SETTINGS, lambda _: tune_memory(), lambda _: TuneMemory()),
    carried(STORY, lambda _: proxies_memory(), lambda _: ProxiesMemory()),
)
