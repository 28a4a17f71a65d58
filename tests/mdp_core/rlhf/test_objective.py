"""What a step maximises, with numbers that can be worked out on paper, and what a spec refuses."""

import pytest
import torch

from mdp_core.rlhf.adapters import AdapterError, AdapterSpec
from mdp_core.rlhf.advantages import Outcome
from mdp_core.rlhf.algorithms import ALGORITHMS, Algorithm
from mdp_core.rlhf.objective import loss_terms, rewards_of
from mdp_core.rlhf.spec import TuneSpec, preset

MASK = torch.tensor([[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]], dtype=torch.bool)
BY_SCORE = [name for name, entry in ALGORITHMS.items() if isinstance(entry, Algorithm)]


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def test_the_penalty_is_paid_in_the_reward_or_not_there():
    logp, reference = tensor([[-1.0, -2, 0, 0]]), tensor([[-1.5, -1, 0, 0]])
    mask, scores = torch.tensor([[True, True, False, False]]), tensor([0.7])
    paid = {
        "k1": [-0.1 * 0.5, -0.1 * -1 + 0.7],
        "k2": [-0.1 * 0.125, -0.1 * 0.5 + 0.7],
        "k3": [-0.1 * (2.718281828**-0.5 - 1 + 0.5), -0.1 * (2.718281828 - 1 - 1) + 0.7],
    }
    for estimator, expected in paid.items():
        spec = TuneSpec(beta=0.1, estimator=estimator)
        assert rewards_of(spec, scores, logp, reference, mask)[0].tolist() == pytest.approx([*expected, 0, 0])
    spec = TuneSpec(beta=0.1, penalty="loss")
    assert rewards_of(spec, scores, logp, reference, mask)[0].tolist() == [0, 0.7, 0, 0]


RETURNS = [1.0, 0, 0.5, 0.5]


def text_advantages(algorithm, returns, group, earlier):
    """Of four texts of one token each."""
    rewards = tensor(returns)[:, None]
    everywhere = torch.ones_like(rewards, dtype=torch.bool)
    outcome = Outcome(rewards, everywhere, torch.zeros_like(rewards), group or 4, 0.95, earlier)
    return ALGORITHMS[algorithm].advantages(outcome)[:, 0].tolist()


@pytest.mark.parametrize(
    ("algorithm", "group", "earlier", "expected"),
    [
        ("rloo", 0, 9.0, [2 / 3, -2 / 3, 0, 0]),
        ("rloo", 2, 9.0, [1, -1, 0, 0]),
        ("dr_grpo", 0, 9.0, [0.5, -0.5, 0, 0]),
        ("dr_grpo", 2, 9.0, [0.5, -0.5, 0, 0]),
        ("grpo", 2, 9.0, [0.5 / (0.5**0.5 + 1e-4), -0.5 / (0.5**0.5 + 1e-4), 0, 0]),
        ("reinforce", 0, 0.25, [0.75, -0.25, 0.25, 0.25]),
        ("reinforce", 2, None, [2 / 3, -2 / 3, 0, 0]),  # the first step has no earlier texts: the others stand in
    ],
)
def test_whom_a_text_is_compared_to(algorithm, group, earlier, expected):
    assert text_advantages(algorithm, RETURNS, group, earlier) == pytest.approx(expected)


@pytest.mark.parametrize("algorithm", BY_SCORE)
def test_equal_returns_are_exactly_no_advantage(algorithm):
    returns = [0.1 + 0.2, 0.3, 0.3, 0.3]  # 0.30000000000000004
    assert text_advantages(algorithm, returns, 0, None) == [0, 0, 0, 0]


def test_ppo_s_advantages_by_hand():
    mask = torch.tensor([[True, True, True], [True, False, False]])
    rewards, values = tensor([[0, 0, 1], [2, 9, 9]]), tensor([[0.25, 0.5, 0.75], [1, 9, 9]])
    # delta: .25, .25, .25; A: .25 + .5 (.25 + .5 .25), .25 + .5 .25, .25. The other text: 2 - 1.
    raw = tensor([0.4375, 0.375, 0.25, 1])
    white = ((raw - raw.mean()) / raw.std(correction=0)).tolist()
    outcome = Outcome(rewards, mask, values, 2, 0.5, None)
    advantages, targets = ALGORITHMS["ppo"].advantages(outcome), outcome.lambda_returns
    assert advantages[0].tolist() == pytest.approx(white[:3])
    assert advantages[1].tolist() == pytest.approx([white[3], 0, 0])
    assert targets.tolist() == [
        [
            0.6875,
            0.875,
            1,
        ],
        [2, 0, 0],
    ]


