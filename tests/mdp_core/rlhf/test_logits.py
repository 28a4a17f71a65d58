"""log-probabilities and entropies that are worked out in parts, against torch's own in one piece."""

import pytest
import torch

from mdp_core.rlhf import logits as reader


@pytest.mark.parametrize("cached", [1, 100, 10**6])
def test_parts_change_nothing(monkeypatch, cached):
    generator = torch.Generator().manual_seed(1)
    logits = 4 * torch.randn(3, 7, 23, generator=generator, dtype=torch.float64)
    tokens = torch.randint(23, (3, 7), generator=generator)
    upstream = torch.randn(3, 7, generator=generator, dtype=torch.float64)
    logits.requires_grad_()
    monkeypatch.setattr(reader, "CACHED", cached)
    ours = reader.token_logp(logits, tokens)
    whole = torch.log_softmax(logits, -1)
    theirs = whole.gather(-1, tokens[..., None])[..., 0]
    torch.testing.assert_close(ours, theirs)
    slopes = [torch.autograd.grad((upstream * logp).sum(), logits)[0] for logp in (ours, theirs)]
    torch.testing.assert_close(*slopes)
    torch.testing.assert_close(reader.entropy(logits), torch.distributions.Categorical(logits=logits).entropy())


def test_a_token_that_is_impossible_counts_nothing():
    logits = torch.tensor([[0.0, 0.0, -torch.inf]], requires_grad=True)
    assert reader.entropy(logits).item() == pytest.approx(0.693147, abs=1e-6)
    reader.token_logp(logits, torch.tensor([1])).sum().backward()
    assert logits.grad.tolist() == [[-0.5, 0.5, 0.0]]
