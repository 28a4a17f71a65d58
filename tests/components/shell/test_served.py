"""What cannot be done with a model whose weights are elsewhere or rounded."""

from components.server.models import Models
from components.shell.served import why_not_tuned
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.rounding import Rounding
from mdp_core.tokens.sources import Host


def test_rounded_weights_cannot_be_tuned_and_whole_ones_can(pocket):
    quick = LanguageModel(pocket.model, pocket.tokenizer, name="Pocket, quick", id="smollm2-quick")
    quick.rounding = Rounding(0.02, 0.04, 52)
    models = Models(Host())
    models._put("smollm2-quick", quick)
    models._put("pocket", pocket)
    assert why_not_tuned("pocket", models, "it cannot be tuned") == ""
    assert why_not_tuned("smollm2-quick", models, "it cannot be tuned") == (
        "Pocket, quick has its weights in 4 and 8 bits, so no gradient can be taken of it, and it cannot be tuned. "
        "Take Pocket or SmolLM2 for that."
    )
