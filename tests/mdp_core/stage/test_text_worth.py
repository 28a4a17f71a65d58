"""Values along a text keep Bellman's equation, and another prefix is worked out on demand."""

import pytest

from mdp_core.scenarios import TextScenario
from mdp_core.stage.text_worth import TextWorth, expect_return
from mdp_core.tokens.prefix_values import Effort
from mdp_core.work import Work

SHORT = TextScenario(max_tokens=2, temperature=0.3)
EXACT = Effort(tolerance=0.003, prefixes=20_000, samples=1_000, batch=250)


@pytest.fixture(scope="module")
def worth(pocket):
    return Work(TextWorth(pocket, SHORT, 7, EXACT).working()).finish()


def test_a_state_is_worth_the_mean_of_what_may_follow(worth):
    for t in range(worth.length):
        if worth.choose(t):
            Work(worth.working()).finish()
        candidates = worth.candidates[t]
        rest = 1 - sum(candidate.p for candidate in candidates)
        mean = sum(candidate.p * candidate.q(1.0) for candidate in candidates)
        half = sum(candidate.p * candidate.half(1.0) for candidate in candidates) + rest + worth.values[t].bound()
        assert worth.values[t].value(1.0) == pytest.approx(mean, abs=half + 1e-6)


def test_the_text_goes_on_with_one_of_the_candidates(worth):
    assert sum(candidate.token == worth.ids[len(worth.mdp.prompt)] for candidate in worth.candidates[0]) == 1


def test_what_is_known_is_not_worked_out_again(worth):
    assert not worth.choose(0)


def test_the_objective_is_the_value_of_the_prompt(pocket, worth):
    objective = Work(expect_return(pocket, SHORT)).finish()
    start = worth.values[0]
    assert objective.value(1.0) == pytest.approx(start.value(1.0), abs=objective.bound() + start.bound())
