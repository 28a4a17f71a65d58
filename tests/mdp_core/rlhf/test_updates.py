"""How a step moves the adapter: how often, and what pulls where no score does."""

import numpy as np
import pytest
import torch

from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.updates import learner_of
from mdp_core.tokens.generation import generate, repeated
from tests.mdp_core.rlhf import small

PROMPT = "the movie was"


@pytest.fixture(scope="module")
def model():
    return small.model()


def spec_of(algorithm, **changes):
    return TuneSpec(
        PROMPT, algorithm=algorithm, **{"texts": 8, "tokens": 3, "group": 4, "learning_rate": 1e-4, **changes}
    )


def learned(model, spec, scores, reference_of=None):
    """(the adapter before, the learner after it learned once, the Update)."""
    start = small.adapter(model)
    learner = learner_of(model, spec, start.trainable())
    uniforms = np.random.default_rng(1).random((spec.texts, spec.tokens))
    texts = generate(model, repeated(model.encode(PROMPT), spec.texts), uniforms)
    reference = log_probabilities(model, texts, reference_of)
    return start, learner, learner.learn(texts, scores, reference)


@pytest.mark.parametrize(
    ("algorithm", "epochs", "updates"), [("grpo", 1, 1), ("grpo", 3, 3), ("dapo", 2, 2), ("rloo", 3, 1)]
)
def test_a_step_goes_over_its_texts_as_often_as_it_has_epochs_where_ratios_are_clipped(
    model, algorithm, epochs, updates
):
    spec = spec_of(algorithm, epochs=epochs, beta=0.0)
    start, learner, _ = learned(model, spec, torch.linspace(-1, 1, 8, dtype=torch.float64) ** 3)
    counts = {int(state["step"]) for state in learner.optimiser.state.values()}
    assert counts == {updates}
    # Adam moves a number by about the learning rate each time, as long as its gradient keeps its sign.
    furthest = float((learner.live.frozen().vector() - start.vector()).abs().max())
    assert furthest == pytest.approx(updates * 1e-4, rel=0.1)


def test_equal_scores_leave_only_the_penalty_in_the_loss_to_pull(model):
    """An adapter that is off its reference goes back to it though no text is better than another."""
    equal = torch.zeros(8, dtype=torch.float64)
    for beta, penalty, pulls in ((0.1, "loss", True), (0.0, "loss", False), (0.0, "reward", False)):
        spec = spec_of("grpo", beta=beta, penalty=penalty)
        start, learner, update = learned(model, spec, equal)
        assert (update.gradient_norm > 0) is pulls, (beta, penalty)
        assert torch.equal(learner.live.frozen().vector(), start.vector()) is not pulls


@pytest.mark.parametrize(("beta", "penalty"), [(0.0, "loss"), (0.0, "reward")])
def test_where_there_is_nothing_to_learn_momentum_moves_nothing_either(model, beta, penalty):
    spec = spec_of("grpo", beta=beta, penalty=penalty)
    start, learner, _ = learned(model, spec, torch.linspace(-1, 1, 8, dtype=torch.float64))
    after = learner.live.frozen()
    assert not torch.equal(after.vector(), start.vector())
    texts = generate(model, repeated(model.encode(PROMPT), 8), np.random.default_rng(2).random((8, spec.tokens)))
    update = learner.learn(texts, torch.zeros(8, dtype=torch.float64), log_probabilities(model, texts))
    assert update.gradient_norm == 0
    assert torch.equal(learner.live.frozen().vector(), after.vector())


def test_reinforce_holds_a_text_against_the_mean_of_all_earlier_ones(model):
    spec = spec_of("reinforce", texts=4, beta=0.0)
    learner = learner_of(model, spec, small.adapter(model).trainable())
    uniforms = np.random.default_rng(1).random((3, 4, 3))
    came = []
    for u, scores in zip(uniforms, ([1.0, 2, 3, 6], [0.0, 0, 2, 2], [5.0, 5, 5, 5]), strict=True):
        texts = generate(model, repeated(model.encode(PROMPT), 4), u)
        update = learner.learn(texts, torch.tensor(scores, dtype=torch.float64), log_probabilities(model, texts))
        came.append(update.advantages[:, 0].tolist())  # without a penalty every token of a text has the same
    # In the first step there are none, and each is held against the mean of the three others.
    assert came[0] == pytest.approx([1 - 11 / 3, 2 - 10 / 3, 0, 4])
    assert came[1:] == [[-3, -3, -1, -1], [3, 3, 3, 3]]  # the mean of the first four is 3, and that of all eight 2
