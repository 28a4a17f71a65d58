"""Preferences, reward models, losses and tuning."""

from typing import TYPE_CHECKING

from mdp_core.exports import on_demand

if TYPE_CHECKING:
    from mdp_core.rlhf.adapted_model import AdaptedModel
    from mdp_core.rlhf.adapters import Adapter, AdapterSpec, new_adapter
    from mdp_core.rlhf.advantages import baseline_advantages, dr_grpo_advantages, grpo_advantages, rloo_advantages
    from mdp_core.rlhf.agreement import accuracy_ceiling, krippendorff_alpha, pairwise_agreement
    from mdp_core.rlhf.all_actions import qpg_losses, rm_losses, rpg_losses
    from mdp_core.rlhf.exact import CountedTexts, count_texts
    from mdp_core.rlhf.features import TextFeatures
    from mdp_core.rlhf.frontier import BestScore, Optimum, best_score, optimum
    from mdp_core.rlhf.kl import k1, k2, k3, kl_rewards
    from mdp_core.rlhf.logits import entropy, token_logp
    from mdp_core.rlhf.losses import (
        clipped_terms,
        constant_mean,
        high_entropy_mask,
        overlong_penalties,
        policy_gradient_terms,
        sequence_terms,
        text_mean,
        text_sum,
        token_mean,
        value_terms,
        weighted_terms,
    )
    from mdp_core.rlhf.passing import Passing, pass_at_k, passing_of
    from mdp_core.rlhf.preferences import bradley_terry_losses, dpo_losses, dpo_pair_losses, ipo_pair_losses
    from mdp_core.rlhf.preferences_in import read_preferences
    from mdp_core.rlhf.raters import (
        TASTES,
        Comparison,
        SimulatedRater,
        comparisons_from_stars,
        preference_probability,
        simulated_choices,
    )
    from mdp_core.rlhf.reward_model import HeldOut, RewardModel, cross_validated, fit, growth
    from mdp_core.rlhf.reward_training import Examples
    from mdp_core.rlhf.spec import TuneSpec, preset
    from mdp_core.rlhf.supervised import imitate
    from mdp_core.rlhf.trainer import tune
    from mdp_core.rlhf.tuning_step import DivergedError, TuningStep
    from mdp_core.rlhf.votes import Vote
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "adapted_model": "AdaptedModel",
            "adapters": "Adapter AdapterSpec new_adapter",
            "advantages": "baseline_advantages dr_grpo_advantages grpo_advantages rloo_advantages",
            "agreement": "accuracy_ceiling krippendorff_alpha pairwise_agreement",
            "all_actions": "qpg_losses rm_losses rpg_losses",
            "exact": "CountedTexts count_texts",
            "features": "TextFeatures",
            "frontier": "BestScore Optimum best_score optimum",
            "kl": "k1 k2 k3 kl_rewards",
            "logits": "entropy token_logp",
            "losses": (
                "clipped_terms constant_mean high_entropy_mask overlong_penalties policy_gradient_terms "
                "sequence_terms text_mean text_sum token_mean value_terms weighted_terms"
            ),
            "passing": "Passing pass_at_k passing_of",
            "preferences": "bradley_terry_losses dpo_losses dpo_pair_losses ipo_pair_losses",
            "preferences_in": "read_preferences",
            "raters": (
                "TASTES Comparison SimulatedRater comparisons_from_stars preference_probability simulated_choices"
            ),
            "reward_model": "HeldOut RewardModel cross_validated fit growth",
            "reward_training": "Examples",
            "spec": "TuneSpec preset",
            "supervised": "imitate",
            "trainer": "tune",
            "tuning_step": "DivergedError TuningStep",
            "votes": "Vote",
        },
    )

__all__ = [
    "TASTES",
    "AdaptedModel",
    "Adapter",
    "AdapterSpec",
    "BestScore",
    "Comparison",
    "CountedTexts",
    "DivergedError",
    "Examples",
    "HeldOut",
    "Optimum",
    "Passing",
    "RewardModel",
    "SimulatedRater",
    "TextFeatures",
    "TuneSpec",
    "TuningStep",
    "Vote",
    "accuracy_ceiling",
    "baseline_advantages",
    "best_score",
    "bradley_terry_losses",
    "clipped_terms",
    "comparisons_from_stars",
    "constant_mean",
    "count_texts",
    "cross_validated",
    "dpo_losses",
    "dpo_pair_losses",
    "dr_grpo_advantages",
    "entropy",
    "fit",
    "growth",
    "grpo_advantages",
    "high_entropy_mask",
    "imitate",
    "ipo_pair_losses",
    "k1",
    "k2",
    "k3",
    "kl_rewards",
    "krippendorff_alpha",
    "new_adapter",
    "optimum",
    "overlong_penalties",
    "pairwise_agreement",
    "pass_at_k",
    "passing_of",
    "policy_gradient_terms",
    "preference_probability",
    "preset",
    "qpg_losses",
    "read_preferences",
    "rloo_advantages",
    "rm_losses",
    "rpg_losses",
    "sequence_terms",
    "simulated_choices",
    "text_mean",
    "text_sum",
    "token_logp",
    "token_mean",
    "tune",
    "value_terms",
    "weighted_terms",
]
