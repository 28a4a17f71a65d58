"""A QR code of an address, for the phones in the room."""

from __future__ import annotations

from typing import Literal

import segno
import streamlit as st


def draw_qr(address: str, *, scale: int = 4, width: int | Literal["stretch"] = 260) -> None:
    """The code, dark on light in any theme; where the address is too long for one, that is said."""
    try:
        code = segno.make(address, error="L", micro=False)
    except segno.DataOverflowError:
        st.caption("It is too long for a QR code; copy it instead.")
        return
    picture = code.svg_inline(scale=scale, border=3, dark="#000", light="#fff")
    st.image(picture, alt="QR code of the link above", width=width)