def test_equal_surprises_are_no_signal_for_ppo():
    mask = torch.ones(2, 1, dtype=torch.bool)
    outcome = Outcome(tensor([[0.3], [0.3]]), mask, tensor([[0.1], [0.1]]), 2, 0.95, None)
    assert ALGORITHMS["ppo"].advantages(outcome).tolist() == [[0], [0]]


def test_what_a_token_weighs():
    values = torch.arange(16, dtype=torch.float64).reshape(4, 4) ** 2
    expected = {
        "reinforce": (values * MASK).sum() / 4,
        "rloo": (values * MASK).sum() / 4,
        "ppo": (values * MASK).sum() / 10,
        "grpo": ((values * MASK).sum(1) / tensor([3, 1, 2, 4])).mean(),
        "dr_grpo": (values * MASK).sum() / (4 * 8),
    }
    for algorithm, mean in expected.items():
        weights = ALGORITHMS[algorithm].weights(MASK, 8)
        assert float((weights * values).sum()) == pytest.approx(float(mean))


ONE = torch.ones(1, 1, dtype=torch.bool)


def test_the_terms_of_a_loss():
    logp, old, reference, A = (tensor([[x]]) for x in (-1.0, -1.5, -2.0, 2.0))
    e = 2.718281828459045
    clipped = loss_terms(TuneSpec(algorithm="grpo", epochs=2, clip=0.1), logp, old, reference, A, ONE)
    assert clipped.item() == pytest.approx(-1.1 * 2)  # the ratio is e^0.5
    plain = loss_terms(TuneSpec(algorithm="rloo", epochs=2), logp, old, reference, A, ONE)
    assert plain.item() == pytest.approx(2)  # -A log pi
    spec = TuneSpec(algorithm="rloo", penalty="loss", estimator="k3", beta=0.5)
    assert loss_terms(spec, logp, old, reference, A, ONE).item() == pytest.approx(2 + 0.5 * (1 / e - 1 + 1))


@pytest.mark.parametrize("algorithm", BY_SCORE)
def test_at_the_policy_that_wrote_the_terms_pull_as_the_policy_gradient(algorithm):
    logp, A = tensor([[-1.0, -0.3, -2.0]]).requires_grad_(), tensor([[2.0, -1.0, 0.0]])
    old, everywhere = logp.detach(), torch.ones(1, 3, dtype=torch.bool)
    terms = loss_terms(TuneSpec(algorithm=algorithm), logp, old, old, A, everywhere)
    (pull,) = torch.autograd.grad(terms.sum(), logp)
    assert torch.equal(pull, -A)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"algorithm": "sarsa"}, "no algorithm 'sarsa': choose one of reinforce"),
        ({"algorithm": "dpo", "beta": 0.0}, "DPO needs a beta above 0"),
        ({"penalty": "tax"}, "reward, loss"),
        ({"estimator": "k4"}, "k1, k2, k3"),
        ({"texts": 0}, "Texts a step: a whole number from 2 to 512, not 0"),
        ({"texts": 10_000}, "2 to 512"),
        ({"texts": 2.0}, "whole number"),
        ({"texts": 12, "group": 5}, "whole groups of 5"),
        ({"group": 1}, "A group of 1 compares a text to none"),
        ({"tokens": 0}, "Tokens a text"),
        ({"steps": 0}, "Steps"),
        ({"epochs": 0}, "Epochs"),
        ({"seed": -1}, "Seed"),
        ({"learning_rate": 0.0}, "learning rate"),
        ({"learning_rate": float("nan")}, "learning rate"),
        ({"learning_rate": float("inf")}, "learning rate"),
        ({"beta": -0.1}, "beta"),
        ({"beta": float("nan")}, "beta"),
        ({"temperature": 0.0}, "temperature above 0"),
        ({"temperature": 2.5}, "up to 2"),
        ({"lambda_": 1.5}, "lambda"),
        ({"clip": 0.0}, "clip"),
        ({"clip_high": 0.0}, "clip above 1"),
        ({"redraws": 17}, "Redraws: a whole number from 0 to 16"),
        ({"tokens": 4, "overlong": 5}, "Overlong: a whole number from 0 to 4"),
        ({"max_norm": 0.0}, "gradient"),
        ({"prompts": ("a",) * 4097}, "at most 4,096 prompts, not 4,097"),
    ],
)
def test_what_a_spec_refuses(changes, says):
    with pytest.raises(ValueError, match=says) as error:
        TuneSpec(**changes)
    assert len(str(error.value)) < 160


