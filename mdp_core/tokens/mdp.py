"""Writing a text as a Markov decision process."""

from __future__ import annotations

from dataclasses import dataclass

from mdp_core.distribution import Categorical
from mdp_core.mdp import Outcome
from mdp_core.tokens.prompts import LongPromptError
from mdp_core.tokens.scores import Reward
from mdp_core.tokens.text_model import TextModel

Text = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class TokenMDP:
    """State: the text so far, as token ids, the prompt included. Action: the next token. Transition: append, for certain.

    An episode ends at one of the model's end tokens or at the length limit, `max_tokens` after the prompt or where the
    model's window is full. Either end pays the score of the finished text, all of it, as the visitor reads it: prompt
    included, special tokens not. Before that every reward is 0.
    Raises ValueError if `max_tokens` is less than 1 or the prompt is no text of the model, LongPromptError if the prompt
    leaves no room in the window for one more token.
    """

    model: TextModel
    prompt: Text
    max_tokens: int
    reward: Reward

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise ValueError(f"A text needs at least 1 token after the prompt, not {self.max_tokens}.")
        if not self.prompt or not all(token in self._vocabulary for token in self.prompt):
            raise ValueError(f"a prompt is at least one token id in 0..{len(self._vocabulary) - 1}")
        if len(self.prompt) >= self.model.window:
            raise LongPromptError(len(self.prompt), self.model.window - 1, "tokens")

    @property
    def _vocabulary(self) -> range:
        return range(self.model.vocabulary_size)

    @property
    def limit(self) -> int:
        """The most tokens a text can have, prompt included."""
        return min(len(self.prompt) + self.max_tokens, self.model.window)

    def initial_state(self) -> Text:
        """s_0: the prompt."""
        return self.prompt

    def actions(self, state: Text) -> range:
        """Every token of the vocabulary, however unlikely. Raises ValueError for a finished text."""
        if self.is_terminal(state):
            raise ValueError("the text is finished: no token follows")
        return self._vocabulary

    def transition(self, state: Text, action: int) -> Categorical[Outcome[Text]]:
        """Append `action`, for certain. Raises ValueError if the text is finished or `action` is no token."""
        if action not in self.actions(state):
            raise ValueError(f"{action!r} is no token: they go from 0 to {len(self._vocabulary) - 1}")
        text = (*state, action)
        if not self.is_terminal(text):
            return Categorical.certain(Outcome(text, 0.0, False))
        return Categorical.certain(Outcome(text, self.reward(self.model.decode(text)).total, True))

    def is_terminal(self, state: Text) -> bool:
        """True for a text that has its end token, or its full length."""
        return self._has_end_token(state) or len(state) >= self.limit

    def _has_end_token(self, state: Text) -> bool:
        # An end token inside the prompt ends nothing: some models begin every text with theirs.
        return len(state) > len(self.prompt) and state[-1] in self.model.end_tokens

    def ending(self, state: Text) -> str:
        """How the text ended, in a few words that go on after "the end:"."""
        if self._has_end_token(state):
            return f"the model chose {self.model.named(state[-1])}"
        if len(state) < self.limit:
            return "not finished"
        written = len(state) - len(self.prompt)
        if written < self.max_tokens:
            return f"the model's window of {self.model.window:,} tokens is full"
        return f"cut off after {written:,} token{'s' * (written != 1)}"
