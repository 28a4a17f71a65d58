"""What a visitor, or the simulated rater, has said of texts in this tab, and the reward model that was learned from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from components.shell.principle import choose_principle
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.raters import STARS, TASTES, Comparison, SimulatedRater, comparisons_from_stars, simulated_choices
from mdp_core.scenarios import TextScenario
from mdp_core.stage.text_pool import BATCH, TextPool, pool_key
from mdp_core.tokens.served.model import ServedModel

if TYPE_CHECKING:
    from mdp_core.rlhf.features import TextFeatures
    from mdp_core.rlhf.learned_reward import LearnedReward
    from mdp_core.rlhf.recovery import Recovery
    from mdp_core.tokens.language_model import LanguageModel
    from mdp_core.tokens.text_model import TextModel

MOST_CHOICES = 1_000  # of all
MOST_STARS = 60  # texts; their pairs grow with the square
MOST_RATIONAL = 8.0  # kappa of the simulated rater
AT_ONCE = 50  # choices that the simulated rater makes
SERVED_BATCH = 4  # texts that a server writes, one after the other, before any of them is shown
SHOWN = 256  # texts of the pool that are scored

Way = Literal["pair", "stars"]

OWN, SIMULATED, SKIPPED = "ab", "s", "k"  # what was said of a pair: by the visitor, by the simulated rater, nothing
LETTERS = OWN + SIMULATED + SKIPPED


@dataclass
class Preferences:
    """Kept in session state under one key; lives as long as the browser tab, across pages."""

    way: Way = "pair"
    choices: list[Comparison] = field(default_factory=list)  # in their order
    stars: dict[str, int] = field(default_factory=dict)  # text -> 1..STARS, by the visitor
    past: list[tuple[str, int]] = field(
        default_factory=list
    )  # what can be undone: ("pair" or "skip" or a text, before)
    place: dict[str, int] = field(default_factory=dict)  # by pool: the first text that nobody was asked about
    pool: TextPool | None = None
    rater: int = 0  # which simulated rater
    rationality: float = 2.0
    met: int = 0  # simulated raters that came with a file
    guesses: dict[str, Any] = field(default_factory=dict)
    to_say: str = ""  # what a link says, as long as its texts are not here
    problem: str = ""
    learned: LearnedReward | None = None
    _features: TextFeatures | None = None
    _learned_from: object = None

    # Texts

    def see(self, model: TextModel, text: TextScenario, slow: bool) -> TextPool:
        """The texts that `model` writes after the prompt of `text`."""
        if self.pool is None or self.pool.key != pool_key(model, text) or self.pool.model is not model:
            self.pool = TextPool(model, text, SERVED_BATCH if isinstance(model, ServedModel) else BATCH[slow])
        return self.pool

    def write_again(self) -> None:
        """Begin the texts anew: whoever writes them failed, and may be back."""
        self.pool = None

    @property
    def at(self) -> int:
        """The number of the next text of the pool that nobody was asked about."""
        return 0 if self.pool is None else self.place.get(self.pool.key, 0)

    def _go(self, texts: int) -> None:
        if self.pool is not None:
            self.place[self.pool.key] = max(self.at + texts, 0)

    def pair(self) -> tuple[str, str] | None:
        """The two texts to choose between; None while they are not there."""
        pairs = self.pairs(1)
        return pairs[0] if pairs else None

    def pairs(self, count: int) -> list[tuple[str, str]]:
        """The next pairs of texts, as many as are there."""
        texts = [] if self.pool is None else self.pool.texts[self.at : self.at + 2 * count]
        return list(zip(texts[::2], texts[1::2], strict=False))

    def text(self) -> str | None:
        """The text to rate; None while it is not there."""
        return self.pool.texts[self.at] if self.pool is not None and len(self.pool.texts) > self.at else None

    def asked(self) -> tuple[str, str] | str | None:
        """What the visitor is asked about; None while it is not there."""
        return self.pair() if self.way == "pair" else self.text()

    # What a visitor says

    def prefer(self, chosen: int) -> None:
        """Of the two texts, the first (0) or the second (1) is better."""
        pair = self.pair()
        if pair is not None and self._room(1):
            self.choices.append(Comparison(*pair, chosen))
            self.past.append(("pair", 2))
            self._go(2)

    def rate(self, stars: int) -> None:
        """The text has so many stars."""
        text = self.text()
        if text is None:
            return
        if len(self.stars) >= MOST_STARS:
            self.problem = f"{MOST_STARS} rated texts are enough here: choose the better of two, or undo one."
            return
        self.problem = ""
        self.stars[text] = min(max(stars, 1), STARS)
        self.past.append((f"stars {text}", 1))
        self._go(1)

    def skip(self) -> None:
        """Say nothing, and see others."""
        texts = 2 if self.way == "pair" else 1
        self.past.append(("skip", texts))
        self._go(texts)

    def undo(self) -> None:
        """Take back what was said last, by the visitor."""
        if not self.past:
            return
        what, texts = self.past.pop()
        if what == "pair":
            own = [i for i, choice in enumerate(self.choices) if not choice.simulated]
            if own:
                del self.choices[own[-1]]
        elif what.startswith("stars "):
            self.stars.pop(what.removeprefix("stars "), None)
        self._go(-texts)

    def forget(self, *, simulated: bool) -> None:
        """Drop the choices of the simulated rater, or all of the visitor's."""
        self.choices = [choice for choice in self.choices if choice.simulated != simulated]
        self.problem = ""
        if not simulated:
            self.stars.clear()
            self.past.clear()

    def _room(self, count: int) -> bool:
        room = len(self.choices) + count <= MOST_CHOICES
        self.problem = "" if room else f"{MOST_CHOICES:,} choices are as many as are kept: forget some first."
        return room

    # What the simulated rater says

    @property
    def simulated(self) -> SimulatedRater:
        """The rater, with a taste that the page hides until somebody has guessed."""
        return SimulatedRater(list(TASTES.values())[_ORDER[self.rater % len(_ORDER)]], self.rationality)

    @property
    def taste(self) -> str:
        """The hidden taste's name."""
        return list(TASTES)[_ORDER[self.rater % len(_ORDER)]]

    def simulate(self, count: int = AT_ONCE) -> None:
        """Let the simulated rater choose between the next `count` pairs, as far as they are there."""
        pairs = self.pairs(count)
        if not self._room(len(pairs)):
            return
        first = sum(choice.simulated for choice in self.choices)
        self.choices += simulated_choices(self.simulated, pairs, seed=self.rater, first=first)
        self.past.clear()  # what was asked before lies behind these texts
        self._go(2 * len(pairs))
        if len(pairs) < count and self.pool is not None and self.pool.problem:
            self.problem = f"It chose {len(pairs)} times: {self.pool.problem[0].lower()}{self.pool.problem[1:]}"

    def other_rater(self) -> None:
        """Another rater, with another taste; what the one before has chosen is forgotten."""
        self.rater += 1
        self.forget(simulated=True)

    def make_rational(self, rationality: float) -> None:
        """Another strength of choosing; what was chosen before is forgotten, for it was another rater's."""
        self.rationality = rationality
        self.forget(simulated=True)

    # What a file says

    def meet(self, rater: int, rationality: float) -> None:
        """The simulated rater of a file, in place of the one that is here and has said nothing else."""
        if (rater, rationality) != (self.rater, self.rationality):
            self.rater, self.rationality, self.met = rater, rationality, self.met + 1

    def add(self, choices: Sequence[Comparison], stars: Mapping[str, int]) -> None:
        """Choices and stars that were made before, by the visitor or the simulated rater."""
        self.choices += choices
        self.stars |= stars
        self.past.clear()  # what would be undone is no longer the last that was said
        self.problem = ""

    # What a link says: of the texts that the model writes after this prompt, pair by pair

    @property
    def said(self) -> str | None:
        """A letter of LETTERS for every pair that lies behind; None where more was said than letters can say: of other
        texts, with stars, or from a file."""
        if self.to_say or self.pool is None:
            return self.to_say
        texts = self.pool.texts[: self.at]
        letters, choices = "", iter(self.choices)
        choice = next(choices, None)
        for one, other in zip(texts[::2], texts[1::2], strict=False):
            if choice is None or (choice.one, choice.other) != (one, other):
                letters += SKIPPED
                continue
            letters += SIMULATED if choice.simulated else OWN[choice.chosen]
            choice = next(choices, None)
        return None if choice is not None or self.stars or len(texts) % 2 else letters

    def say_anew(self, letters: str) -> None:
        """Forget what was said, and say that instead as soon as the texts are there. What no letter can say stays, and
        nothing is said beside it."""
        if self.said is None:
            return
        self.forget(simulated=True)
        self.forget(simulated=False)
        self.place.clear()
        self.to_say = letters

    def say_on(self) -> None:
        """Say what a link has still to say, of the texts that are there."""
        while self.to_say and self.pair() is not None:
            letter, self.to_say = self.to_say[0], self.to_say[1:]
            if letter == SIMULATED:
                self.simulate(1)
            elif letter == SKIPPED:
                self.skip()
            else:
                self.prefer(OWN.index(letter))

    # What is learned

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """All choices, those that the stars say included."""
        return (*self.choices, *comparisons_from_stars(list(self.stars.items())))

    @property
    def purely_simulated(self) -> bool:
        """Whether all that was said, was said by the simulated rater: then the truth is known."""
        return bool(self.choices) and not self.stars and all(choice.simulated for choice in self.choices)

    def learn(self, model: LanguageModel) -> LearnedReward:
        """The reward model of all choices, on the features of `model`; trained where something is new, in some 50 ms.

        Raises ValueError, in a sentence for a visitor: FewChoicesError, and what the features raise.
        """
        from mdp_core.rlhf.learned_reward import learn_reward

        features = self._features_of(model)
        pool = tuple(self.pool.texts[:SHOWN]) if self.pool is not None else ()
        comparisons = self.comparisons
        asked = (model.id, comparisons, pool)
        if self.learned is None or self._learned_from != asked:
            self.learned = learn_reward(features, comparisons, pool, self.name)
            self._learned_from = asked
        return self.learned

    def read_ahead(self, texts: Sequence[str]) -> None:
        """Let the language model read these texts of the pool now, so that nobody waits for it when they are chosen."""
        if self.pool is not None and not isinstance(self.pool.model, ServedModel):
            with suppress(ValueError):  # it is said where the text is needed
                self._features_of(self.pool.model)(texts)

    def _features_of(self, model: LanguageModel) -> TextFeatures:
        from mdp_core.rlhf.features import TextFeatures

        if self._features is None or self._features.model.model is not model.model:
            self._features = TextFeatures(model)
        return self._features

    @property
    def name(self) -> str:
        """Of the reward model: whose choices it was learned from."""
        simulated = sum(choice.simulated for choice in self.choices)
        own = len(self.choices) - simulated
        said = [f"{own} of yours"] if own else []
        said += [f"{len(self.stars)} with stars"] if self.stars else []
        said += [f"{simulated} simulated"] if simulated else []
        return f"reward model ({', '.join(said)})" if said else "reward model"

    def recovery(self) -> Recovery | None:
        """How much of the hidden taste was found, on texts that nobody was asked about; None where it is not known."""
        if self.learned is None or not self.purely_simulated:
            return None
        from mdp_core.rlhf.recovery import recovery

        asked = {text for choice in self.choices for text in (choice.one, choice.other)}
        others = [text for text in (self.pool.texts if self.pool is not None else []) if text not in asked]
        return recovery(self.learned.model, self.simulated, others[:SHOWN]) if len(others) >= 20 else None

    def take(self) -> None:
        """Tune by the reward model from now on."""
        if self.learned is not None:
            true = self.simulated.taste if self.purely_simulated else None
            choices = self.learned.examples.comparisons
            choose_principle(Principle(model=self.learned.model, true=true, choices=choices))


_ORDER = (0, 2, 3, 1)  # of the tastes, by the number of the rater


def preferences() -> Preferences:
    """This visitor's; the first call of a tab begins it."""
    choices: Preferences = st.session_state.setdefault("preferences", Preferences())
    return choices
