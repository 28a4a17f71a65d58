"""The way back from a score: torch's own answers, and its gradients against differences."""

import numpy as np
import pytest
import torch

from mdp_core.distribution import Categorical
from mdp_core.rlhf.backprop import (
    backward_on_log_probability,
    backward_on_score,
    backward_on_token,
    forward_pass,
)
from mdp_core.rollout import Draws, play
from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import Score, Sentiment
from tests.mdp_core.rlhf import small

NO_GRADIENT = "element 0 of tensors does not require grad and does not have a grad_fn"


@pytest.fixture(scope="module")
def model():
    return small.model()


@pytest.fixture(scope="module")
def state(model):
    return model.encode("the movie was")


def test_the_forward_pass_draws_the_tokens_that_the_loop_draws(pocket):
    mdp = TokenMDP(pocket, pocket.encode("the movie was"), 6, Sentiment())
    run = play(mdp, LMPolicy(pocket, Sampling(0.7)), rng=Draws(7), max_steps=6)
    for step in run.steps:
        seen = forward_pass(pocket, step.state, step.u, temperature=0.7)
        assert seen.token == step.action
        assert seen.probabilities[seen.token] == pytest.approx(step.policy.probability(step.action), rel=1e-4)
        assert seen.probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert seen.parameters == 177_088
    theta = torch.cat([weight.detach().reshape(-1) for weight in pocket.model.parameters()])
    assert seen.weights == pytest.approx(float(theta.norm()), rel=1e-5)


@pytest.mark.parametrize("u", [0.0, 0.4, 0.999])
def test_the_gradient_is_that_of_differences(model, state, u):
    """Along the gradient itself the slope of log pi is the gradient's length; over the logits it is known in closed form."""
    seen = forward_pass(model, state, u, temperature=1.3)
    back = backward_on_log_probability(model, state, u, temperature=1.3)
    assert back.works
    p = seen.probabilities[seen.token]
    assert back.distribution == pytest.approx(1 / p)
    onehot = np.eye(len(seen.probabilities))[seen.token]
    assert back.logits == pytest.approx(np.linalg.norm(onehot - seen.probabilities))

    weights = list(model.model.parameters())
    logp = torch.log_softmax(model.model(torch.tensor([state])).logits[0, -1] / 1.3, -1)[seen.token]
    gradient = torch.autograd.grad(logp, weights)
    length = float(torch.cat([g.reshape(-1) for g in gradient]).norm())
    assert back.weights == pytest.approx(length, rel=1e-9)
    found = []
    for by in (1e-4, -1e-4):  # the library takes its norms in single precision
        moved = {
            name: w + by * g / length for (name, w), g in zip(model.model.named_parameters(), gradient, strict=True)
        }
        answer = torch.func.functional_call(model.model, moved, (torch.tensor([state]),))
        found.append(float(torch.log_softmax(answer.logits[0, -1].detach() / 1.3, -1)[seen.token]))
    assert (found[0] - found[1]) / 2e-4 == pytest.approx(back.weights, rel=1e-3)


def test_a_token_and_a_score_have_no_gradient_and_torch_says_so_itself(model, state):
    asked = []

    def reward(text):
        asked.append(text)
        return Score(0.5, ())

    token = forward_pass(model, state, 0.3).token
    for back in (backward_on_token(model, state, 0.3, 5), backward_on_score(model, state, 0.3, (), reward)):
        assert not back.works
        assert back.error == NO_GRADIENT
        assert (back.weights, back.logits, back.distribution) == (0, 0, 0)
    assert asked == [model.decode((*state, token))]


def test_the_shared_network_keeps_its_weights_and_collects_nothing(model, state):
    before = [weight.detach().clone() for weight in model.model.parameters()]
    backward_on_log_probability(model, state, 0.3)
    for weight, old in zip(model.model.parameters(), before, strict=True):
        assert weight.grad is None
        assert torch.equal(weight, old)


def test_the_draw_is_the_inverse_of_the_distribution(model, state):
    seen = forward_pass(model, state, 0.0)
    ranking = sorted(range(len(seen.logits)), key=lambda i: (-seen.logits[i], i))
    inverse = Categorical(ranking, [seen.probabilities[i] for i in ranking])
    for u in np.linspace(0, 0.999, 23):
        assert forward_pass(model, state, float(u)).token == inverse.sample(float(u))


@pytest.mark.parametrize(("u", "temperature"), [(1.0, 1.0), (-0.1, 1.0), (0.5, 0.0)])
def test_what_cannot_be_walked_is_refused(model, state, u, temperature):
    with pytest.raises(ValueError, match=r"draw|temperature"):
        forward_pass(model, state, u, temperature=temperature)
