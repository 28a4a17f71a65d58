"""The chart of returns: a component in which gamma is dragged over thousands of trajectories at once."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.instruments.kit import component
from mdp_core.payments import Payments

GAMMAS: NDArray[np.float64] = np.arange(101) / 100  # of the table of expected returns
MAX_PAYMENTS = 300_000  # that are sent to a browser: 3 MB


@dataclass(frozen=True, eq=False)
class Expected:
    """What the mean closes in on, for every gamma of GAMMAS."""

    name: str  # such as "exact"
    values: Sequence[float]  # [101]
    halves: Sequence[float]  # [101], how far off each may be


def shown(payments: Payments) -> Payments:
    """As many of the first trajectories as a browser is sent."""
    return payments if len(payments) <= MAX_PAYMENTS else payments.first(int(payments.row[MAX_PAYMENTS]))


def packed(payments: Payments) -> dict[str, Any]:
    """The payments as the browser reads them: 16-bit numbers in base64, and the rewards that there are."""
    values, which = np.unique(payments.reward, return_inverse=True)
    columns = {"rows": payments.row, "starts": payments.start, "stops": payments.stop, "which": which}
    return {
        "count": payments.count,
        "values": values.tolist(),
        "packed": {name: base64.b64encode(part.astype("<u2").tobytes()).decode() for name, part in columns.items()},
    }


def returns_chart(
    payments: Payments,
    *,
    key: str,
    sample: str,
    subject: str,
    title: str,
    gamma: float,
    command: int,
    expected: Expected | None,
    on_gamma: Callable[[float], None],
) -> None:
    """Draw the returns of at least one trajectory. `sample` names these trajectories, `subject` what they are of: another
    sample of it keeps the axis. The slider goes to `gamma` only when `command` is new; `on_gamma` comes on release.
    """

    def released() -> None:
        gamma = st.session_state[key].get("gamma")
        if gamma is not None:
            on_gamma(float(gamma))

    component("returns_chart")(
        key=key,
        data={
            **packed(shown(payments)),
            "key": sample,
            "subject": subject,
            "title": title,
            "gamma": gamma,
            "command": command,
            "exact": None
            if expected is None
            else {"name": expected.name, "values": list(expected.values), "halves": list(expected.halves)},
        },
        on_gamma_change=released,
    )
