"""A text that grows, and what can be expected of it at every token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.instruments.sketch import sketch
from components.instruments.text_values import Prefix, text_values
from components.tour.beat import Paper, Setting
from mdp_core.kept import Kept
from mdp_core.scenarios import TextScenario
from mdp_core.stage.text_worth import TextWorth
from mdp_core.work import Work


@dataclass(frozen=True)
class Expected:
    """A text, and the score that can be expected after each of its tokens; the last one is the score itself."""

    pieces: tuple[str, ...]  # the prompt, and the tokens
    values: tuple[float, ...]  # as many
    halves: tuple[float, ...]  # how far off each may be


@dataclass(frozen=True)
class Growing:
    """A text of Pocket's, another one each meeting; its values are counted over all the ways in which it may go on."""

    text: TextScenario
    seeds: Sequence[int]

    def find(self, setting: Setting) -> Expected | None:
        """Some 0.3 s; None while Pocket wakes up."""
        model, seed = setting.model, self.seeds[setting.again % len(self.seeds)]
        if model is None:
            return None

        def expect() -> Expected:
            from mdp_core.tokens.prefix_values import Effort

            effort = Effort(tolerance=0.01, prefixes=5_000, samples=300, batch=250)
            worth = Work(TextWorth(model, self.text, seed, effort).working()).finish()
            pieces = model.pieces(worth.ids)
            start = len(worth.mdp.prompt)
            values = [worth.values[t] for t in range(worth.length)]
            score = worth.mdp.reward(model.decode(worth.ids)).total
            return Expected(
                ("".join(pieces[:start]), *pieces[start:]),
                (*(value.value(1.0) for value in values), score),
                (*(value.half_width(1.0) for value in values), 0.0),
            )

        return _expected.get_or_make((model.id, self.text, seed), expect)

    def paper(self, found: Expected | None) -> Paper | None:
        """A place for the prompt, and one a token."""
        return None if found is None else Paper(len(found.values), "tokens", "expected score")

    def draw(self, setting: Setting, found: Expected | None) -> None:
        """The text, and paper to draw on; once it is told, the values."""
        paper = self.paper(found)
        if found is None or paper is None:
            st.info("The language model is waking up.")
            return
        memory, draft = setting.memory, f"draft_{setting.key}"
        guess = memory.guesses.get(memory.meeting(setting.beat))
        known = zip(found.pieces, found.values, found.halves, strict=True)
        prefixes: list[Prefix] = []
        before: float | None = None
        for piece, value, half in known:
            change = None if before is None or not setting.told else value - before
            prefixes.append(Prefix(piece, value if setting.told else None, half, change))
            before = value
        text_values(
            prefixes,
            [],
            key=f"values_{setting.key}",
            chosen=len(prefixes) - 1,
            after="",
            low=-1.0,
            high=1.0,
            on_prefix=lambda _: None,
        )
        sketch(
            key=f"sketch_{setting.key}",
            of=setting.key,
            points=paper.points,
            low=-1.0,
            high=1.0,
            across=paper.across,
            up=paper.up,
            drawn=guess if isinstance(guess, tuple) else memory.kept.get(draft),
            truth=found.values if setting.told else None,
            crowd=setting.crowd,
            on_draw=lambda curve: memory.kept.update({draft: curve}),
        )


_expected: Kept[tuple[str, TextScenario, int], Expected] = Kept(16)  # what all visitors share
