"""Learning from a target text: the loss is its surprise, and it falls; what is no target is refused in a sentence."""

from itertools import islice

import numpy as np
import pytest
import torch

from mdp_core.rlhf.adapters import AdapterSpec, new_adapter
from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.supervised import NoTargetError, TargetError, imitate, target_text
from mdp_core.rlhf.tuning_step import DivergedError
from mdp_core.tokens.prompts import UnknownWordsError
from tests.mdp_core.rlhf import small
from tests.mdp_core.tokens import tiny

PROMPT = "the movie was"


@pytest.fixture(scope="module")
def model():
    return small.model()


def test_the_target_is_a_text_as_the_model_would_write_it(model):
    target = target_text(model, PROMPT, "wonderful .", 4)
    assert target.prompts.tolist() == [list(model.encode(PROMPT))]
    assert [model.piece(token).strip() for token in target.tokens[0]] == ["wonderful", ".", "<end>"]
    assert (target.lengths.tolist(), target.terminated.tolist()) == ([3], [True])
    state = target.prompts[0].tolist()
    for t, token in enumerate(target.tokens[0].tolist()):
        logits = torch.from_numpy(model.logits(state).copy()).double()
        assert target.log_probabilities[0, t] == pytest.approx(float(torch.log_softmax(logits, -1)[token]), abs=1e-5)
        state.append(token)
    full = target_text(model, PROMPT, "wonderful .", 2)
    assert (full.tokens.shape, full.terminated.tolist()) == ((1, 2), [False])  # cut, and no room for an end


def test_the_loss_is_the_surprise_of_the_target_and_it_falls(model):
    target = target_text(model, PROMPT, "terrible", 2)
    start = small.adapter(model)
    steps = list(islice(imitate(model, start, target, learning_rate=0.02), 60))
    adapters = [start, *(adapter for _, adapter in steps)]
    for (loss, _), before in zip(steps[:3], adapters, strict=False):
        assert loss == pytest.approx(-float(log_probabilities(model, target, before).sum()), rel=1e-9)
    p = [np.exp(float(log_probabilities(model, target, adapter).sum())) for adapter in adapters]
    assert p[-1] > 5 * p[0]
    assert torch.equal(start.vector(), small.adapter(model).vector())


def test_the_first_step_goes_down_the_gradient(model):
    """Adam's first step moves every number by the learning rate, against the sign of its gradient."""
    target = target_text(model, PROMPT, "terrible", 2)
    start = small.adapter(model)
    _, moved = next(imitate(model, start, target, learning_rate=1e-4))
    step = moved.vector() - start.vector()
    i = int(step.abs().argmax())
    unit = torch.zeros_like(step)
    unit[i] = 1
    up, down = (-float(log_probabilities(model, target, small.moved(start, unit, by)).sum()) for by in (1e-4, -1e-4))
    assert np.sign(up - down) == -np.sign(float(step[i]))
    assert float(step.abs().max()) == pytest.approx(1e-4, rel=1e-3)


@pytest.mark.parametrize("target", ["", "   ", "\u200b"])
def test_without_a_target_there_is_nothing_to_compare_with(model, target):
    with pytest.raises(NoTargetError, match="nobody has written"):
        target_text(model, PROMPT, target, 4)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("wonderful zebra", "does not know “zebra”"),
        ("long and long and long", "has 5 tokens, and a text here has at most 4"),
        ("w\x07", "Character 2 of the target is a control character"),
        ("long " * 5_000, "The target has 2[45],... characters"),
    ],
)
def test_a_target_that_cannot_be_learned_is_refused_in_a_sentence(model, target, said):
    with pytest.raises(TargetError, match=said) as refused:
        target_text(model, PROMPT, target, 4)
    assert not isinstance(refused.value, NoTargetError)


def test_the_prompts_own_errors_are_the_prompts(model):
    with pytest.raises(UnknownWordsError, match="zebra"):
        target_text(model, "the zebra was", "wonderful", 4)


def test_numbers_that_run_away_are_caught_and_the_last_good_ones_kept():
    model = tiny.byte_level_model("gpt2")
    start = new_adapter(model.model, AdapterSpec(rank=2), torch.Generator().manual_seed(0), model.id)
    target = target_text(model, PROMPT, "terrible", 2)
    with pytest.raises(DivergedError) as caught:
        list(islice(imitate(model, start, target, learning_rate=1e30), 50))
    assert caught.value.last_good.is_finite
    assert f"At step {caught.value.step} " in str(caught.value)
    # Adam's first step makes numbers of 1e30, which are still numbers; what they give is none.
    assert caught.value.step == len(list(good_steps(model, start, target))) + 1


def good_steps(model, start, target):
    try:
        yield from imitate(model, start, target, learning_rate=1e30)
    except DivergedError:
        return
