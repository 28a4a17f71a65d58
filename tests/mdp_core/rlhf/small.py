"""A language model of 17 words in double precision, all of whose texts of two words can be written down."""

from __future__ import annotations

import torch

from mdp_core.rlhf.adapters import AdapterSpec, new_adapter
from mdp_core.rlhf.estimators import gradient_moments_by_part
from mdp_core.rlhf.exact import CountedTexts
from mdp_core.tokens.sources import drain
from tests.mdp_core.tokens import tiny

T = 2
GOOD = {"wonderful": 1.0, "terrible": -1.0, "bored": -0.5, "long": -0.25}


def score(text):
    """The words' worth, in [-2, 2]; the prompt has none."""
    return sum(GOOD.get(word, 0.0) for word in text.split())


def model():
    small = tiny.word_level_model()
    small.model.double()  # so that a difference of two expectations means something
    return small


def adapter(small, seed=3, size=0.2):
    """Something in it, in double precision."""
    generator = torch.Generator().manual_seed(seed)
    blank = new_adapter(small.model, AdapterSpec(rank=2, alpha=4.0), generator, small.id)
    return blank.map(lambda t: size * torch.randn(t.shape, generator=generator, dtype=torch.float64))


def moved(adapter, direction, by):
    """The adapter whose numbers are its vector plus `by` times `direction`."""
    at = 0

    def shifted(tensor):
        nonlocal at
        part = direction[at : at + tensor.numel()].reshape(tensor.shape)
        at += tensor.numel()
        return tensor + by * part

    return adapter.map(shifted)


def moments(model, adapter, counted, temperature=1.0):
    """The moments of the estimator over all counted texts."""
    return drain(gradient_moments_by_part(model, adapter, counted, temperature=temperature))


def exact_gradient(model, adapter, texts, worth, temperature=1.0):
    """The gradient of sum_y pi(y) worth(y) over `texts`, `worth` held fixed."""
    return moments(model, adapter, CountedTexts(texts, worth, 0.0, 0.0, 0.0), temperature).gradient


def estimate(gradients, advantages):
    """[N, P], [N] -> [P]: the score-function estimate from N texts."""
    return (torch.from_numpy(advantages)[:, None] * gradients.double()).mean(0)


def running_errors(gradients, advantages, exact):
    """[N, P], [N], [P] -> [N]: how far the estimates from the first 1..N texts are off."""
    sums = (torch.from_numpy(advantages)[:, None] * gradients.double()).cumsum(0)
    counts = torch.arange(1, len(advantages) + 1, dtype=torch.float64)[:, None]
    return (sums / counts - exact).norm(dim=1).numpy()
