"""Policy gradients over all actions, by hand, and as the exact gradients that they are."""

import math

import pytest
import torch

from mdp_core.rlhf import qpg_losses, rm_losses, rpg_losses

LOSSES = [qpg_losses, rpg_losses, rm_losses]


def logits_of(*odds):
    return torch.tensor([math.log(x) for x in odds], dtype=torch.float64, requires_grad=True)


# Odds 1 : 1 : 2 are pi = 1/4, 1/4, 1/2; with q = 4, 0, 1 the mean is 3/2 and A = 5/2, -3/2, -1/2.
@pytest.mark.parametrize(
    ("losses", "value", "slope"),
    [
        # d pi(b) / d h(a) is pi(b) ([a = b] - pi(a)): the sum of A(b) times it is pi(a) A(a).
        (qpg_losses, 0.0, [-0.625, 0.375, 0.25]),
        # One action is better than the mean, by 5/2; the mean moves by pi(a) A(a).
        (rpg_losses, 2.5, [-0.625, 0.375, 0.25]),
        # Only A(0) = 5/2 pulls, and weighs 1/4: pi(a) (5/2 [a = 0] - 5/8).
        (rm_losses, -0.625, [-0.46875, 0.15625, 0.3125]),
    ],
)
def test_by_hand(losses, value, slope):
    logits = logits_of(1, 1, 2)
    loss = losses(torch.log_softmax(logits, -1), torch.tensor([4.0, 0.0, 1.0], dtype=torch.float64))
    assert loss.item() == pytest.approx(value)
    loss.backward()
    assert logits.grad.tolist() == pytest.approx(slope)


def test_where_two_actions_are_better_the_regrets_pull_twice():
    logits = logits_of(1, 1, 2)
    # q = 3, 3, 1: the mean is 2, and A = 1, 1, -1.
    q = torch.tensor([3.0, 3.0, 1.0], dtype=torch.float64)
    slopes = {}
    for losses in LOSSES:
        (slopes[losses],) = torch.autograd.grad(losses(torch.log_softmax(logits, -1), q), logits)
    assert slopes[qpg_losses].tolist() == pytest.approx([-0.25, -0.25, 0.5])
    assert slopes[rpg_losses].tolist() == pytest.approx([-0.5, -0.5, 1.0])
    assert slopes[rm_losses].tolist() == pytest.approx([-0.125, -0.125, 0.25])


def test_an_action_that_is_as_good_as_the_mean_pulls_nothing():
    even = torch.full((2,), math.log(0.5), dtype=torch.float64, requires_grad=True)
    rpg_losses(even, torch.tensor([3.0, 3.0], dtype=torch.float64)).backward()
    assert even.grad.tolist() == [0.0, 0.0]


def test_qpg_is_the_exact_gradient_of_the_value():
    logits = logits_of(1, 3, 5, 2)
    q = torch.tensor([0.3, -1.0, 2.0, 0.1], dtype=torch.float64)
    (exact,) = torch.autograd.grad((torch.softmax(logits, -1) * q).sum(), logits)
    (ours,) = torch.autograd.grad(qpg_losses(torch.log_softmax(logits, -1), q), logits)
    torch.testing.assert_close(-ours, exact)


@pytest.mark.parametrize("losses", LOSSES)
def test_rows_stand_alone_and_what_is_not_allowed_counts_nothing(losses):
    free, q = logits_of(1, 1, 2), torch.tensor([4.0, 1.0, 2.0], dtype=torch.float64)
    alone = losses(torch.log_softmax(free, -1), q)
    (slope,) = torch.autograd.grad(alone, free)
    rows = torch.tensor([[0.0, 0.0, math.log(2), -math.inf], [0.0] * 4], dtype=torch.float64, requires_grad=True)
    both = losses(
        torch.log_softmax(rows, -1),
        torch.tensor([[4.0, 1.0, 2.0, -math.inf], [7.0] * 4], dtype=torch.float64, requires_grad=True),
    )
    assert both.tolist() == pytest.approx([alone.item(), 0.0])
    both.sum().backward()
    assert rows.grad[0].tolist() == pytest.approx([*slope.tolist(), 0.0])
    assert rows.grad[1].tolist() == [0.0] * 4


@pytest.mark.parametrize("losses", LOSSES)
def test_following_the_gradient_finds_the_best_action(losses):
    logits = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    q = torch.tensor([0.0, 1.0, 0.9], dtype=torch.float64)
    for _ in range(2_000):
        (slope,) = torch.autograd.grad(losses(torch.log_softmax(logits, -1), q), logits)
        logits = (logits - slope).detach().requires_grad_()
    assert torch.softmax(logits, -1)[1].item() > 0.95
