"""A room's code, which everybody may read, and secrets, which nobody may."""

from __future__ import annotations

import hashlib
import hmac
import secrets

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another from the last row
LENGTH = 6  # 31^6 = 888 million codes


def new_code() -> str:
    """A code that nobody could have foretold."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_code(text: str) -> str:
    """The code as somebody typed it, in capitals and without gaps; empty where it is none."""
    code = "".join(text.upper().split()).replace("-", "")
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else ""


def spelled(code: str) -> str:
    """As it is shown: `K7P XQ2`, in two halves that can be read aloud."""
    return f"{code[:3]} {code[3:]}"


def new_secret() -> str:
    """128 bits that nobody can guess, safe in addresses."""
    return secrets.token_urlsafe(16)


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def opens(secret: str, kept: str) -> bool:
    """Whether `kept` is this secret's digest, told in the same time for every secret."""
    return hmac.compare_digest(digest(secret), kept)
