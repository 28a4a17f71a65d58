"""What is remembered of choices, without a page: the simulated rater tosses a coin of its own for every pair."""

from types import SimpleNamespace

from components.score.preferences import MOST_CHOICES, Preferences


def undecided(texts=400, **changes):
    """A rater that tosses coins, beside as many different texts."""
    pool = SimpleNamespace(key="pool", texts=[f"text {i}" for i in range(texts)], problem="")
    return Preferences(pool=pool, rationality=0.0, **changes)


def test_a_simulated_rater_goes_on_with_its_draws_where_it_stopped():
    at_once, in_parts = undecided(), undecided()
    at_once.simulate(90)
    for count in (30, 1, 59):
        in_parts.simulate(count)
    assert in_parts.choices == at_once.choices
    tossed = [choice.chosen for choice in at_once.choices]
    assert tossed[:30] != tossed[30:60]
    assert 30 < sum(tossed) < 60


def test_choices_of_the_visitor_shift_no_draw():
    alone, beside = undecided(), undecided()
    alone.simulate(10)
    alone.simulate(20)
    beside.simulate(10)
    beside.prefer(0)
    beside.simulate(20)
    assert [c.chosen for c in beside.choices if c.simulated] == [c.chosen for c in alone.choices]


def test_another_rater_has_draws_of_its_own_and_the_same_one_begins_again():
    here = undecided()
    here.simulate(50)
    tossed = [choice.chosen for choice in here.choices]
    here.forget(simulated=True)
    here.simulate(50)
    assert [choice.chosen for choice in here.choices] == tossed
    here.other_rater()
    assert here.choices == []
    here.simulate(50)
    assert [choice.chosen for choice in here.choices] != tossed


def test_no_more_choices_than_are_kept():
    here = undecided(2 * MOST_CHOICES + 2)
    here.simulate(MOST_CHOICES)
    assert (len(here.choices), here.problem) == (MOST_CHOICES, "")
    here.simulate(1)
    assert len(here.choices) == MOST_CHOICES
    assert "as many as are kept" in here.problem
