"""The estimate: a component in which the number of texts and the baseline are dragged, and the gradient follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.instruments.kit import component

if TYPE_CHECKING:
    from mdp_core.rlhf.convergence import Convergence


def packed(found: Convergence) -> dict[str, Any]:
    """What the browser draws from. `variance`, like `errors`, holds the coefficients of a polynomial of the baseline."""
    moments = found.moments
    one, r, rr = moments.squares
    g, d = moments.gradient, moments.drift
    return {
        "counts": found.counts.tolist(),
        "errors": _short(found.errors),
        "lengths": _short(found.lengths),
        "products": _short(found.products),
        "estimates": _short(found.estimates),
        "exact": _short(found.exact),
        "sizes": found.sizes.tolist(),
        "blocks": _short(found.blocks),
        "length": found.length,
        "variance": [float(rr - g @ g), float(r - g @ d), float(one - d @ d)],
        "numbers": len(g),
    }


def _short(values: Any) -> Any:
    """As lists, with seven digits: an eye sees three."""
    if isinstance(values, float):
        return float(f"{values:.7g}")
    return [_short(value) for value in (values.tolist() if hasattr(values, "tolist") else values)]


def estimate(
    found: Convergence,
    *,
    key: str,
    of: str,
    low: float,
    high: float,
    mean: float,
) -> None:
    """Draw it. `of` names what it is of: for another, the sliders go back to where they begin. The baseline is dragged
    between `low` and `high`; `mean` is the exact mean score, one of the places where it may be put.
    """
    data = {**packed(found), "of": of, "low": low, "high": high, "mean": mean, "best": found.moments.best_baseline}
    component("estimate")(key=key, data=data)
