"""A few of a step's texts, best to worst, and what tuning has changed about each of their tokens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.measured import Measured
from mdp_core.rlhf.redraws import rows_of
from mdp_core.rlhf.tuning_step import TuningStep, change_of_log_probability
from mdp_core.tokens.language_model import LanguageModel

SHOWN = 8
LONGEST = 64  # tokens of a text that are shown, at most


@dataclass(frozen=True)
class ShownText:
    """The first T tokens of one text, at most LONGEST, and how often the policy wrote it among the B of the step."""

    prompt: tuple[int, ...]  # what it goes on from
    tokens: tuple[int, ...]  # [T], the end token included where it has one
    pieces: tuple[str, ...]  # [T], what each token adds to the text; nothing for an end token
    ended: bool  # its end token is the last of these; else it goes on, or the limit cut it
    count: int
    score: float
    true: float | None
    advantage: float | None  # the mean over its tokens; all of them have the same one but in PPO
    tuned: tuple[float, ...]  # [T], log pi - log pi_ref: what tuning had changed when this was written
    change: tuple[float, ...] | None  # [T], log pi after the step - log pi before it: what learning from it changed


def chosen_rows(measured: Measured, most: int = SHOWN) -> list[tuple[int, int]]:
    """(row, count) of at most `most` different texts, by falling score: the best, the worst, and evenly between them.

    Of equal scores the more frequent text comes first.
    """
    whole = np.concatenate([measured.texts.prompts, measured.texts.tokens], axis=1)
    counts = Counter(map(bytes, whole))
    first: dict[bytes, int] = {}
    for i, row in enumerate(whole):
        first.setdefault(bytes(row), i)
    ranked = sorted(first, key=lambda text: (-measured.scores[first[text]], -counts[text], first[text]))
    places = sorted({round(place) for place in np.linspace(0, len(ranked) - 1, min(most, len(ranked))).tolist()})
    return [(first[ranked[place]], counts[ranked[place]]) for place in places]


def shown_texts(
    model: LanguageModel,
    measured: Measured,
    true: NDArray[np.float64] | None = None,
    snapshot: TuningStep | None = None,
    most: int = SHOWN,
) -> list[ShownText]:
    """The chosen texts of a policy; with the `snapshot` of the step that learned from them, what it made of them.

    Costs one forward pass of these texts, and none without a snapshot.
    """
    chosen = chosen_rows(measured, most)
    rows = np.array([row for row, _ in chosen])
    few = rows_of(measured.texts, rows)
    changes = None if snapshot is None else change_of_log_probability(model, replace(snapshot, texts=few))
    shown = []
    for i, (row, count) in enumerate(chosen):
        T = min(int(few.lengths[i]), LONGEST)
        shown.append(
            ShownText(
                few.prompt(i),
                tuple(few.tokens[i, :T].tolist()),
                tuple(model.pieces(few.ids(i))[few.prompt_lengths[i] :][:T]),
                bool(few.terminated[i]) and int(few.lengths[i]) == T,
                count,
                float(measured.scores[row]),
                None if true is None else float(true[row]),
                None if snapshot is None else float(snapshot.advantages[row, : few.lengths[i]].mean()),
                tuple(measured.log_ratios[row, :T].tolist()),
                None if changes is None else tuple(changes[i, :T].tolist()),
            )
        )
    return shown
