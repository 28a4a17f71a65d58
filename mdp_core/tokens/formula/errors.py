"""What can be wrong with a formula, and where."""

from __future__ import annotations


class FormulaError(ValueError):
    """A formula that cannot be used: a sentence for the visitor, and the column of the character where it goes wrong."""

    def __init__(self, sentence: str, column: int) -> None:
        self.sentence = sentence
        self.column = column  # from 1; one behind the last character where something is missing there
        super().__init__(f"Formula, column {column}: {sentence}")


class UnscoredError(FormulaError):
    """A text that a formula has no number for. `text` is the text."""

    def __init__(self, sentence: str, column: int, text: str) -> None:
        self.text = text
        short = text if len(text) <= 60 else text[:59] + "…"
        super().__init__(f"{sentence} This was for the text “{short}”.", column)
        self.sentence = sentence


class ImpossibleError(ArithmeticError):
    """An operation without a result. Raised and caught inside this package, where the place is not known yet."""
