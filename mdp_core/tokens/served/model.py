"""A language model that runs on a server of the host's: text out, what it tells of the next token back."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence

from mdp_core.kept import Kept
from mdp_core.tokens.prompts import EmptyPromptError, checked_prompt
from mdp_core.tokens.served.address import ServerAddress
from mdp_core.tokens.served.client import CHOICES, Client, RefusedError, ServerError
from mdp_core.tokens.served.told import LONGEST, Sample, Told, is_text
from mdp_core.tokens.served.vocabulary import BITS, END_IDS, Vocabulary
from mdp_core.tokens.signs import visible

TOLD = (20, 5)  # tokens that are asked for: as many as vLLM tells by itself, else as many as OpenAI does
HOT = 2.0  # the temperature at which a text is asked to go on where its likeliest next token is the end
HOT_TRIES = 8
TRIES = 200  # tokens that the server draws at most until one is none of those that it told
PATIENCE = 20.0  # seconds for them
KEPT_ANSWERS = 20_000
WINDOW = 1_000_000  # tokens; how many there really are is the server's to say
_PIECES = re.compile(r"\s*\S+|\s+\Z")
_NAME = 60  # characters


class ServedModel:
    """A model behind an OpenAI-compatible server of completions, asked with the text, token by token.

    A state is a text. Its tokens are those that were appended one by one; a prompt, whose tokens nobody tells, is cut at
    its blanks. The server reads every text anew, so that two ways to the same text have the same next token.

    Answers are kept by text: whoever asks again, hears the same, without another question. Safe to use from several
    threads; nobody waits for anybody else's question.
    """

    def __init__(self, client: Client, model: str, told: int) -> None:
        self._client, self._model = client, model
        self.told_at_most = told
        self._at_once = CHOICES  # tokens that the server draws for one question
        self.name, self.id = _shown(model), "served"
        self.vocabulary_size, self.window = 2**BITS, WINDOW
        self.end_tokens, self.is_slow, self.longest_piece = END_IDS, True, LONGEST
        self._words = Vocabulary()
        self._answers: Kept[str, Told] = Kept(KEPT_ANSWERS)
        self._drawn: Kept[tuple[str, float], Sample] = Kept(KEPT_ANSWERS)
        self._tried: Kept[tuple[str, float], int] = Kept(KEPT_ANSWERS)
        self._others: Kept[tuple[str, str], float] = Kept(KEPT_ANSWERS)  # log-probabilities of tokens that were drawn

    @classmethod
    def connect(cls, address: ServerAddress, client: Client | None = None) -> ServedModel:
        """Ask the server for its model, and whether it tells log-probabilities. Raises ServerError."""
        client = client or Client(address)
        listed = client.models()
        name = address.model or (listed[0] if listed else "")
        for told in TOLD:
            model = cls(client, name, told)
            try:
                model.told(model.encode("The"))
            except RefusedError:
                if told == TOLD[-1]:
                    raise
            else:
                return model
        raise AssertionError("the last try returns or raises")

    # Text

    def encode(self, prompt: str) -> tuple[int, ...]:
        """The pieces of a prompt between its blanks. Raises what `checked_prompt` raises."""
        pieces = _PIECES.findall(checked_prompt(prompt))
        if not pieces:
            raise EmptyPromptError
        return tuple(self._words.add(piece) for piece in pieces)

    def decode(self, ids: Sequence[int]) -> str:
        """The text. Raises ForgottenTokenError for an id that nobody told."""
        return self._words.join(ids)

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """The text of each token; an end token's is empty. Raises as `decode` does."""
        return [self._words.text(id) for id in ids]

    def piece(self, token: int) -> str:
        """A token on its own, an end token by its name. Raises as `decode` does."""
        return self._words.name(token)

    def named(self, token: int) -> str:
        """A token as it is named on the screen, with a sign for the blank before it. Raises as `decode` does."""
        return visible(self.piece(token))

    # Numbers

    def told(self, ids: Sequence[int]) -> tuple[tuple[int, ...], Told]:
        """The likeliest tokens after `ids`, as ids, and what the server told of them. Raises ServerError."""
        text = self.decode(ids)
        answer = self._answers.get(text)
        if answer is None:
            answer = self._answers.put(text, self._ask(text))
        return tuple(map(self._words.add, answer.tokens)), answer

    def _ask(self, text: str) -> Told:
        for i in range(HOT_TRIES):
            # A server may end a text without a word of what else could have come: then it is made to draw another token.
            temperature = 1.0 if i == 0 else HOT
            choices = self._client.next_token(
                self._model, text, self.told_at_most, _seed(text, 0.0, i), temperature=temperature
            )
            if choices[0][0] is not None:
                return choices[0][0]
        raise ServerError("The model server ends this text, and does not tell how likely that is.")

    def draw_other(self, ids: Sequence[int], u: float) -> int:
        """A token that is none of those told, drawn by the server: the same for the same text and the same `u`.

        The server draws at temperature 1 until one is none of the told ones, which has the distribution of the others.
        Parts of characters are passed over. Raises ServerError where none comes.
        """
        text = self.decode(ids)
        drawn = self._drawn.get((text, u))
        if drawn is None:
            drawn = self._drawn.put((text, u), self._draw(text, set(self.told(ids)[1].tokens), u))
        self._others.put((text, drawn.token), drawn.log_probability)
        return self._words.add(drawn.token)

    def _draw(self, text: str, told: set[str], u: float) -> Sample:
        tries, ends = self._tried.get((text, u)) or 0, time.monotonic() + PATIENCE
        asked = self._at_once
        while tries < TRIES:
            seed = _seed(text, u, tries + 1)
            try:
                choices = self._client.next_token(self._model, text, self.told_at_most, seed, choices=asked)
            except RefusedError:
                if asked == 1:
                    raise  # it was not for how many
                asked //= 2  # llama.cpp's own server draws as many as it has slots
                continue
            self._at_once = min(asked, self._at_once)
            for _, sample in choices:
                tries += 1
                if sample is not None and sample.token not in told and is_text(sample.token):
                    return sample
            self._tried.put((text, u), tries)  # whoever asks again goes on from here
            if time.monotonic() > ends:
                raise ServerError(
                    f"The draw fell on the others, and the model server drew none of them in {PATIENCE:g} seconds: ask "
                    "again, and it goes on."
                )
        raise ServerError(
            f"The draw fell on the others, and in {tries} tries the model server drew none of them: take another seed."
        )

    def log_probability_of_other(self, ids: Sequence[int], token: int) -> float | None:
        """log p of a token that is not told and was drawn after `ids`; None where it was not."""
        return self._others.get((self.decode(ids), self._words.name(token)))


def _seed(text: str, u: float, i: int) -> int:
    """The same questions, the same answers, where the server keeps to its seeds."""
    digest = hashlib.blake2b(f"{i} {u!r} {text}".encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big") >> 1


def _shown(model: str) -> str:
    """A name for the screen: the last part of a path, on one line."""
    last = re.split(r"[/\\]", model)[-1]
    line = " ".join("".join(c if c.isprintable() else " " for c in last).split())
    return line[:_NAME] or "the served model"
