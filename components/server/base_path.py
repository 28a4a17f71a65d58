"""Where the app's own addresses begin, also below a path of the host's."""

from __future__ import annotations


def prefixes(base: str) -> tuple[str, ...]:
    """What may stand before an address: nothing, and the path `base`, which some proxies take away and some leave."""
    path = base.strip("/")
    return ("", f"/{path}") if path else ("",)
