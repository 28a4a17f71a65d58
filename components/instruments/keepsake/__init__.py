"""The keepsake: a few words that this browser keeps for this app, and that its next visit brings back."""

from __future__ import annotations

from components.instruments.kit import component


def keepsake(name: str, value: str, *, key: str, path: str, seconds: int, instead_of: str = "") -> None:
    """Let the browser keep `value` for so long, below that path of this server only: `st.context.cookies` has it in the next
    visit, a reload too. No other site's page can make the browser send it.

    Where `value` is empty it forgets what it keeps, but only if that is `instead_of`: another tab may have said something
    else since. Draws nothing.
    """
    data = {"name": name, "value": value, "path": path, "seconds": seconds, "instead_of": instead_of}
    component("keepsake")(key=key, data=data)