def test_presets():
    for algorithm in ALGORITHMS:
        spec = preset(algorithm, seed=4, adapter=AdapterSpec(rank=2))
        assert (spec.algorithm, spec.seed, spec.adapter.rank) == (algorithm, 4, 2)
        assert spec.updates == ALGORITHMS[algorithm].suits.get("epochs", 1)
    assert [name for name in ALGORITHMS if preset(name).updates == 1] == [
        "reinforce",
        "rloo",
        "grpo",
        "dr_grpo",
        "dpo",
        "ipo",
    ]
    assert preset("grpo", clip=0.1, clip_high=0.3).clips == (0.1, 0.1)
    dapo = preset("dapo", texts=16)
    assert (dapo.clips, dapo.group_size, dapo.most_redraws, dapo.buffer) == ((0.2, 0.28), 8, 3, 0)
    with pytest.raises(ValueError, match="no algorithm"):
        preset("sarsa")
    with pytest.raises(AdapterError):
        AdapterSpec(rank=2.5)


def test_reinforce_pp_s_advantages_by_hand():
    mask = torch.tensor([[True, True], [True, False]])
    # What is paid from each token on: 0.75 - 0.25, 0.75; 2. Behind the end, 9 is nobody's.
    outcome = Outcome(tensor([[-0.25, 0.75], [2, 9]]), mask, torch.zeros(2, 2, dtype=torch.float64), 2, 0.95, None)
    to_go = tensor([0.5, 0.75, 2])
    white = ((to_go - to_go.mean()) / to_go.std(correction=0)).tolist()
    advantages = ALGORITHMS["reinforce_pp"].advantages(outcome)
    assert advantages[0].tolist() == pytest.approx(white[:2])
    assert advantages[1].tolist() == pytest.approx([white[2], 0])


def test_a_long_text_is_charged_for_its_length_only_where_that_is_meant():
    # Of at most 4 tokens; the last 2 are the buffer: 2 tokens are free, 3 cost a half, and 4 cost 1.
    lengths = {0: 3, 1: 1, 2: 2, 3: 4}
    zeros, scores = torch.zeros(4, 4, dtype=torch.float64), tensor([0.3, 0.3, 0.3, 0.3])
    paid = rewards_of(preset("dapo", tokens=4, overlong=2, beta=0.0), scores, zeros, zeros, MASK)
    assert {row: int(MASK[row].sum()) for row in range(4)} == lengths
    assert paid.sum(-1).tolist() == pytest.approx([0.3 - 0.5, 0.3, 0.3, 0.3 - 1])
    for other in (preset("grpo", tokens=4, overlong=2, beta=0.0), preset("dapo", tokens=4, beta=0.0)):
        assert rewards_of(other, scores, zeros, zeros, MASK).sum(-1).tolist() == pytest.approx([0.3] * 4)


def test_gspo_clips_a_text_as_a_whole():
    logp, old = tensor([[-1.0, -1.0], [-1.0, -1.0]]).requires_grad_(), tensor([[-1.4, -0.8], [-1.6, -1.0]])
    everywhere, A = torch.ones(2, 2, dtype=torch.bool), tensor([[1.0, 1.0], [1.0, 1.0]])
    terms = loss_terms(TuneSpec(algorithm="gspo", clip=0.2), logp, old, old, A, everywhere)
    e = 2.718281828459045
    # The means of the drifts are 0.1, within the clip though the first token is e^0.4, and 0.3, beyond it.
    assert terms[0].tolist() == pytest.approx([-(e**0.1)] * 2)
    assert terms[1].tolist() == pytest.approx([-1.2] * 2)
    (pull,) = torch.autograd.grad(terms.sum(), logp)
    assert pull[0].tolist() == pytest.approx([-(e**0.1)] * 2)
    assert pull[1].tolist() == [0, 0]
