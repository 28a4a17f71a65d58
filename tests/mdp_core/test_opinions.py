"""What a room says, against numbers counted by hand."""

import pytest

from mdp_core.opinions import apart, histogram, middle, middle_curve, moved, split


def test_a_split_counts_every_option_and_shares_are_of_those_who_answered():
    found = split([2, 0, 2, 2, 0], options=4)
    assert found.counts == (2, 0, 3, 0)
    assert (found.total, found.most) == (5, 2)
    assert [found.share(option) for option in range(4)] == [0.4, 0.0, 0.6, 0.0]
    nobody = split([], options=2)
    assert (nobody.total, nobody.share(0)) == (0, 0.0)


def test_a_median_is_in_the_middle_and_no_mean():
    assert middle([60, 6, 8]) == 8
    assert middle([1, 10, 2, 4]) == 3
    assert middle([]) is None


def test_a_median_curve_is_the_median_at_every_place_and_not_somebody_s_curve():
    curves = [(0.0, 5.0, 1.0), (1.0, 0.0, 2.0), (9.0, 1.0, 0.0)]
    assert middle_curve(curves) == (1.0, 1.0, 1.0)
    assert middle_curve([]) == ()


@pytest.mark.parametrize(
    ("low", "high", "step", "width", "bins"),
    [(6, 60, 1, 5, 11), (0.0, 1.0, 0.01, 5, 21), (-400, 0, 1, 20, 21), (0.0, 40.0, 0.5, 5, 17), (0, 10, 1, 1, 11)],
)
def test_bins_hold_a_round_number_of_steps_and_are_few(low, high, step, width, bins):
    found = histogram([low, high], low, high, step)
    assert (found.width, len(found.counts)) == (width, bins)
    assert found.counts[0] == found.counts[-1] == 1
    assert sum(found.counts) == 2


def test_a_number_falls_into_its_bin_whatever_a_float_makes_of_it():
    found = histogram([0.29, 0.30, 0.1 + 0.2, 0.34, 0.35], 0.0, 1.0, 0.01)  # 0.29 / 0.01 is 28.999...
    assert {bin: count for bin, count in enumerate(found.counts) if count} == {5: 1, 6: 3, 7: 1}
    assert found.first(6) == pytest.approx(0.3)
    assert found.place(0.32) == pytest.approx((32 + 0.5) / 105)  # the middle of its bin, which is the seventh of 21
    assert (found.place(-3), found.place(7)) == (0.0, 1.0)


def test_who_changed_their_mind_is_counted_among_those_who_answered_twice():
    before, after = {1: 0, 2: 0, 3: 1, 4: 2}, {1: 0, 2: 1, 3: 2, 9: 1}
    found = moved(before, after)
    assert (found.both, found.changed) == (3, 2)
    near = moved({1: 0.50, 2: 0.50}, {1: 0.52, 2: 0.70}, same=lambda a, b: abs(a - b) < 0.1)
    assert (near.both, near.changed) == (2, 1)


def test_curves_are_apart_by_the_mean_of_their_distances():
    assert apart((0, 0, 0), (1, -2, 3, 100)) == pytest.approx(2)
