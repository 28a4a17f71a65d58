import numpy as np
import pytest

from mdp_core.tokens.sums.homework import Class
from mdp_core.tokens.sums.problems import answer, held_out, longest, problem, problems, steps


def test_all_problems_of_one_digit():
    all_of_them = problems(1)
    assert len(all_of_them) == 100
    assert {"0+0=", "9+9=", "3+8="} < set(all_of_them)


def test_some_problems_are_different_and_of_that_size_and_the_same_by_the_same_seed():
    some = problems(3, most=50, seed=4)
    assert len(set(some)) == 50
    assert all(len(prompt) == len("100+999=") for prompt in some)
    assert some == problems(3, most=50, seed=4) != problems(3, most=50, seed=5)


@pytest.mark.parametrize("digits", [0, 7])
def test_digits_out_of_range(digits):
    with pytest.raises(ValueError, match="1 to 6 digits"):
        problems(digits)


def test_steps_by_hand():
    assert steps(17, 25) == [(7, 5, 0), (1, 2, 1)]
    assert steps(5, 999) == [(5, 9, 0), (0, 9, 1), (0, 9, 1)]
    assert steps(0, 0) == [(0, 0, 0)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("17+25=7+5=12, 1+2+1=4: 42", (17, 25, 42)),
        ("17+25=: 41", (17, 25, 41)),
        ("17+25=:42", (17, 25, 42)),
        ("17+25=7+5=12, 1+2+1=4", None),  # cut before its answer
        ("17+25=: ", None),
        ("17+25=: 42: 43", None),  # two answers
        ("17+25: 42", None),
        ("17+25=: 42 or 43", None),
        ("17+25=: ４２", None),  # digits of another script are no token of the model's
        ("17+25=: " + "4" * 14, None),
        ("", None),
    ],
)
def test_what_a_text_answers(text, found):
    assert answer(text) == found


def test_a_class_without_slips_and_luck_is_right_where_it_writes_and_wrong_where_it_guesses():
    rng = np.random.default_rng(0)
    careful, rash = Class(guessing=0.0, slip=0.0), Class(guessing=1.0, lucky=0.0)
    for _ in range(300):
        a, b, claimed = answer("".join(careful.sample(rng)))
        assert claimed == a + b
        a, b, claimed = answer("".join(rash.sample(rng)))
        assert claimed != a + b or a + b == 0  # a guess below 0 is written as 0


def test_one_slip_is_carried_on():
    class Slips:
        """A generator whose every place slips by one too few."""

        def random(self):
            return 0.0

        def choice(self, values):
            return values[0]

    assert Class().worked_out(17, 25, Slips()) == "7+5=11,1+2+1=3:31"


def test_the_problem_is_what_the_answer_reads():
    assert answer(problem(908, 7) + ":915") == (908, 7, 915)


def test_held_out_problems_are_none_of_the_known():
    known = problems(2, most=1000)
    rest = held_out(2, known, most=500, seed=1)
    assert len(set(rest)) == 500
    assert not set(rest) & set(known)
    assert len(held_out(1, problems(1)[:90], most=500)) == 10  # there are no more


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_an_answer_in_full_has_room(digits):
    rng = np.random.default_rng(0)
    nines = 10**digits - 1
    written = Class(slip=0.0).worked_out(nines, nines, rng)
    assert len(written) + 1 <= longest(digits) <= len(written) + 8
