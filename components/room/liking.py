"""What the room likes: the reward model that its votes teach, while they come."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from components.instruments.drawing.figures import figure, signed
from components.room.memory import PAIRS, Desk, Seen
from components.room.pictures import draw_curve
from components.room.workshop import Workshop
from components.server.room.opened import rooms
from mdp_core.rlhf.agreement import krippendorff_alpha, pairwise_agreement

if TYPE_CHECKING:
    from mdp_core.rlhf.taste import Foretold, Taste
    from mdp_core.tokens.language_model import LanguageModel

RANKED = 4  # texts of each end
ALPHAS = (  # up to which alpha, and what it says
    (-0.05, "they contradict each other more than chance would"),
    (0.1, "they agree no more than by chance"),
    (0.4, "they agree a little: tastes differ here"),
    (0.67, "they agree on much, and not on all"),
    (0.9, "they largely agree"),
    (1.0, "they are nearly always of one mind"),
)


def learn(seen: Seen, workshop: Workshop, model: LanguageModel) -> None:
    """Let the workshop learn from what has been seen, where that is new."""
    texts = {pair.id: (pair.one, pair.other) for pair in seen.batch(PAIRS)}
    votes = seen.votes_on(PAIRS)
    if texts and votes:
        store, room = rooms(), seen.room.id
        newest = seen.blinds[-1] if seen.blinds else ""
        blind = [text for pair in seen.batch(newest) for text in (pair.one, pair.other)]
        workshop.learn(model, texts, votes, lambda worth: store.prioritise(room, worth), blind)


def show_liking(desk: Desk) -> None:
    """How well votes are foretold, how far the room agrees, and the texts at both ends."""
    votes, taste = desk.seen.votes_on(PAIRS), desk.workshop.taste
    if taste is None:
        st.html(f'<p class="room-says">{_why_not(desk, len(votes))}</p>')
        return
    left, right = st.columns([7, 6], gap="medium")
    with left:
        curve = desk.workshop.points(taste.foretold.votes)
        says = says_foretold(taste.foretold)
        st.html(f'<p class="room-says">{says}</p>')
        draw_curve([*curve, taste.foretold], says)
        st.html(f'<p class="room-says">{says_agreement(krippendorff_alpha(votes), pairwise_agreement(votes))}</p>')
    with right:
        _list_ranked(taste)


def says_foretold(told: Foretold) -> str:
    """The accuracy, beside a coin's and the room's own ceiling."""
    if told.accuracy is None:
        return (
            f"Learned from {told.votes:,} votes. A few more pairs with votes, and it can be told how many it foretells."
        )
    error = 0.0 if told.error is None else told.error
    says = (
        f"Learned from {told.votes:,} votes, the reward model foretells "
        f"{100 * told.accuracy:.0f} ± {100 * error:.0f}\N{NO-BREAK SPACE}% of "
        "choices between texts that it never saw; a coin, 50\N{NO-BREAK SPACE}%."
    )
    if told.ceiling is not None:
        says += (
            f" The room's own disagreement lets no model pass a ceiling of {100 * told.ceiling:.0f}\N{NO-BREAK SPACE}%."
        )
    return says


def says_agreement(alpha: float | None, agreed: float | None) -> str:
    """How far those who vote agree, in plain words with the numbers."""
    if alpha is None or agreed is None:
        return "How far the room agrees can be told as soon as two phones have voted on the same pair."
    word = next(says for most, says in ALPHAS if alpha <= most or most == 1)
    return (
        f"Krippendorff's alpha {figure(alpha)}: {word}. Two who see the same pair choose the same text "
        f"{100 * agreed:.0f}\N{NO-BREAK SPACE}% of "
        "the time."
    )


def _why_not(desk: Desk, votes: int) -> str:
    reading = desk.workshop.reading
    if desk.model is None:
        return "The language model whose features the reward model stands on is not here yet; the votes are kept."
    if reading is not None:
        return f"The language model reads the texts: {reading[0]} of {reading[1]}. The votes are kept meanwhile."
    if not votes:
        return "No vote is here yet. The reward model learns from the first votes on, as soon as a few pairs have some."
    if desk.workshop.too_few:
        return f"{votes} {'vote is' if votes == 1 else 'votes are'} here, on too few pairs yet: a few more, please."
    return "The reward model learns from the first votes."


def _list_ranked(taste: Taste) -> None:
    count = min(RANKED, len(taste.ranked) // 2)
    best, worst = taste.ranked[:count], taste.ranked[::-1][:count]
    for title, texts in (("It ranks first", best), ("It ranks last", worst)):
        st.html(f'<table class="ranked"><caption>{title}, of {len(taste.ranked)} texts</caption>{_rows(texts)}</table>')


def _rows(texts: Sequence[tuple[str, float]]) -> str:
    return "".join(
        f'<tr><td>{signed(score, 1)}</td><td class="stranger" dir="auto">{escape(text)}</td></tr>'
        for text, score in texts
    )
