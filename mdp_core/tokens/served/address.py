"""Where the host's model server is, as it is named when the app is started: openai:http://host:8000/v1#name."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

SCHEME = "openai:"
LONGEST = 500  # characters
FORM = "write openai:http://host:8000/v1#name"


@dataclass(frozen=True)
class ServerAddress:
    """A server of the host's choice. Never shown to a visitor, never in a link; the key is not in `repr` either."""

    url: str  # up to /v1, without a slash at its end
    model: str = ""  # what the server calls the model; empty for the first that it lists
    key: str = field(default="", repr=False)


def names_server(text: str) -> bool:
    """Whether `text` is meant as the address of a server."""
    return text.strip().lower().startswith(SCHEME)


def read_address(text: str, key: str = "") -> ServerAddress:
    """The server that `text` names; `key` is what it is asked with.

    Raises ValueError, whose sentence does not repeat the address (a password may stand in it), for anything but http or
    https with a host, for a user or a password in it, for a query, and for a key that fits in no header.
    """
    text = text.strip()
    if not names_server(text) or len(text) > LONGEST or not text.isprintable() or " " in text:
        raise ValueError(f"The address of the model server cannot be read; {FORM}.")
    try:
        parts = urlsplit(text[len(SCHEME) :])
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        port_is_one = False
    if not port_is_one or parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(f"The address of the model server is not one of http or https; {FORM}.")
    if "@" in parts.netloc:
        raise ValueError("A key does not belong into the address of the model server; put it into ONE_LOOP_LM_KEY.")
    if not (key.isascii() and key.isprintable()):
        raise ValueError("ONE_LOOP_LM_KEY has a character that no key has; copy it again.")
    return ServerAddress(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", parts.fragment, key)
