"""Losses, advantages and KL estimators against published vectors and against enumeration."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.rlhf.advantages import baseline_advantages, dr_grpo_advantages, grpo_advantages, rloo_advantages
from mdp_core.rlhf.kl import k1, k2, k3, kl_rewards
from mdp_core.rlhf.logits import entropy, token_logp
from mdp_core.rlhf.losses import (
    clipped_terms,
    constant_mean,
    high_entropy_mask,
    policy_gradient_terms,
    sequence_terms,
    text_mean,
    token_mean,
    value_terms,
    weighted_terms,
)
from mdp_core.rlhf.preferences import bradley_terry_losses, dpo_losses
from mdp_core.rlhf.raters import preference_probability


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


LOGITS = [
    [[1.0, 1.0, 1.0], [2.0, 0.0, 0.0], [-1.0, -2.0, -3.0]],
    [[2.0, 2.0, 2.0], [3.0, 1.0, 1.0], [0.0, -1.0, -2.0]],
]


@pytest.mark.parametrize(
    ("row", "actions", "weights", "advantages", "published"),
    [
        (0, [0, 1, 2], [-2.0, 2.0, 0.0], [0.3, 0.2, 0.1], 0.0788835088),
        (1, [0, 0, 0], [-3.0, 1.0, -1.0], [-0.3, -0.2, -0.1], 0.327200909),
    ],
)
def test_policy_gradient_loss_as_rlax_has_it(row, actions, weights, advantages, published):
    logp = token_logp(tensor(LOGITS[row]), torch.tensor(actions))
    loss = (tensor(weights) * policy_gradient_terms(logp, tensor(advantages))).mean()
    assert loss.item() == pytest.approx(published, abs=1e-6)


@pytest.mark.parametrize(
    ("row", "weights", "published"), [(0, [-2.0, 2.0, 0.0], 0.288693), (1, [-3.0, 1.0, -1.0], 1.15422)]
)
def test_entropy_loss_as_rlax_has_it(row, weights, published):
    assert (-tensor(weights) * entropy(tensor(LOGITS[row]))).mean().item() == pytest.approx(published, abs=2e-6)


def test_policy_gradient_and_its_gradient_as_trfl_has_it():
    logits = tensor([[0.0, 1.0], [0.0, 1.0], [1.0, 1.0], [0.0, 100.0]]).requires_grad_()
    losses = policy_gradient_terms(token_logp(logits, torch.tensor([0, 0, 1, 1])), tensor([0.0, 1.0, 2.0, 1.0]))
    assert losses.tolist() == pytest.approx([0, 1.313262, 1.386294, 0], abs=1e-5)
    losses.sum().backward()
    expected = [[0, 0], [-0.731, 0.731], [1, -1], [0, 0]]
    np.testing.assert_allclose(logits.grad.numpy(), expected, atol=1e-3)


def test_actor_critic_entropy_as_trfl_has_it():
    assert entropy(tensor([[0, 0, 1], [0, 1, 0]])).sum().item() == pytest.approx(1.95066, abs=1e-5)


@pytest.mark.parametrize(
    ("sign", "published"), [(1, -0.17117467), (-1, 0.19333333)], ids=["better than expected", "worse"]
)
def test_the_clipped_loss_as_rlax_has_it(sign, published):
    old = tensor([[1.0, 1.0, 1.0], [2.0, 0.0, 0.0], [-3.0, -2.0, -1.0]])
    actions = torch.tensor([0, 1, 2])
    new_logp, old_logp = token_logp(tensor(LOGITS[0]), actions), token_logp(old, actions)
    loss = clipped_terms(new_logp, old_logp, sign * tensor([0.3, 0.2, 0.1])).mean()
    assert loss.item() == pytest.approx(published, abs=1e-5)


def test_the_clipped_loss_for_three_moves_of_the_log_probability():
    old = tensor([0.5, 0.8, 1.2])
    one = torch.ones(3, dtype=torch.float64)
    assert clipped_terms(old + 1, old, one).mean().item() == pytest.approx(-1.2)
    assert clipped_terms(old - 1, old, one).mean().item() == pytest.approx(-1 / math.e)
    assert clipped_terms(old + 0.1, old, one).mean().item() == pytest.approx(-math.exp(0.1))
    assert clipped_terms(old + 1, old, one, high=0.28).mean().item() == pytest.approx(-1.28)


def test_each_of_the_two_clips_has_an_epsilon_of_its_own():
    old, up, down = tensor(0.0), tensor(math.log(3.0)), tensor(math.log(0.5))

    def terms(logp, advantage):
        return clipped_terms(logp, old, tensor(advantage), low=0.1, high=0.3).item()

    assert terms(up, 2.0) == pytest.approx(-2.6)  # rho 3, good: no more than 1.3 counts
    assert terms(up, -2.0) == pytest.approx(6.0)  # rho 3, bad: all of it
    assert terms(down, -2.0) == pytest.approx(1.8)  # rho 1/2, bad: no less than 0.9 counts
    assert terms(down, 2.0) == pytest.approx(-1.0)  # rho 1/2, good: all of it


def test_one_ratio_for_a_text_has_both_clips_and_a_mere_weight_only_the_upper():
    old, mask = tensor([[0.0, 0.0, 9.0]]), torch.tensor([[True, True, False]])
    # Two tokens that count, of rho 1/2 and 1/8: their geometric mean is 1/4.
    logp = tensor([[math.log(0.5), math.log(0.125), 0.0]])
    bad = sequence_terms(logp, old, -torch.ones(1, 3, dtype=torch.float64), mask, clip=0.2)
    assert bad[0, :2].tolist() == pytest.approx([0.8, 0.8])
    good = sequence_terms(logp, old, torch.ones(1, 3, dtype=torch.float64), mask, clip=0.2)
    assert good[0, :2].tolist() == pytest.approx([-0.25, -0.25])
    weights = weighted_terms(logp[0, :1], old[0, :1], tensor([1.0]), clip=0.2)
    assert weights.item() == pytest.approx(0.5 * math.log(2))
    grown = weighted_terms(tensor([math.log(3)]), tensor([0.0]), tensor([1.0]), clip=0.2)
    assert grown.item() == pytest.approx(-1.2 * math.log(3))


def test_the_value_loss_takes_the_larger_of_the_two_errors():
    # Around the old value 0 a clip of 0.2 lets 1 reach 0.2 only: the error towards 2 is 1.8 then, not 1.
    assert value_terms(tensor([1.0]), tensor([0.0]), tensor([2.0]), 0.2).item() == pytest.approx(0.5 * 1.8**2)
    assert value_terms(tensor([0.1]), tensor([0.0]), tensor([2.0]), 0.2).item() == pytest.approx(0.5 * 1.9**2)
    assert value_terms(tensor([-1.0]), tensor([0.0]), tensor([-2.0]), 0.2).item() == pytest.approx(0.5 * 1.8**2)
    # From 1 a clip of 0.2 lets 5 reach 1.2: the error towards 0 without it, 5, is the larger.
    assert value_terms(tensor([5.0]), tensor([1.0]), tensor([0.0]), 0.2).item() == pytest.approx(0.5 * 5**2)


def test_the_three_means_weigh_a_long_text_differently():
    values, mask = tensor([[1, 1, 1, 1], [5, 0, 0, 0]]), torch.tensor([[1, 1, 1, 1], [1, 0, 0, 0]])
    for weights, mean in ((token_mean, 9 / 5), (text_mean, (1 + 5) / 2), (constant_mean, 9 / 16)):
        assert (weights(mask, 8) * values).sum().item() == pytest.approx(mean)


def test_the_tokens_of_most_entropy_as_trl_takes_them():
    entropies = tensor([[0.1, 0.2, 0.3, 9.0], [0.4, 0.5, 9.0, 9.0]])
    mask = torch.tensor([[1, 1, 1, 0], [1, 1, 0, 0]])
    for quantile, kept in ((0.2, [0.5]), (0.5, [0.3, 0.4, 0.5]), (0.4, [0.4, 0.5]), (1.0, [0.1, 0.2, 0.3, 0.4, 0.5])):
        chosen = high_entropy_mask(entropies, mask, quantile)
        assert sorted(entropies[chosen].tolist()) == kept
        threshold = torch.quantile(entropies[mask.bool()], 1 - quantile)
        assert torch.equal(chosen, (entropies >= threshold) & mask.bool())
    tied = tensor([[1.0, 1.0, 1.0, 0.0]])
    assert high_entropy_mask(tied, torch.ones(1, 4), 0.25).tolist() == [[True, True, True, False]]
    assert not high_entropy_mask(entropies, torch.zeros(2, 4), 0.5).any()
    for quantile in (0.0, 1.1, -0.5):
        with pytest.raises(ValueError, match="quantile"):
            high_entropy_mask(entropies, mask, quantile)


@given(st.lists(st.floats(0, 8), min_size=1, max_size=12), st.floats(0.01, 1))
def test_the_share_of_tokens_that_is_taken(entropies, quantile):
    row = tensor([entropies])
    chosen = high_entropy_mask(row, torch.ones_like(row), quantile)
    assert chosen.sum().item() >= math.ceil(quantile * len(entropies) - 1e-9) - 1
    assert row[chosen].min() >= row[~chosen].max() if (~chosen).any() else True


REWARDS = [1, 0, 0, 1, 0.5, 0]


def test_the_family_of_group_advantages():
    r = tensor(REWARDS)
    spread = [1.186611131336418, -0.847579379526013, -0.847579379526013, 1.186611131336418, 0.169515875905203]
    assert grpo_advantages(r, epsilon=0).tolist()[:5] == pytest.approx(spread, abs=1e-9)
    assert grpo_advantages(r, epsilon=0, ddof=0)[0].item() == pytest.approx(1.2998673672393628, abs=1e-9)
    assert dr_grpo_advantages(r).tolist() == pytest.approx([7 / 12, -5 / 12, -5 / 12, 7 / 12, 1 / 12, -5 / 12])
    assert rloo_advantages(r).tolist() == pytest.approx([0.7, -0.5, -0.5, 0.7, 0.1, -0.5])
    assert baseline_advantages(r, 0.25).tolist() == [0.75, -0.25, -0.25, 0.75, 0.25, -0.25]


def test_published_group_advantages():
    course = grpo_advantages(tensor([1, 1, 1, 1, 0, 0, 0, 0]), epsilon=0)
    assert course[[0, 7]].tolist() == pytest.approx([0.94, -0.94], abs=0.0051)
    one_right = grpo_advantages(tensor([1, 0, 0, 0, 0, 0, 0, 0]), epsilon=0)
    assert one_right[[0, 7]].tolist() == pytest.approx([2.47, -0.35], abs=0.006)


def test_equal_rewards_are_no_signal_and_a_group_of_one_is_refused():
    for epsilon in (0, 1e-4):
        assert grpo_advantages(tensor([[0.1] * 3, [2.0] * 3]), epsilon=epsilon).tolist() == [[0.0] * 3] * 2
    mixed = grpo_advantages(tensor([[0.3, 0.3], [1.0, 3.0]]), epsilon=0, ddof=0)
    assert mixed.tolist() == [[0.0, 0.0], [-1.0, 1.0]]
    for advantages in (grpo_advantages, dr_grpo_advantages, rloo_advantages):
        with pytest.raises(ValueError, match="at least two"):
            advantages(tensor([1.0]))


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=12))
def test_leave_one_out_is_what_it_says(rewards):
    advantages = rloo_advantages(tensor(rewards)).tolist()
    for i, r in enumerate(rewards):
        others = rewards[:i] + rewards[i + 1 :]
        assert advantages[i] == pytest.approx(r - sum(others) / len(others), abs=1e-9)


@pytest.mark.parametrize("mu", [0.1, 1.0])
def test_schulmans_table_of_estimators(mu):
    # x ~ N(0, 1), p_ref = N(mu, 1): expectations by quadrature, not by sampling.
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = tensor(weights / weights.sum())
    x = tensor(nodes)
    logp, reference = -(x**2) / 2, -((x - mu) ** 2) / 2
    true = mu**2 / 2
    bias, spread = {}, {}
    for name, estimator in {"k1": k1, "k2": k2, "k3": k3}.items():
        values = estimator(logp, reference)
        mean = (weights * values).sum()
        bias[name] = (mean.item() - true) / true
        spread[name] = (weights * (values - mean) ** 2).sum().sqrt().item() / true
    published = {0.1: (0.002, [20, 1.42, 1.42]), 1.0: (0.25, [2, 1.73, 1.7])}[mu]
    assert [bias["k1"], bias["k3"]] == pytest.approx([0, 0], abs=1e-8)
    assert bias["k2"] == pytest.approx(published[0], abs=0.001)
    assert list(spread.values()) == pytest.approx(published[1], abs=0.0101)


def test_kl_rewards_as_torchtune_has_them():
    logp = tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.6, 0.7, 0.8]])
    reference = tensor([[0.2, 0.3, 0.4], [0.6, 0.7, 0.8], [0.9, 1.0, 1.1]])
    rewards = kl_rewards(tensor([1.0, 2.0, 3.0]), logp, reference, 0.5)
    expected = [[0.05, 0.05, 1.05], [0.1, 0.1, 2.1], [0.15, 0.15, 3.15]]
    np.testing.assert_allclose(rewards.numpy(), expected, atol=1e-12)


def test_the_score_is_paid_at_the_end_of_each_text():
    mask = torch.tensor([[1, 1, 0], [1, 0, 0]])
    logp, reference = tensor([[-1, -2, -9], [-1, -9, -9]]), tensor([[-1.5, -2, -1], [-1, -1, -1]])
    rewards = kl_rewards(tensor([1.0, 2.0]), logp, reference, 0.2, mask)
    np.testing.assert_allclose(rewards.numpy(), [[-0.1, 1.0, 0], [2.0, 0, 0]], atol=1e-12)
    with pytest.raises(ValueError, match="without tokens"):
        kl_rewards(tensor([1.0]), logp[:1], reference[:1], 0.2, torch.zeros(1, 3))


def test_preferences_as_published():
    margins = tensor([0.0, 1.0, 2.0])
    published = [0.693147, 0.313262, 0.126928]
    assert bradley_terry_losses(margins).tolist() == pytest.approx(published, abs=1e-6)
    assert preference_probability(1.0) == pytest.approx(1 / (1 + math.exp(-1)))
    dpo = dpo_losses(
        tensor([-0.5, -10, -1]), tensor([-0.1, -30, -21]), tensor([-0.5, -10.1, -0.1]), tensor([-0.1, -20.1, -0.1]), 0.1
    )
    assert dpo.tolist() == pytest.approx([0.6931471805599453, 0.3132616875182228, 0.12692801104297263], abs=1e-9)


def test_the_score_function_gradient_by_enumeration():
    """A language model of three words and two steps: the nine texts, each with its probability and its score."""
    logits = tensor([[0.2, -0.1, 0.4], [0, 0.3, -0.5], [0.6, -0.2, 0.1], [-0.3, 0.5, 0.2]]).requires_grad_()
    texts = torch.cartesian_prod(torch.arange(3), torch.arange(3))
    scores = (texts[:, 0] == texts[:, 1]).double() + 0.5 * (texts[:, 1] == 2).double()
    logp = token_logp(logits[0].expand(9, 3), texts[:, 0]) + token_logp(logits[1:][texts[:, 0]], texts[:, 1])
    assert (logp.exp() * scores).sum().item() == pytest.approx(0.4495726257608066, abs=1e-10)
    published = [
        [-0.002951356893297008, -0.020882368655750744, 0.023833725549047863],
        [0.06385056154009312, -0.06794858866746983, 0.00409802712737669],
        [-0.04453159070891597, 0.0346501041315695, 0.009881486577346478],
        [-0.042920242635072714, -0.09552075664518173, 0.13844099928025447],
    ]
    for baseline in (0.0, 0.7):
        terms = policy_gradient_terms(logp, baseline_advantages(scores, baseline))
        (gradient,) = torch.autograd.grad(-(logp.exp().detach() * terms).sum(), logits, retain_graph=True)
        np.testing.assert_allclose(gradient.numpy(), published, atol=1e-10)
