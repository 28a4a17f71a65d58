"""Texts of a scenario, written a token at a time, and a pool of different ones that raters choose between."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mdp_core.frames import key_of
from mdp_core.scenarios import TextScenario
from mdp_core.tokens.served.model import ServedModel
from mdp_core.work import Report, Work

if TYPE_CHECKING:
    from mdp_core.tokens.text_model import TextModel

BATCH = {False: 256, True: 32}  # texts that are written at a time, by whether the model is slow
MOST_TEXTS = 2_048  # of one prompt


def write_texts(
    model: TextModel, text: TextScenario, uniforms: NDArray[np.float64]
) -> Generator[Report[tuple[str, ...]], None, tuple[str, ...]]:
    """Write a text of the scenario for every row of `uniforms` [B, T], a report a token. Raises what the prompt raises."""
    from mdp_core.tokens.sampling import Sampling
    from mdp_core.tokens.writers import write_by_token

    sampling = Sampling(text.temperature, text.top_k, text.top_p)
    writing, tokens = write_by_token(model, model.encode(text.prompt), uniforms, sampling), 0
    # A server writes one text after the other, every other model all of them at once.
    most = text.max_tokens * (len(uniforms) if isinstance(model, ServedModel) else 1)
    try:
        while True:
            next(writing)
            tokens = min(tokens + 1, most)
            yield Report(tokens / most, f"token {tokens} of {most}")
    except StopIteration as end:
        return tuple(model.decode(ids) for ids in end.value)


class TextPool:
    """Different texts of one model after one prompt, two by two; written a token at a time, and more on demand."""

    def __init__(self, model: TextModel, text: TextScenario, batch: int) -> None:
        self.key = pool_key(model, text)
        self.model, self.text, self.batch = model, replace(text, forced=()), batch
        self.texts: list[str] = []  # all different
        self.written = 0  # equal ones counted
        self.problem = ""  # why there will be no more
        self.writing: Work[tuple[str, ...]] | None = None  # the next batch
        self._turn = threading.Lock()  # a page that is run again works on while its last run still does

    @property
    def tokens(self) -> int:
        """Of the texts on their way."""
        return 0 if self.writing is None else round(self.writing.share * self.text.max_tokens)

    def needs(self, texts: int) -> bool:
        """True while there are fewer than that, and more may come."""
        return len(self.texts) < texts and not self.problem

    def work(self) -> None:
        """Write one more token of every text on its way."""
        with self._turn:
            if not self.problem:  # found while this one waited for its turn
                self._work()

    def _work(self) -> None:
        if self.writing is None:
            uniforms = np.random.default_rng([19, self.written]).random((self.batch, self.text.max_tokens))
            self.writing = Work(write_texts(self.model, self.text, uniforms))
        try:
            if self.writing.step():
                return
        except ValueError as error:
            self.problem = str(error)
            return
        before, batch = len(self.texts), self.writing.result or ()
        self.texts = list(dict.fromkeys([*self.texts, *batch]))
        self.written += self.batch
        self.writing = None
        if len(self.texts) == before or self.written >= MOST_TEXTS:
            self.problem = (
                f"The model wrote {self.written:,} texts after this prompt, and {len(self.texts):,} of them differ: "
                "a higher temperature or another prompt gives more to choose from."
            )


def pool_key(model: TextModel, text: TextScenario) -> str:
    """The same for the same texts."""
    return key_of("pool", model.id, text.prompt, text.max_tokens, text.temperature, text.top_k, text.top_p)
