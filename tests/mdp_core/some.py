"""Some adapter and some texts of any model, the same ones every time."""

from __future__ import annotations

import numpy as np
import torch

from mdp_core.rlhf.adapters import AdapterSpec, new_adapter
from mdp_core.tokens.generation import generate

PROMPT = "the movie was"


def some_adapter(model, size=0.05):
    generator = torch.Generator().manual_seed(2)
    blank = new_adapter(model.model, AdapterSpec(), generator, model.id)
    return blank.map(lambda tensor: size * torch.randn(tensor.shape, generator=generator))


def some_texts(model, rows=6, tokens=7):
    return generate(model, model.encode(PROMPT), np.random.default_rng(1).random((rows, tokens)))
