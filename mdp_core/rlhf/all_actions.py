"""Policy gradients over all actions: where q is known of each, none has to be drawn.

`logp` [..., A] are log pi(a | s), `q` [..., A] the action values; both -inf where an action is not allowed. A is the
advantage q(s, a) - sum_b pi(b | s) q(s, b). All three losses are of Srinivasan et al. 2018, "Actor-Critic Policy
Optimization in Partially Observable Multiagent Environments" (arXiv:1810.09026), section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # heavy; the tensors bring what is done with them
    from torch import Tensor


def qpg_losses(logp: Tensor, q: Tensor) -> Tensor:
    """[..., A], [..., A] -> [...]: the loss of Q-based policy gradient, whose gradient is -sum_a A(a) grad pi(a)
    (Srinivasan et al. 2018, section 3)."""
    advantages = _advantages(logp.exp().detach(), q)
    return -(logp.exp() * advantages).sum(-1)


def rpg_losses(logp: Tensor, q: Tensor) -> Tensor:
    """[..., A], [..., A] -> [...]: the loss of regret policy gradient, sum_a max(A(a), 0), moved by the baseline alone.

    Its gradient is that of the thresholded regrets: for every action with A(a) > 0, -sum_b q(b) grad pi(b)
    (Srinivasan et al. 2018, section 3).
    """
    return _advantages(logp.exp(), q).relu().sum(-1)


def rm_losses(logp: Tensor, q: Tensor) -> Tensor:
    """[..., A], [..., A] -> [...]: the loss of regret matching policy gradient, whose gradient is -sum_a max(A(a), 0) grad
    pi(a): what is worse than the policy's mean pulls nothing (Srinivasan et al. 2018, section 3)."""
    advantages = _advantages(logp.exp().detach(), q).relu()
    return -(logp.exp() * advantages).sum(-1)


def _advantages(probabilities: Tensor, q: Tensor) -> Tensor:
    """[..., A]; 0 where an action is not allowed."""
    allowed = q.detach() > -float("inf")
    known = q.detach().where(allowed, 0.0)
    return (known - (probabilities * known).sum(-1, keepdim=True)).where(allowed, 0.0)
