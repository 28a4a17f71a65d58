"""Prompts of a run: what is said where they cannot stand side by side."""

import pytest

from mdp_core.rlhf.starts import UnequalPromptsError, encoded
from tests.mdp_core.tokens import tiny


def test_prompts_of_other_lengths_are_named_by_their_first_forty_characters():
    model = tiny.word_level_model()
    long, longer = " ".join(["wonderful"] * 5), " ".join(["terrible"] * 6)
    assert encoded(model, ("the movie", "the film")[:1]).shape == (1, 2)
    with pytest.raises(UnequalPromptsError) as refused:
        encoded(model, (long, longer))
    assert str(refused.value) == (
        f"All prompts of a run have as many tokens: “{long[:40]}” has 5, and “{longer[:40]}” 6."
    )
    assert len(longer) > len(long) > 41
