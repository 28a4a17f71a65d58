"""What a model on a server, or one of rounded weights, cannot do, and why: said at the place where it would be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.server.models import Models
from mdp_core.tokens.sources.model_id import SERVED

if TYPE_CHECKING:
    from mdp_core.tokens.text_model import TextModel

ANOTHER = "Take Pocket or SmolLM2 for that."


def without_weights(model: TextModel, what: str) -> str:
    """The sentence that says that `what`, which goes on after "so", is not to be had."""
    why = f"{model.name} runs on a server, which tells its likeliest next tokens and nothing of its inside"
    return f"{why}, so {what}. {ANOTHER}"


def why_not(id: str, models: Models, what: str) -> str:
    """`without_weights` of the model of that id; empty where its weights are here, or it is not here at all."""
    model = models.writer(id) if id == SERVED else None
    return "" if model is None else without_weights(model, what)


def why_not_tuned(id: str, models: Models, what: str) -> str:
    """Why no gradient can be taken of the model of that id, and so `what`; empty where one can."""
    model = models.get(id)
    if model is None or model.rounding is None:
        return why_not(id, models, f"no gradient can be taken of it, and {what}")
    return f"{model.name} has its weights in 4 and 8 bits, so no gradient can be taken of it, and {what}. {ANOTHER}"
