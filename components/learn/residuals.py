"""How fast an exact method settles: its residuals on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log10

import plotly.graph_objects as go

from components.instruments.drawing.palette import tone
from components.instruments.plot import NORMAL, plot


def draw_residuals(values: Sequence[float], gamma: float, what: str, *, height: int = 210) -> None:
    """`values` are the largest changes of a value, sweep by sweep; beside them gamma^k, which they cannot exceed."""
    drawn = [(k, value) for k, value in enumerate(values, start=1) if value > 0]
    if not drawn:
        return
    x, y = zip(*drawn, strict=True)
    decades = log10(max(y) / min(y))
    picture, mode = go.Figure(), "lines+markers" if len(x) <= 40 else "lines"
    picture.add_scatter(x=x, y=y, mode=mode, name="residual", line={"color": tone("state"), "width": 3})
    if 0 < gamma < 1 and len(x) > 1 and what != "improvement":
        bound = [values[0] * gamma ** (k - 1) for k in x]
        line = {"color": tone("quiet"), "dash": "dash", "width": 2}
        picture.add_scatter(x=x, y=bound, mode="lines", name="gamma<sup>k</sup>", line=line)
    plot(
        picture,
        key="residuals",
        says=f"The residual falls from {values[0]:.2g} to {values[-1]:.2g} in {len(values)} {what}s.",
        height=height,
        x=what,
        y="max |change of v|",
        showlegend=len(picture.data) > 1,
        legend={"orientation": "v", "x": 1, "y": 1, "xanchor": "right", "yanchor": "top", "font": {"size": NORMAL}},
        xaxis_rangemode="tozero",
        # From two powers of ten on Plotly writes 2 and 5 between them too, and one number on the other.
        yaxis={
            "type": "log",
            "exponentformat": "power",
            "nticks": 6,
            "dtick": ceil(decades / 6) if decades >= 2 else None,
        },
    )
