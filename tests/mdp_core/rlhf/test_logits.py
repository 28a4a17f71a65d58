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


def test_a_lone_distribution_needs_no_batch():
    logits = torch.tensor([0.0, 0.0, 1.0986123], dtype=torch.float64, requires_grad=True)  # odds 1 : 1 : 3
    entropy = reader.entropy(logits)
    assert entropy.shape == ()
    assert entropy.item() == pytest.approx(2 * 0.2 * 1.6094379 + 0.6 * 0.5108256, abs=1e-6)
    logp = reader.token_logp(logits, torch.tensor(2))
    assert logp.shape == ()
    assert logp.item() == pytest.approx(-0.5108256, abs=1e-6)
    logp.backward()
    assert logits.grad.tolist() == pytest.approx([-0.2, -0.2, 0.4], abs=1e-6)
    assert reader.entropy(torch.zeros(0, 3)).shape == (0,)
    assert reader.token_logp(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long)).shape == (0,)


def test_an_impossible_token_has_no_slope():
    logits = torch.tensor([[0.0, -torch.inf], [0.0, 1.0986123]], dtype=torch.float64, requires_grad=True)
    reader.entropy(logits).sum().backward()
    # d H / d logit(b) = -pi(b) (log pi(b) + H): for odds 1 : 3 that is 0.1875 log 3.
    assert logits.grad[0].tolist() == [0.0, 0.0]
    assert logits.grad[1].tolist() == pytest.approx([0.1875 * 1.0986123, -0.1875 * 1.0986123], abs=1e-6)
