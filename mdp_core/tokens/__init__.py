"""Language models as policies, texts as states."""

from typing import TYPE_CHECKING

from mdp_core.exports import on_demand

if TYPE_CHECKING:
    from mdp_core.tokens.answers import of_answer
    from mdp_core.tokens.formula import Formula, FormulaError
    from mdp_core.tokens.generation import Texts, generate
    from mdp_core.tokens.language_model import LanguageModel
    from mdp_core.tokens.mdp import TokenMDP
    from mdp_core.tokens.policy import LMPolicy
    from mdp_core.tokens.prefix_values import Effort, PrefixValue, prefix_value
    from mdp_core.tokens.rewards import reward_from
    from mdp_core.tokens.sampled_texts import SampledTexts, sample_texts
    from mdp_core.tokens.sampling import Sampling
    from mdp_core.tokens.scores import Reward, Score, ScoreSpec, Sentiment
    from mdp_core.tokens.sources import Host, drain, facts, load
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "answers": "of_answer",
            "formula": "Formula FormulaError",
            "generation": "Texts generate",
            "language_model": "LanguageModel",
            "mdp": "TokenMDP",
            "policy": "LMPolicy",
            "prefix_values": "Effort PrefixValue prefix_value",
            "rewards": "reward_from",
            "sampled_texts": "SampledTexts sample_texts",
            "sampling": "Sampling",
            "scores": "Reward Score ScoreSpec Sentiment",
            "sources": "Host drain facts load",
        },
    )

__all__ = [
    "Effort",
    "Formula",
    "FormulaError",
    "Host",
    "LMPolicy",
    "LanguageModel",
    "PrefixValue",
    "Reward",
    "SampledTexts",
    "Sampling",
    "Score",
    "ScoreSpec",
    "Sentiment",
    "Texts",
    "TokenMDP",
    "drain",
    "facts",
    "generate",
    "load",
    "of_answer",
    "prefix_value",
    "reward_from",
    "sample_texts",
]
