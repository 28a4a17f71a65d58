"""A pool of texts that raters choose between."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from mdp_core.frames import key_of
from mdp_core.scenarios import TextScenario

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel

BATCH = {False: 256, True: 32}  # texts that are written at a time, by whether the model is slow
MOST_TEXTS = 2_048  # of one prompt


class Pool:
    """Different texts of one model after one prompt, two by two; written a token at a time, and more on demand."""

    def __init__(self, model: LanguageModel, text: TextScenario, batch: int) -> None:
        self.key = pool_key(model, text)
        self.model, self.text, self.batch = model, text, batch
        self.texts: list[str] = []  # all different
        self.written = 0  # equal ones counted
        self.tokens = 0  # of the texts on their way
        self.problem = ""  # why there will be no more
        self._coming: Generator[None, None, tuple[str, ...]] | None = None

    def needs(self, texts: int) -> bool:
        """True while there are fewer than that, and more may come."""
        return len(self.texts) < texts and not self.problem

    def work(self) -> None:
        """Write one more token of every text on its way."""
        if self._coming is None:
            self._coming, self.tokens = self._writing(), 0
        try:
            next(self._coming)
            self.tokens += 1
        except ValueError as error:
            self.problem = str(error)
        except StopIteration as end:
            self._coming = None
            before = len(self.texts)
            self.texts = list(dict.fromkeys([*self.texts, *end.value]))
            self.written += self.batch
            if len(self.texts) == before or self.written >= MOST_TEXTS:
                self.problem = (
                    f"The model wrote {self.written:,} texts after this prompt, and {len(self.texts):,} of them differ: "
                    "a higher temperature or another prompt gives more to choose from."
                )

    def _writing(self) -> Generator[None, None, tuple[str, ...]]:
        import numpy as np

        from mdp_core.tokens.generation import generate_by_token
        from mdp_core.tokens.sampling import Sampling

        text = self.text
        uniforms = np.random.default_rng([19, self.written]).random((self.batch, text.max_tokens))
        sampling = Sampling(text.temperature, text.top_k, text.top_p)
        texts = yield from generate_by_token(self.model, self.model.encode(text.prompt), uniforms, sampling)
        return tuple(self.model.decode(ids) for ids in texts)


def pool_key(model: LanguageModel, text: TextScenario) -> str:
    """The same for the same texts."""
    return key_of("pool", model.id, text.prompt, text.max_tokens, text.temperature, text.top_k, text.top_p)
