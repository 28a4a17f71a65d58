"""A language model that a server runs: an OpenAI-compatible one that tells log-probabilities. Light to import."""

from typing import TYPE_CHECKING

from mdp_core.exports import on_demand

if TYPE_CHECKING:
    from mdp_core.tokens.served.address import ServerAddress, read_address
    from mdp_core.tokens.served.client import ServerError
    from mdp_core.tokens.served.model import ServedModel
    from mdp_core.tokens.served.policy import ServedPolicy
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "address": "ServerAddress read_address",
            "client": "ServerError",
            "model": "ServedModel",
            "policy": "ServedPolicy",
        },
    )

__all__ = [
    "ServedModel",
    "ServedPolicy",
    "ServerAddress",
    "ServerError",
    "read_address",
]
