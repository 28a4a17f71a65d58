"""Exact counts, against enumeration and against numbers that can be looked up."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.counting import in_groups, in_powers, prefixes, reachable_prefixes


def test_two_tokens_and_three_places_are_fifteen_texts():
    assert prefixes(2, 3) == 1 + 2 + 4 + 8
    assert prefixes(1, 5) == 6
    assert prefixes(7, 0) == 1


def test_smollm2_writes_a_number_of_76_digits():
    number = prefixes(49_152, 16)
    assert number == (49_152**17 - 1) // 49_151  # the geometric series
    assert len(str(number)) == 76
    assert in_powers(number) == (1.16, 75)
    assert in_groups(number).startswith("1\u2009160\u2009560\u2009914")
    assert len(str(prefixes(49_152, 17))) == 80


@given(st.integers(1, 4), st.data())
def test_only_texts_that_go_on_go_on(vocabulary, data):
    ends = data.draw(st.integers(0, vocabulary))
    length = data.draw(st.integers(0, 5))
    tokens = range(vocabulary)
    written = sum(
        all(token >= ends for token in text[:-1]) for t in range(length + 1) for text in product(tokens, repeat=t)
    )
    assert reachable_prefixes(vocabulary, ends, length) == written


@given(st.integers(1, 10**60))
def test_powers_are_the_number_cut_after_three_digits(number):
    m, e = in_powers(number)
    assert 1 <= m < 10
    assert round(m * 100) == number * 100 // 10**e
    assert in_groups(number).replace("\u2009", "") == str(number)


@pytest.mark.parametrize(("vocabulary", "length"), [(0, 3), (3, -1)])
def test_no_texts_without_tokens(vocabulary, length):
    with pytest.raises(ValueError, match="make no texts"):
        prefixes(vocabulary, length)


def test_no_more_ends_than_tokens():
    with pytest.raises(ValueError, match=r"ends must be in 0\.\.3"):
        reachable_prefixes(3, 4, 2)
    with pytest.raises(ValueError, match="at least 1"):
        in_powers(0)
