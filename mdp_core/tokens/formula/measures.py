"""Measures of a text: each a number that anybody could count by hand, with the rule that it is counted by.

A word is what `scores.WORD` takes for one: a run of letters and digits, joined by apostrophes or hyphens. All take time in
proportion to the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise

from mdp_core.tokens.scores import WORD, folded

READING_EASE = 206.835, 1.015, 84.6  # Flesch 1948
EASIEST = READING_EASE[0] - READING_EASE[1] - READING_EASE[2]  # one syllable a word, one word a sentence
_END = re.compile(r"[.!?…。！？]+")
_PAUSE = re.compile(r"[.!?…。！？,;:\n]+")
_VOWELS = re.compile(r"[aeiouy]+")


def words(text: str) -> list[str]:
    """The words of a text, in order, in lower case."""
    return WORD.findall(unicodedata.normalize("NFC", text).lower())


def letters(text: str) -> int:
    """Characters that are letters of any script; digits, blanks and signs are not."""
    return sum(character.isalpha() for character in text)


def sentences(text: str) -> int:
    """Parts with a word in them, between full stops, exclamation and question marks; the last one may lack its stop."""
    return sum(WORD.search(part) is not None for part in _END.split(text))


def occurrences(text: str, wanted: str) -> int:
    """How many times `wanted` is there, whatever its case; where it begins or ends with a letter, as whole words only.

    Blanks in it stand for any blanks. Occurrences do not overlap. `wanted` has at least one visible character.
    """
    parts = folded(wanted).split()
    before = r"(?<!\w)" if re.match(r"\w", parts[0]) else ""
    after = r"(?!\w)" if re.match(r"\w", parts[-1][-1]) else ""
    return len(re.findall(before + r"\s+".join(map(re.escape, parts)) + after, folded(text)))


def repetition(text: str) -> float:
    """1 - different pairs / pairs, of the pairs of neighbouring words (rep-2 of Welleck et al. 2020): 0 if none recurs.

    In [0, 1); 0 for a text of fewer than two words.
    """
    all_words = words(text)
    pairs = list(pairwise(all_words))
    return 1 - len(set(pairs)) / len(pairs) if pairs else 0.0


def rhyme(text: str) -> float:
    """The share of the lines whose last word rhymes with another line's, in [0, 1]; 0 for fewer than two lines.

    A line is what stands between two pauses: a line break or one of , ; : . ! ? with a word in it. Two different words rhyme
    if they are spelled alike from their last sounded vowels on (`rime`). It hears English by its spelling: "day" rhymes with
    "say", but not with "they".
    """
    lines = [words(part) for part in _PAUSE.split(text)]
    last = [line[-1] for line in lines if line]
    rimes = Counter(rime(word) for word in set(last))  # a word does not rhyme with itself
    return sum(rimes[rime(word)] > 1 for word in last) / len(last) if len(last) > 1 else 0.0


def rime(word: str) -> str:
    """What a word sounds on from: its last group of vowels (a silent e at the end is none) and all behind it; y is an i."""
    spelled = word[:1] + word[1:].replace("y", "i")
    groups = list(_VOWELS.finditer(spelled))
    if len(groups) > 1 and _silent(spelled):
        groups.pop()
    return spelled[groups[-1].start() :] if groups else spelled


def syllables(word: str) -> int:
    """Groups of neighbouring vowels (a, e, i, o, u, y), but for a silent e at the end; at least 1.

    A silent e stands alone behind a consonant, unless that is an l with another consonant before it: "make" has 1 and
    "table" has 2. Right for most English words and off by one for some ("being", "loved").
    """
    groups = len(_VOWELS.findall(word))
    return max(1, groups - (groups > 1 and _silent(word)))


def readability(text: str) -> float:
    """Flesch's reading ease, 206.835 - 1.015 words / sentences - 84.6 syllables / words (Flesch 1948).

    100 is very easy, 0 very hard, and what lies below is taken as 0: so it is in [0, 121.22]. 0 for a text without words.
    """
    all_words = words(text)
    if not all_words:
        return 0.0
    base, of_words, of_syllables = READING_EASE
    ease = (
        base
        - of_words * len(all_words) / sentences(text)
        - of_syllables * sum(map(syllables, all_words)) / len(all_words)
    )
    return min(max(ease, 0.0), EASIEST)


def _silent(word: str) -> bool:
    """Whether the e at the end is not sounded."""
    vowels = "aeiouy"
    if len(word) < 3 or word[-1] != "e" or word[-2] in vowels:
        return False
    return not (word[-2] == "l" and word[-3] not in vowels)
