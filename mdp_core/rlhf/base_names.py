"""What the models that One Loop knows by a short name are called elsewhere: what an adapter's file says of its base."""

from __future__ import annotations

from mdp_core.tokens.sources.model_id import POCKET, SMOLLM2, SUMS, base_id

# Pocket and Sums are nowhere to be downloaded: a tool that looks for one shows this sentence.
PUBLIC = {
    POCKET: "Pocket, the model inside One Loop: the folder mdp_core/tokens/pocket/weights of its repository",
    SUMS: "Sums, the adding model inside One Loop: the folder mdp_core/tokens/sums/weights of its repository",
    SMOLLM2: "HuggingFaceTB/SmolLM2-135M-Instruct",
}


def public_name(id: str) -> str:
    """The name that other tools find the model by, however it reads its prompts; for those that none can find, where they
    are."""
    return PUBLIC.get(base_id(id), base_id(id))


def id_of(name: str) -> str:
    """The id here of what a file names as its base: the reverse of `public_name`, whatever the case."""
    return next((id for id, public in PUBLIC.items() if public.lower() == name.lower()), name)
