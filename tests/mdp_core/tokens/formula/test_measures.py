import pytest

from mdp_core.tokens.formula.measures import (
    letters,
    occurrences,
    readability,
    repetition,
    rhyme,
    rime,
    sentences,
    syllables,
    words,
)

# Two sentences, 11 words; counted by hand: the cat sat on the mat (6), it was a ta-ble (5 + the 2 of table).
CAT = "The cat sat on the mat. It was a good table!"


def test_words_letters_and_sentences_are_counted_as_a_reader_would():
    assert words("It's a well-made film, isn't it?") == ["it's", "a", "well-made", "film", "isn't", "it"]
    assert len(words(CAT)) == 11
    assert sentences(CAT) == 2
    assert sentences("No stop at the end") == 1
    assert sentences("Well... no?! ...") == 2
    assert sentences("...") == 0
    assert letters("Ab c, 12é!") == 4


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *[("cat", 1), ("make", 1), ("table", 2), ("movie", 2), ("the", 1), ("beautiful", 3), ("rhythm", 1), ("a", 1)],
        *[("wonderful", 3), ("see", 1), ("readability", 5), ("hmm", 1), ("2024", 1), ("little", 2), ("whole", 1)],
    ],
)
def test_syllables(word, count):
    assert syllables(word) == count


def test_reading_ease_is_flesch_s_formula_on_numbers_counted_by_hand():
    assert readability(CAT) == pytest.approx(206.835 - 1.015 * 11 / 2 - 84.6 * 12 / 11)
    assert readability("Dogs bark.") == pytest.approx(206.835 - 1.015 * 2 - 84.6 * 1)
    assert readability("No.") == pytest.approx(121.22)  # the most there can be
    assert readability("Incomprehensibility notwithstanding, institutionalization.") == 0
    assert readability("?!") == 0


def test_repetition_is_the_share_of_pairs_that_were_there_before():
    assert repetition("good film good film good film") == pytest.approx(1 - 2 / 5)
    assert repetition("very very very very") == pytest.approx(1 - 1 / 3)
    assert repetition("the movie was the best") == 0
    assert repetition("Good") == repetition("") == 0


def test_words_rhyme_from_their_last_vowel_on():
    assert rime("night") == rime("light") == "ight"
    assert rime("time") == rime("rhyme") == "ime"
    assert rime("table") == "e"  # a sounded e
    assert rime("made") == "ade"
    assert rime("hmm") == "hmm"
    assert rhyme("The cat sat on the mat, and that was that; a bat.") == pytest.approx(3 / 3)
    assert rhyme("roses are red,\nviolets are blue,\nsugar is sweet,\nso are you, too") == pytest.approx(0)
    assert rhyme("in the night, a light, a dog.") == pytest.approx(2 / 3)
    assert rhyme("a day, a day.") == 0  # a word does not rhyme with itself
    assert rhyme("one line only") == 0


@pytest.mark.parametrize(
    ("text", "wanted", "times"),
    [
        ("Good, good, goodness!", "good", 2),
        ("wow!! no!", "!", 3),
        ("a  very\ngood one", "Very good", 1),
        ("STRASSE straße", "straße", 2),
        ("aaaa", "aa", 0),
        ("!!!", "!!", 1),
        ("cafe\u0301", "caf\u00e9", 1),
        ("a.b axb", "a.b", 1),
    ],
)
def test_what_is_counted_is_a_whole_word_or_a_sign_whatever_its_case(text, wanted, times):
    assert occurrences(text, wanted) == times
