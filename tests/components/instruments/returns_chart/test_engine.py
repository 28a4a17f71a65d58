"""The chart's engine gives the numbers that Python gives, and a scale that the eye can hold on to."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.instruments.returns_chart import MAX_PAYMENTS, packed, shown
from mdp_core.payments import Payments
from tests.node import engine

ROOT = Path(__file__).parents[4]
Z95 = 1.959963984540054  # of the normal distribution: 95 % lie within so many standard deviations
CASES = json.loads((ROOT / "tests/cases/payments.json").read_text())


@pytest.fixture(scope="module")
def ask():
    """Ask the engine many questions in one process; typed arrays come back as lists."""
    plain = engine("components/instruments/returns_chart/engine.js")

    def answer(*questions):
        answers = zip(questions, plain(*questions), strict=True)
        return [list(a.values()) if name == "returnsOf" else a for (name, *_), a in answers]

    return answer


def as_sent(payments):
    """Payments as the engine reads them."""
    return {
        "count": payments.count,
        "rows": payments.row.tolist(),
        "starts": payments.start.tolist(),
        "stops": payments.stop.tolist(),
        "rewards": payments.reward.tolist(),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_python_gives_the_shared_numbers(case):
    payments = Payments.of(case["rewards"])
    assert as_sent(payments) == case["payments"]
    assert payments.returns(case["gamma"]) == pytest.approx(case["returns"], abs=1e-12)
    beginnings = [np.array(case["returns"][:n]) for n in range(1, len(case["returns"]) + 1)]
    assert [first.mean() for first in beginnings] == pytest.approx(case["means"])
    halves = [Z95 * first.std(ddof=1) / np.sqrt(len(first)) for first in beginnings[1:]]
    assert halves == pytest.approx(case["halves"][1:])


def test_the_engine_gives_the_shared_numbers(ask):
    returns = ask(*(["returnsOf", case["payments"], case["gamma"]] for case in CASES))
    curves = ask(*(["runningMeans", case["returns"], list(range(1, len(case["returns"]) + 1))] for case in CASES))
    for case, got, curve in zip(CASES, returns, curves, strict=True):
        assert got == pytest.approx(case["returns"], abs=1e-12), case["name"]
        assert curve["mean"] == pytest.approx(case["means"])
        assert curve["half"][0] is None
        assert curve["half"][1:] == pytest.approx(case["halves"][1:])


trajectories = st.lists(
    st.lists(st.sampled_from([0.0, -1.0, 0.5, -100.0]), min_size=9, max_size=9), min_size=1, max_size=6
)


@settings(max_examples=10)
@given(st.lists(st.tuples(trajectories, st.floats(0, 1)), min_size=10, max_size=20))
def test_returns_are_pythons_for_any_gamma(ask, cases):
    many = [Payments.of(rewards) for rewards, _ in cases]
    answers = ask(*(["returnsOf", as_sent(p), gamma] for p, (_, gamma) in zip(many, cases, strict=True)))
    for payments, (_, gamma), got in zip(many, cases, answers, strict=True):
        assert got == pytest.approx(payments.returns(gamma), abs=1e-9)


def test_a_histogram_counts_every_return_once(ask):
    values = [-1.0, -0.2, 0.0, 0.999, 1.0, 1.0, 5.0]
    assert ask(["histogram", values, -1, 1, 4]) == [[1, 1, 1, 3]]


def test_the_scale_holds_the_returns_of_every_gamma(ask):
    case = CASES[0]["payments"]  # at gamma 1 the returns are 0, 0 and -5
    assert ask(["reach", case, [0, 0.5, 1]]) == [[-5, 0]]


def test_checkpoints_lead_to_the_last_return(ask):
    at, few = ask(["checkpoints", 10_000, 50], ["checkpoints", 3, 50])
    assert (at[0], at[-1], few) == (1, 10_000, [1, 2, 3])
    assert at == sorted(set(at))
    assert len(at) <= 51


def test_a_table_is_read_between_its_entries(ask):
    table = [g * g / 10_000 for g in range(101)]
    on, between, last = ask(["between", table, 0.83], ["between", table, 0.835], ["between", table, 1])
    assert on == pytest.approx(0.83**2)
    assert between == pytest.approx((0.83**2 + 0.84**2) / 2)
    assert last == 1


def test_what_is_sent_reads_back():
    payments = Payments.of(np.array(CASES[3]["rewards"]))
    sent = packed(payments)
    which = np.frombuffer(base64.b64decode(sent["packed"]["which"]), dtype="<u2")
    assert np.array(sent["values"])[which].tolist() == payments.reward.tolist()
    assert np.frombuffer(base64.b64decode(sent["packed"]["stops"]), dtype="<u2").tolist() == payments.stop.tolist()


def test_more_than_a_browser_is_sent_is_cut_between_two_trajectories():
    rewards = np.tile([1.0, 0.0], (2_000, 200))  # 200 payments each
    few = shown(Payments.of(rewards))
    assert few.count == MAX_PAYMENTS // 200
    assert few.returns(1.0).tolist() == [200.0] * few.count


def test_no_line_crosses_the_word_over_the_tallest_bar(ask):
    assert ask(
        ["besideLines", 50, 10, [70], 200],  # nothing near
        ["besideLines", 50, 10, [45], 200],
        ["besideLines", 50, 10, [45, 58], 200],  # past both
        ["besideLines", 190, 10, [185], 200],  # no room on the right
        ["besideLines", 190, 10, [185, 170], 200],
    ) == [50, 55, 68, 175, 160]
