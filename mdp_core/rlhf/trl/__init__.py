"""The way on to TRL (huggingface.co/docs/trl): what was done here, as scripts for its trainers."""

from typing import TYPE_CHECKING

from mdp_core.exports import on_demand

if TYPE_CHECKING:
    from mdp_core.rlhf.trl.bundle import NotInTRLError
    from mdp_core.rlhf.trl.choices import choices_bundle
    from mdp_core.rlhf.trl.tuning import check_trl, tuning_bundle
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "bundle": "NotInTRLError",
            "choices": "choices_bundle",
            "tuning": "check_trl tuning_bundle",
        },
    )

__all__ = [
    "NotInTRLError",
    "check_trl",
    "choices_bundle",
    "tuning_bundle",
]
