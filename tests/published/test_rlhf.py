"""Every published number of `rlhf.json`, on policy gradients, PPO, GRPO, KL estimators and preferences; none is left out."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mdp_core.learners.policy_value import start_values
from mdp_core.returns import returns_to_go
from mdp_core.rlhf.advantages import baseline_advantages, dr_grpo_advantages, grpo_advantages, rloo_advantages
from mdp_core.rlhf.kl import ESTIMATORS, k1, kl_rewards
from mdp_core.rlhf.logits import entropy, token_logp
from mdp_core.rlhf.losses import clipped_terms, policy_gradient_terms
from mdp_core.rlhf.preferences import bradley_terry_losses, dpo_losses
from mdp_core.transitions import from_transitions

ENTRIES = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parent / "rlhf.json").read_text(encoding="utf-8"))
}
REPRODUCED = {}


def reproduces(id_):
    """The function computes what the entry prints, in the same shape."""

    def note(function):
        REPRODUCED[id_] = function
        return function

    return note


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def close(ours, printed, tolerance):
    if isinstance(printed, dict):
        assert set(ours) == set(printed)
        for key in printed:
            close(ours[key], printed[key], tolerance)
    else:
        np.testing.assert_allclose(np.asarray(ours, dtype=np.float64), printed, rtol=0, atol=tolerance)


@pytest.mark.parametrize("id_", ENTRIES)
def test_published_numbers(id_):
    entry = ENTRIES[id_]
    close(REPRODUCED[id_](entry), entry["values"], entry["tolerance"])


def test_nothing_is_left_out():
    assert len(ENTRIES) == 17
    assert set(REPRODUCED) == set(ENTRIES)


# Policy gradients


def corridor_value(right):
    """v(start) of the three places that look alike, -1 a step; in the second, right leads left and left leads right."""
    table = from_transitions(
        {
            0: {"left": [(1, 0, -1.0, False)], "right": [(1, 1, -1.0, False)]},
            1: {"left": [(1, 2, -1.0, False)], "right": [(1, 0, -1.0, False)]},
            2: {"left": [(1, 1, -1.0, False)], "right": [(1, 3, -1.0, True)]},
        }
    )
    right = np.atleast_1d(np.asarray(right, dtype=np.float64))
    policies = np.stack([1 - right, right], axis=1)[:, None, :].repeat(len(table.states), axis=1)
    return start_values(table, policies, 1.0)


@reproduces("sb-short-corridor")
def short_corridor(entry):
    p = np.linspace(0.3, 0.9, 601)
    best = corridor_value(p)
    return {
        "J(0.95)": corridor_value(0.95)[0],
        "J(0.05)": corridor_value(0.05)[0],
        "p_opt": p[best.argmax()],
        "J_opt": best.max(),
    }


@reproduces("sb-short-corridor-gradient")
def short_corridor_gradient(entry):
    """Differences over four steps, of which all orders up to the fifth cancel."""

    def value(t):
        return corridor_value(1 / (1 + np.exp(-t)))[0]

    def slope(t, h=1e-2):
        steps = ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280))
        return sum(c * (value(t + k * h) - value(t - k * h)) for k, c in steps) / h

    return {key: slope(float(key.removeprefix("t="))) for key in entry["values"]}


@reproduces("rlax-policy-gradient-loss")
def policy_gradient_loss(entry):
    env = {name: tensor(values) for name, values in entry["env"].items()}
    logp = token_logp(env["logits"], env["actions"].long())
    return (env["weights"] * policy_gradient_terms(logp, env["advantages"])).mean(1)


@reproduces("rlax-entropy-loss")
def entropy_loss(entry):
    return (-tensor(entry["env"]["weights"]) * entropy(tensor(entry["env"]["logits"]))).mean(1)


@reproduces("trfl-policy-gradient")
def trfl_policy_gradient(entry):
    env = entry["env"]
    logits = tensor(env["logits"]).requires_grad_()
    losses = policy_gradient_terms(token_logp(logits, torch.tensor(env["actions"])), tensor(env["action_values"]))
    (gradient,) = torch.autograd.grad(losses.sum(), logits)
    return {"loss": losses.detach(), "grad": gradient}


@reproduces("trfl-a2c")
def actor_critic(entry):
    logits, values = tensor([[0, 0, 1], [0, 1, 0]]), tensor([0.2, 0.3])
    returns = returns_to_go([0.4, 0.5], [0.9, 0.8], next_values=[0.3, 0.1])
    policy = policy_gradient_terms(token_logp(logits, torch.tensor([0, 1])), torch.from_numpy(returns) - values).sum()
    assert policy.item() == pytest.approx(1.274547603, abs=1e-8)  # of the entry's notes
    return {"returns": returns, "entropy_sum": entropy(logits).sum()}


@reproduces("score-function-bigram-lm")
def bigrams(entry):
    logits = tensor([[0.2, -0.1, 0.4], [0, 0.3, -0.5], [0.6, -0.2, 0.1], [-0.3, 0.5, 0.2]]).requires_grad_()
    texts = torch.cartesian_prod(torch.arange(3), torch.arange(3))
    scores = (texts[:, 0] == texts[:, 1]).double() + 0.5 * (texts[:, 1] == 2).double()
    logp = token_logp(logits[0].expand(9, 3), texts[:, 0]) + token_logp(logits[1:][texts[:, 0]], texts[:, 1])
    terms = policy_gradient_terms(logp, baseline_advantages(scores, 0.3))
    (gradient,) = torch.autograd.grad(-(logp.exp().detach() * terms).sum(), logits, retain_graph=True)
    return {"J": (logp.exp() * scores).sum().item(), "grad": gradient}


# PPO


@reproduces("rlax-ppo-clip")
def clipped(entry):
    env = entry["env"]
    new, old = (token_logp(tensor(env[name]), torch.tensor(env["actions"])) for name in ("logits", "old_logits"))
    return clipped_terms(new, old, tensor(env["advantages"]), low=env["eps"], high=env["eps"]).mean(1)


@reproduces("torchtune-ppo-clip-high")
def clipped_above(entry):
    old = tensor([0.5, 0.8, 1.2])
    return clipped_terms(old + 1, old, torch.ones(3, dtype=torch.float64)).mean()


# Groups


def right_and_wrong(right, all_):
    rewards = tensor([1.0] * right + [0.0] * (all_ - right))
    advantages = grpo_advantages(rewards, epsilon=0)
    return rewards, {"right": advantages[0].item(), "wrong": advantages[-1].item()}


@reproduces("grpo-hf-course")
def half_of_eight(entry):
    rewards, advantages = right_and_wrong(4, 8)
    return {"mean": rewards.mean().item(), "std": 0.5 / advantages["right"], **advantages}


@reproduces("grpo-ngrpo-case")
def one_of_eight(entry):
    return right_and_wrong(1, 8)[1]


@reproduces("trl-nanstd")
def sample_deviation(entry):
    """What a group's advantages are measured in; a text without a score is in no group here, so there are no NaN."""

    def deviation(rewards):
        r = tensor(rewards)
        return ((r[0] - r.mean()) / grpo_advantages(r, epsilon=0)[0]).item()

    return {"a": deviation([1, 2, 3]), "b": deviation([3, 5])}


