"""What the room says, in words: every picture of it is in words, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components.instruments.drawing.figures import figure
from components.tour.asking import spoken
from components.tour.beat import Answer, Beat, Choice, Guess, Number, Question
from components.tour.room.hearing import Heard
from mdp_core.opinions import Moved, apart, middle, middle_curve, moved, split

SAME = 0.05  # of the scale: numbers, or curves on average, that are nearer to each other say the same


def says_answered(heard: Heard) -> str:
    """How many have answered, and not what."""
    question = heard.question
    assert question is not None
    n = len(heard.answers(question.round))
    here = max(heard.pulse.here, n)
    round = f"Round {question.round}: " if question.round > 1 else ""
    return f"{round}{n} of {here} {'phone has' if here == 1 else 'phones have'} answered."


def says_room(beat: Beat, heard: Heard, rounds: Sequence[int], answer: Answer | None) -> str:
    """What was said in one round, or how the second one differs; how near it came, once the answer is told."""
    answers = [heard.answers(round) for round in rounds]
    right = None if answer is None else answer.right
    if len(answers) == 1:
        return f"{_many(len(answers[0]), 'answer')}: {_said(beat, answers[0], right)}."
    before, after = answers
    change = _moved(beat.how, before, after)
    says = f"{change.changed} of {change.both} who answered twice changed their mind." if change.both else ""
    if isinstance(beat.how, Choice):
        first, second = (split(given.values(), len(beat.how.options)) for given in answers)
        option = int(right) if isinstance(right, (int, float)) else second.most
        now = f"{second.counts[option]} of {second.total} now say “{beat.how.options[option]}”"
        return f"{says} {now}; in round {rounds[0]}, {first.counts[option]} of {first.total}.".strip()
    told = [_said(beat, given, right) for given in answers]
    return f"{says} Round {rounds[0]}: {told[0]}. Round {rounds[1]}: {told[1]}.".strip()


def counts_in_words(beat: Beat, given: Mapping[int, Any]) -> str:
    """One round for the speaker, whole: every option, or the middle."""
    if not isinstance(beat.how, Choice):
        return f"{_many(len(given), 'answer')}: {_said(beat, given, None)}" if given else "no answer yet"
    counts = split(given.values(), len(beat.how.options)).counts
    return ", ".join(f"“{option}” {count}" for option, count in zip(beat.how.options, counts, strict=True))


def _said(beat: Beat, given: Mapping[int, Any], right: Guess | None) -> str:
    """One round: for a choice the right option, where it is told, else the one that most chose; else the median."""
    if isinstance(beat.how, Choice):
        counts = split(given.values(), len(beat.how.options))
        option = int(right) if isinstance(right, (int, float)) else counts.most
        return f"{counts.counts[option]} of {counts.total} say “{beat.how.options[option]}”"
    if isinstance(beat.how, Number):
        median = middle(given.values())
        return f"the median is {spoken(beat, median)}" if median is not None else "nobody answered"
    curve = middle_curve([tuple(one) for one in given.values()])
    ends = f"the median curve goes from {figure(curve[0])} to {figure(curve[-1])}"
    return f"{ends}, {figure(apart(curve, right))} off on average" if isinstance(right, tuple) else ends


def _moved(how: Question, before: Mapping[int, Any], after: Mapping[int, Any]) -> Moved:
    if isinstance(how, Choice):
        return moved(before, after)
    near = SAME * (how.high - how.low)
    if isinstance(how, Number):
        return moved(before, after, lambda one, other: abs(one - other) < near)
    return moved(before, after, lambda one, other: apart(one, other) < near)


def _many(n: int, one: str) -> str:
    return f"{n} {one}" if n == 1 else f"{n} {one}s"
