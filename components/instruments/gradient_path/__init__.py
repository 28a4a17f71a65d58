"""The gradient's path: from the weights to a score in six stations, and the way back as far as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from components.instruments.kit import component


@dataclass(frozen=True)
class Bar:
    """One of a few: a logit, a probability."""

    label: str
    value: float
    figure: str
    marked: bool = False  # it is the one that was drawn


@dataclass(frozen=True)
class Station:
    """A place on the way, and what is there. All of it is shown as plain text."""

    name: str
    concept: str  # its colour: policy, action, state, reward
    said: str
    bars: Sequence[Bar] = ()
    back: str = ""  # what came back to here, or that nothing did; empty where nobody asked
    stops: bool = False  # the way back ends here


@dataclass(frozen=True)
class Leg:
    """Between two stations: how one goes on, and what comes back."""

    name: str
    back: str  # "unknown", "flows" or "stops"
    said: str = ""  # in a word or two


def gradient_path(stations: Sequence[Station], legs: Sequence[Leg], *, key: str, name: str) -> None:
    """Draw the `stations` in a row, a leg between any two of them; below each other where the window is narrow."""
    component("gradient_path")(
        key=key,
        data={"name": name, "stations": [asdict(item) for item in stations], "legs": [asdict(item) for item in legs]},
    )