@reproduces("group-advantage-family")
def family(entry):
    r = tensor([1, 0, 0, 1, 0.5, 0])
    return {
        "grpo_ddof1": grpo_advantages(r, epsilon=0),
        "grpo_ddof0": grpo_advantages(r, epsilon=0, ddof=0),
        "dr_grpo": dr_grpo_advantages(r),
        "rloo": rloo_advantages(r),
    }


# KL


@reproduces("schulman-kl-estimators")
def estimators(entry):
    """x from N(0, 1), the reference N(mu, 1): expectations by Gauss and Hermite's quadrature, not by sampling."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    x, weights = tensor(nodes), tensor(weights / weights.sum())

    def row(mu):
        true = mu**2 / 2
        found = {"true": true}
        for name, estimator in ESTIMATORS.items():
            values = estimator(-(x**2) / 2, -((x - mu) ** 2) / 2)
            mean = (weights * values).sum()
            spread = (weights * (values - mean) ** 2).sum().sqrt()
            found[name] = {
                "bias_over_true": (mean.item() - true) / true,
                "std_over_true": spread.item() / true,
            }
        return found

    return {"mu0.1": row(0.1), "mu1": row(1.0)}


@reproduces("torchtune-kl-rewards")
def penalised(entry):
    env = entry["env"]
    logp, reference = tensor(env["logprobs"]), tensor(env["ref_logprobs"])
    return {"kl": k1(logp, reference), "rewards": kl_rewards(tensor(env["scores"]), logp, reference, env["kl_coeff"])}


# Preferences


@reproduces("torchtune-dpo")
def direct_preferences(entry):
    """The hinge loss is max(0, 1 - 0.1 times the log-ratios' difference), which the logistic loss gives back."""
    policy = tensor([-0.5, -10, -1]), tensor([-0.1, -30, -21])
    reference = tensor([-0.5, -10.1, -0.1]), tensor([-0.1, -20.1, -0.1])
    losses = dpo_losses(*policy, *reference, 0.1)
    margins = -torch.log(torch.expm1(losses))  # of the loss log(1 + exp(-margin))
    return {"dpo": losses, "hinge": (1 - margins).clamp(min=0)}


@reproduces("bradley-terry")
def bradley_terry(entry):
    margins = tensor([float(margin) for margin in entry["values"]]).requires_grad_()
    losses = bradley_terry_losses(margins)
    (gradient,) = torch.autograd.grad(losses.sum(), margins)
    np.testing.assert_allclose(gradient, torch.sigmoid(margins.detach()) - 1, atol=1e-12)  # of the entry's notes
    both = bradley_terry_losses(tensor([-1.0, 0.5]))
    np.testing.assert_allclose(both, [1.313261688, 0.474076984], atol=1e-9)
    return dict(zip(entry["values"], losses.tolist(), strict=True))
