"""How often: a distribution beside the frequencies of draws from it, and how the one grows towards the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from components.instruments.drawing.figures import signed
from components.instruments.drawing.palette import tone
from components.instruments.drawing.tables import BarRow, bar_table
from components.instruments.plot import plot

AMOUNTS = (1, 10, 1000)
POINTS = 200  # of the curve


def compare_frequencies(
    outcomes: Sequence[tuple[str, str, float]],
    counts: NDArray[np.int64],
    *,
    key: str,
    most: int,
    on_sample: Callable[[int], None],
    on_reset: Callable[[], None],
) -> None:
    """A table of `outcomes` (next state, reward, probability), the counts of the samples beside it, and buttons for more."""
    n = int(counts.sum())
    rows = []
    for (label, reward, p), count in zip(outcomes, counts.tolist(), strict=True):
        figures = [reward, f"{p:.2f}"]
        if n:
            figures += [f"{count / n:.3f}", signed(count / n - p)]
        rows.append(BarRow(label, figures, p, count / n if n else None))
    head = ["next state s′", "r", "P", *(["share", "− P"] if n else [])]
    st.html(bar_table(head, rows, "transition"))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for amount in AMOUNTS:
            st.button(
                f"Sample {amount:,}",
                key=f"{key}_{amount}",
                on_click=on_sample,
                args=(amount,),
                disabled=n >= most,
            )
        st.button("Reset", key=f"{key}_reset", on_click=on_reset, disabled=n == 0)
    if n:
        added = " + ".join(f"{count:,}" for count in counts.tolist())
        worst = float(np.abs(counts / n - [p for _, _, p in outcomes]).max())
        total = f"{added} = {n:,} samples" if len(counts) > 1 else f"{n:,} of {n:,} samples"
        st.caption(f"{total}. Largest difference {worst:.3f}." + (" That is enough." if n >= most else ""))
    else:
        st.caption("Not sampled yet: P is what the rules say, before anything happens.")


def draw_closing_in(differences: NDArray[np.float64], key: str) -> None:
    """The largest difference after 1, 2, ... samples (`differences` [n]), beside 1 / sqrt(n); both axes in powers of ten."""
    n = len(differences)
    at = np.unique(np.geomspace(1, n, POINTS).round().astype(int))
    figure = go.Figure()
    figure.add_scatter(
        x=at,
        y=np.maximum(differences[at - 1], 1e-5),
        name="largest |share − P|",
        line={"color": tone("state"), "width": 3},
    )
    figure.add_scatter(x=at, y=1 / np.sqrt(at), name="1/√n", line={"color": tone("loss"), "width": 2, "dash": "dash"})
    sentence = f"The shares close in on P: {float(differences[-1]):.3f} off after n = {n:,}."
    plot(
        figure,
        key=key,
        says=sentence,
        height=160,
        margin={"l": 10, "r": 10, "t": 6, "b": 10},
        legend={"orientation": "h", "y": 1.18, "font": {"size": 14}},
        xaxis={"type": "log", "title": {"text": "samples n"}, "dtick": 1, "tickfont": {"size": 14}},
        yaxis={"type": "log", "range": [-3.2, 0.1], "tickvals": [0.001, 0.01, 0.1, 1], "tickfont": {"size": 14}},
    )
    st.caption(sentence)
