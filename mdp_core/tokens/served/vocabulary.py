"""Token ids for tokens of which only the text is known: the same text has the same id, in every process."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from mdp_core.kept import Kept

BITS = 52  # of an id: a browser's numbers hold it exactly, and two of a million texts meet with a chance of 0.0001
KEPT = 200_000  # texts of tokens

# How the usual models name the token that ends a text; some servers tell it without a text.
ENDS = (
    "",
    "</s>",
    "<eos>",
    "[EOS]",
    "<|im_end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end|>",
    "<|return|>",
    "<end_of_turn>",
    "<turn|>",
    "<｜end▁of▁sentence｜>",
    "<|END_OF_TURN_TOKEN|>",
)
NAMELESS = "the end"  # what the token without a text is called


class ForgottenTokenError(ValueError):
    """An id whose text is not known here: the server has not told it, or it was long ago."""

    def __init__(self) -> None:
        super().__init__("A token that was chosen by hand is none that the model server tells.")


def id_of(token: str) -> int:
    """The id of a token's text, in 0..2^52 - 1."""
    digest = hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - BITS)


END_IDS = frozenset(map(id_of, ENDS))


class Vocabulary:
    """The texts of the tokens that were met. Safe to use from several threads."""

    def __init__(self) -> None:
        self._texts: Kept[int, str] = Kept(KEPT)

    def add(self, token: str) -> int:
        """The id of a token's text, known from now on."""
        return self._keep(id_of(token), token)

    def _keep(self, id: int, token: str) -> int:
        self._texts.put(id, token)
        return id

    def text(self, id: int) -> str:
        """What a token adds to a text: nothing, where it ends it. Raises ForgottenTokenError."""
        return "" if id in END_IDS else self.name(id)

    def name(self, id: int) -> str:
        """A token on its own. Raises ForgottenTokenError."""
        if id in END_IDS:
            return _NAMES[id]
        text = self._texts.get(id)
        if text is None:
            raise ForgottenTokenError
        return text

    def join(self, ids: Sequence[int]) -> str:
        """The text that tokens make. Raises ForgottenTokenError."""
        return "".join(map(self.text, ids))


_NAMES = {id_of(token): token or NAMELESS for token in ENDS}
