"""The losses of TRL 1.16.0 on the tensors of two files, which say how they were made: loss and gradient, to rounding."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mdp_core.rlhf.algorithms import ALGORITHMS, ChoiceAlgorithm, by_score
from mdp_core.rlhf.objective import loss_terms
from mdp_core.rlhf.spec import TuneSpec

GIVEN = json.loads((Path(__file__).parent / "trl.json").read_text(encoding="utf-8"))


def spec_of(algorithm, settings):
    """Our settings for TRL's, whose cap of CISPO's weight is the weight itself; its penalty is k3, in the loss."""
    low, high = settings["epsilon"], settings["epsilon_high"]
    clip = {"clip": high - 1} if algorithm == "cispo" else {"clip": low, "clip_high": high}
    return TuneSpec(algorithm=algorithm, beta=settings["beta"], penalty="loss", estimator="k3", tokens=8, **clip)


@pytest.mark.parametrize(
    "case", GIVEN["cases"], ids=lambda case: f"{case['algorithm']}, beta {case['settings']['beta']}"
)
def test_the_loss_and_its_gradient(case):
    old, logp, reference = (torch.tensor(GIVEN[name], dtype=torch.float64) for name in ("old", "logp", "reference"))
    mask, logp = torch.tensor(GIVEN["mask"], dtype=torch.bool), logp.requires_grad_()
    advantages = torch.tensor(GIVEN["advantages"], dtype=torch.float64)[:, None] * mask
    spec = spec_of(case["algorithm"], case["settings"])
    terms = loss_terms(spec, logp, old, reference, advantages, mask)
    loss = (by_score(spec.algorithm).weights(mask, spec.tokens) * terms).sum()
    (gradient,) = torch.autograd.grad(loss, logp)
    assert loss.item() == pytest.approx(case["loss"], abs=1e-12)
    np.testing.assert_allclose(gradient.numpy(), case["gradient"], atol=1e-11)


def test_clips_count_in_every_case():
    """Or the numbers would say nothing of them."""
    for case in GIVEN["cases"]:
        gradient = np.array(case["gradient"])
        if case["algorithm"] in {"grpo", "dapo", "gspo"} and case["settings"]["beta"] == 0:
            assert (gradient[np.array(GIVEN["mask"], dtype=bool)] == 0).any()
    assert {case["algorithm"] for case in GIVEN["cases"]} == {"grpo", "dapo", "gspo", "cispo"}


PAIRS = json.loads((Path(__file__).parent / "trl_pairs.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", PAIRS["cases"], ids=lambda case: f"{case['loss_type']}, beta {case['beta']}")
def test_the_loss_of_choices_and_its_gradient(case):
    logp, reference, mask = (torch.tensor(PAIRS[name], dtype=torch.float64) for name in ("logp", "reference", "mask"))
    logp.requires_grad_()
    ratios, lengths = (logp - reference).sum(-1), mask.sum(-1)
    algorithm = ALGORITHMS[{"sigmoid": "dpo", "ipo": "ipo"}[case["loss_type"]]]
    assert isinstance(algorithm, ChoiceAlgorithm)
    loss = algorithm.losses(*ratios.chunk(2), *lengths.chunk(2), case["beta"]).mean()
    (gradient,) = torch.autograd.grad(loss, logp)
    assert loss.item() == pytest.approx(case["loss"], abs=1e-12)
    np.testing.assert_allclose((gradient * mask).numpy(), case["gradient"], atol=1e-11)
