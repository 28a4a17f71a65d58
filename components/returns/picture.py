"""The trajectories themselves: the ways on the map, or the first texts."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from components.instruments.board import Walk, board
from components.instruments.board.film import iterate
from components.instruments.drawing.figures import signed
from components.returns.samples import Sample
from mdp_core.grid.policies import ArrowPolicy
from mdp_core.stage.grid import map_picture

STRONGEST, FAINTEST = 0.85, 0.03


def ways(sample: Sample, policy: ArrowPolicy, *, height: int) -> None:
    """The first walks over each other, the fainter the more there are; under them the policy's arrows."""
    drawn = sample.ways
    opacity = float(np.clip(6 / max(len(drawn), 1), FAINTEST, STRONGEST))
    zeros = np.zeros(len(policy.world.states))
    board(
        map_picture(policy.world),
        key="return_ways",
        name=f"{len(drawn)} walks on the map",
        film=[iterate(policy.world, "the policy", zeros, policy=policy.arrows)],
        film_key=sample.subject,
        layers=("none", "policy"),
        walks=[Walk(way, opacity) for way in drawn],
        height=height,
    )
    if len(drawn) < len(sample):
        st.caption(f"The first {len(drawn):,} of {len(sample):,} walks are drawn.")


def texts(sample: Sample) -> None:
    """The first texts, each with its score."""
    rows = "".join(
        f"<tr><td class='{'loss' if score < 0 else 'gain'}'>{signed(score, 2)}</td><td dir='auto'>{escape(text)}</td></tr>"
        for text, score in sample.texts
    )
    st.html(f"<div class='sampled-texts'><table><tbody>{rows}</tbody></table></div>")
    if len(sample.texts) < len(sample):
        st.caption(f"The first {len(sample.texts)} of {len(sample):,} texts, each with its score.")
