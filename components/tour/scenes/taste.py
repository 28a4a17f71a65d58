"""A person's judgement: of two texts the better one, and what can be learned from many such choices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from components.score.reward_curves import draw_agreement
from components.score.reward_texts import list_best_and_worst
from components.tour.beat import Setting
from mdp_core.kept import Kept
from mdp_core.rlhf.raters import TASTES, SimulatedRater, simulated_choices
from mdp_core.scenarios import TextScenario
from mdp_core.stage.text_pool import TextPool

if TYPE_CHECKING:
    from mdp_core.rlhf.learned_reward import LearnedReward
    from mdp_core.rlhf.recovery import Recovery
    from mdp_core.tokens.language_model import LanguageModel

BATCH = 256  # texts that are written at a time
RATIONALITY = 2.0
_pools: Kept[str, tuple[str, ...]] = Kept(4)  # what all visitors share


def texts_of(model: LanguageModel, text: TextScenario, count: int) -> tuple[str, ...]:
    """So many different texts of the scenario, at least."""

    def write() -> tuple[str, ...]:
        pool = TextPool(model, text, BATCH)
        while pool.needs(count):
            pool.work()
        return tuple(pool.texts)

    return _pools.get_or_make(f"{model.id} {text} {count}", write)


@lru_cache(maxsize=8)
def rater(taste: str) -> SimulatedRater:
    """Who likes that, and errs now and then."""
    return SimulatedRater(TASTES[taste], RATIONALITY)


@dataclass(frozen=True)
class Two:
    """Two texts, and what others say of them."""

    texts: tuple[str, str]
    chance: float  # that a simulated rater takes the first


@dataclass(frozen=True)
class Pair:
    """Two texts of Pocket's to choose between, others each meeting."""

    text: TextScenario
    taste: str = "gentle"
    first: int = 0  # the number of the pair in the pool

    def find(self, setting: Setting) -> Two | None:
        """The pair; None while Pocket wakes up."""
        if setting.model is None:
            return None
        at = 2 * (self.first + setting.again)
        pool = texts_of(setting.model, self.text, at + 2)
        one, other = pool[at : at + 2]
        return Two((one, other), rater(self.taste).probability(one, other))

    def draw(self, setting: Setting, found: Two | None) -> None:
        """Both texts, side by side."""
        if found is None:
            st.info("The language model is waking up.")
            return
        for column, name, text in zip(st.columns(2, gap="medium"), "AB", found.texts, strict=True):
            with column:
                st.html(f'<div class="tour-text stranger" dir="auto"><b>{name}</b>{escape(text)}</div>')


@dataclass(frozen=True, eq=False)
class Learned:
    """A reward model, and how much of the taste it has found."""

    reward: LearnedReward
    recovery: Recovery  # on texts that nobody chose between

    @property
    def foretold(self) -> float:
        """How many of a hundred choices between texts it has never seen come as it says."""
        return 100 * self.recovery.agreement

    @property
    def ceiling(self) -> float:
        """How many the taste itself foretells: the rater errs."""
        return 100 * self.recovery.ceiling


@dataclass(frozen=True)
class Choices:
    """A reward model learned from the choices of a simulated rater, whose taste is another one each meeting."""

    text: TextScenario
    count: int = 60
    tastes: tuple[str, ...] = tuple(TASTES)
    fresh: int = 200  # texts that nobody chose between

    def find(self, setting: Setting) -> Learned | None:
        """The model, learned in some 50 ms; None while Pocket wakes up."""
        if setting.model is None:
            return None
        model, taste = setting.model, self.tastes[setting.again % len(self.tastes)]
        return _learned.get_or_make((model.id, self, taste), lambda: self._learn(model, taste))

    def _learn(self, model: LanguageModel, taste: str) -> Learned:
        from mdp_core.rlhf.features import TextFeatures
        from mdp_core.rlhf.learned_reward import learn_reward
        from mdp_core.rlhf.recovery import recovery

        who = rater(taste)
        texts = texts_of(model, self.text, 2 * self.count + self.fresh)
        pairs = list(zip(texts[: 2 * self.count : 2], texts[1 : 2 * self.count : 2], strict=True))
        choices = simulated_choices(who, pairs, seed=7)
        fresh = texts[2 * self.count : 2 * self.count + self.fresh]
        reward = learn_reward(TextFeatures(model), choices, fresh, f"learned from {self.count} choices")
        return Learned(reward, recovery(reward.model, who, fresh))

    def draw(self, setting: Setting, found: Learned | None) -> None:
        """What the rater chose, and once it is told what was learned from it."""
        if found is None:
            st.info("The language model is waking up.")
            return
        if not setting.told:
            rows = "".join(
                f'<tr><td class="chosen">{escape(c.better)}</td><td>{escape(c.worse)}</td></tr>'
                for c in found.reward.examples.comparisons[:8]
            )
            head = "<tr><th>chosen</th><th>not chosen</th></tr>"
            st.html(f'<table class="tour-choices stranger"><thead>{head}</thead><tbody>{rows}</tbody></table>')
            st.caption(f"The first 8 of {self.count} choices.")
            return
        learned = found.reward
        draw_agreement(learned.growth, learned.held, len(learned.examples), found.recovery.ceiling, height=380)
        list_best_and_worst(*learned.ranked(3), len(learned.pool))


_learned: Kept[tuple[str, Choices, str], Learned] = Kept(8)
