"""Pocket's language: short reviews, from a right-linear grammar whose true distribution is known everywhere.

A review is one sentence, and at times a second, short one; then it ends.

    the movie was really wonderful , but the ending was dull .
    this hotel we booked last night was a mess , and i hated the pool ! never again .

What a word may be depends on what was said: the subject decides the words for it, the feeling of the first clause and the
word that joins the clauses ("and", "but") decide the feeling of the second, and the last feeling that of the verdict. All
of that can be read from the text itself, so the automaton is deterministic: a text has one state.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from mdp_core.distribution import Categorical
from mdp_core.tokens.pocket import lexicon
from mdp_core.tokens.pocket.automaton import Arc, Automaton, State, UngrammaticalError
from mdp_core.tokens.pocket.lexicon import SUBJECTS, Subject

END = "<eos>"
START: State = "start"

GOOD, BAD = "good", "bad"
FEELINGS = (GOOD, BAD)

Rule = tuple[float, str, State]
"""(share, words, target): with probability `share` one of `words`, the commonest first, and on to `target`."""


@cache
def review_grammar() -> Automaton:
    """The automaton of all reviews; its texts end with `END`."""
    rules: dict[State, tuple[Rule, ...]] = {**_openings(), **_verdicts()}
    for subject in SUBJECTS:
        rules |= _first_clause(subject)
        for feeling in FEELINGS:
            rules |= _second_clause(subject, feeling)
    return Automaton(START, {state: _arcs(parts) for state, parts in rules.items()})


def state_after(tokens: Sequence[str]) -> State:
    """The state of the grammar after `tokens` (no begin token).

    A review that is complete may be followed by another, though the grammar itself never begins one: that is how a
    prompt of several reviews is read. Raises UngrammaticalError, a ValueError, where a token does not fit.
    """
    grammar = review_grammar()
    state = START
    for position, token in enumerate(tokens):
        following = grammar.targets[state]
        if token not in following and END in following:
            following = grammar.targets[START]
        if token not in following:
            raise UngrammaticalError(tokens, position)
        state = following[token]
    return state


def next_distribution(tokens: Sequence[str]) -> Categorical[str]:
    """The true P(next token | tokens); after the end token, the end token for certain. Raises UngrammaticalError."""
    return review_grammar().distributions.get(state_after(tokens), Categorical.certain(END))


def is_grammatical(tokens: Sequence[str]) -> bool:
    """True where `tokens` is a complete text of the grammar, the end token included."""
    try:
        return not review_grammar().arcs[review_grammar().walk(tokens)]
    except UngrammaticalError:
        return False


def _arcs(rules: Sequence[Rule]) -> tuple[Arc, ...]:
    arcs: list[Arc] = []
    for share, words, target in rules:
        ranked = words.split()
        weights = [1.0 / (rank + 3) for rank in range(len(ranked))]
        arcs += [Arc(word, share * w / sum(weights), target) for word, w in zip(ranked, weights, strict=True)]
    return tuple(arcs)


def _openings() -> dict[State, tuple[Rule, ...]]:
    """`the`, or `i loved the`, and the noun that chooses the subject."""
    share = 1.0 / len(SUBJECTS)
    rules: dict[State, tuple[Rule, ...]] = {
        START: ((0.84, "the this that", "noun"), (0.16, "i we", "felt")),
        "noun": tuple((share, s.nouns, f"{s.name}: noun") for s in SUBJECTS),
        "felt": ((0.5, f"{lexicon.LOVED} love", "felt good"), (0.5, f"{lexicon.HATED} hate", "felt bad")),
    }
    for feeling in FEELINGS:
        rules[f"felt {feeling}"] = ((1.0, "the this that", f"felt {feeling} the"),)
        rules[f"felt {feeling} the"] = tuple((share, s.nouns, f"{s.name}: said {feeling}") for s in SUBJECTS)
    return rules


def _first_clause(s: Subject) -> dict[State, tuple[Rule, ...]]:
    """`was really wonderful` or `we saw last night was a mess`, after the noun."""
    k = s.name
    # By a mild adjective: "and" and one from the end of the scale may follow, so that no word comes twice.
    praise, blame = f"{k}: praised", f"{k}: blamed"
    good, bad = f"{k}: said good", f"{k}: said bad"
    rules: dict[State, tuple[Rule, ...]] = {
        f"{k}: noun": ((0.75, "was is", f"{k}: was"), (0.25, "we i", f"{k}: we")),
        f"{k}: we": ((1.0, s.met, f"{k}: met"),),
        f"{k}: met": ((0.6, "yesterday today", f"{k}: when"), (0.4, "last", f"{k}: last")),
        f"{k}: last": ((1.0, "night week summer", f"{k}: when"),),
        f"{k}: when": ((1.0, "was", f"{k}: was"),),
        f"{k}: was": (
            (0.16, s.superb, good),
            (0.11, s.good, praise),
            (0.14, s.awful, bad),
            (0.14, s.bad, blame),
            (0.08, s.plain, f"{k}: plain"),
            (0.14, lexicon.REALLY, f"{k}: really"),
            (0.04, lexicon.UTTERLY, f"{k}: utterly"),
            (0.07, lexicon.VERY, f"{k}: very"),
            (0.05, "not", f"{k}: not"),
            (0.07, "a", f"{k}: a"),
        ),
        f"{k}: really": (
            (0.28, s.superb, good),
            (0.2, s.good, praise),
            (0.26, s.awful, bad),
            (0.26, s.bad, blame),
        ),
        f"{k}: utterly": ((0.48, s.superb, good), (0.52, s.awful, bad)),
        f"{k}: very": ((0.4, s.good, praise), (0.4, s.bad, blame), (0.2, s.plain, f"{k}: plain")),
        f"{k}: not": ((0.5, lexicon.NOT_GOOD, bad), (0.5, lexicon.NOT_BAD, good)),
        f"{k}: a": (
            (0.35, lexicon.REAL, f"{k}: a real"),
            (0.325, lexicon.JOY, good),
            (0.325, lexicon.MESS, bad),
        ),
        f"{k}: a real": ((0.5, lexicon.JOY, good), (0.5, lexicon.MESS, bad)),
        # What was only described is praised after "but" and blamed after "and": long, but good; long, and dull.
        f"{k}: plain": ((1.0, ",", f"{k}: plain,"),),
        f"{k}: plain,": ((0.5, "but yet", f"{k}: good clause"), (0.5, "and", f"{k}: bad clause")),
    }
    for feeling, adjective, said, same, other in (
        (GOOD, praise, good, s.superb, BAD),
        (BAD, blame, bad, s.awful, GOOD),
    ):
        rules[adjective] = (
            (0.24, ".", f"end {feeling}"),
            (0.06, "!", f"end {feeling}"),
            (0.5, ",", f"{k}: said {feeling},"),
            (0.2, "and", f"{k}: {feeling} and"),
        )
        rules[f"{k}: {feeling} and"] = ((1.0, same, said),)
        rules[said] = (
            (0.3, ".", f"end {feeling}"),
            (0.1, "!", f"end {feeling}"),
            (0.6, ",", f"{k}: said {feeling},"),
        )
        rules[f"{k}: said {feeling},"] = (
            (0.5, "and", f"{k}: {feeling} clause"),
            (0.5, "but yet though", f"{k}: {other} clause"),
        )
    return rules


def _second_clause(s: Subject, feeling: str) -> dict[State, tuple[Rule, ...]]:
    """`the ending was dull`, `i hated the acting` or `we would hate to see it again`, after the joining word."""
    here, end = f"{s.name}: {feeling} clause", f"done {feeling}"
    superb, mild = (s.superb, s.good) if feeling == GOOD else (s.awful, s.bad)
    loved, love = (lexicon.LOVED, "love like") if feeling == GOOD else (lexicon.HATED, "hate")
    return {
        here: ((0.65, "the", f"{here}: the"), (0.35, "i we", f"{here}: i")),
        f"{here}: the": ((1.0, s.parts, f"{here}: part"),),
        f"{here}: part": ((1.0, "was", f"{here}: was"),),
        f"{here}: was": (
            (0.4, superb, end),
            (0.35, mild, end),
            (0.25, lexicon.REALLY, f"{here}: really"),
        ),
        f"{here}: really": ((0.55, superb, end), (0.45, mild, end)),
        f"{here}: i": ((0.7, loved, f"{here}: loved"), (0.3, "would", f"{here}: would")),
        f"{here}: loved": ((1.0, "the", f"{here}: loved the"),),
        f"{here}: loved the": ((1.0, s.parts, end),),
        f"{here}: would": ((1.0, love, f"{here}: love"),),
        f"{here}: love": ((1.0, "to", f"{here}: to"),),
        f"{here}: to": ((1.0, s.meet, f"it {feeling}"),),
    }


def _verdicts() -> dict[State, tuple[Rule, ...]]:
    """The end of the first sentence, and `what a joy .`, `never again .`, `my sister loved it !` after it."""
    rules: dict[State, tuple[Rule, ...]] = {
        "verdict": ((0.7, ".", "finished"), (0.3, "!", "finished")),
        "finished": ((1.0, END, "ended"),),
        "ended": (),
        "again": ((1.0, "again", "verdict"),),
        "recommended": ((1.0, "recommended", "verdict"),),
        "it": ((1.0, "it", "verdict"),),
    }
    for feeling, loved, joy, all_did in (
        (GOOD, lexicon.LOVED, lexicon.JOY, lexicon.SMILED),
        (BAD, lexicon.HATED, lexicon.MESS, lexicon.CRIED),
    ):
        last = (0.08, "highly", "recommended") if feeling == GOOD else (0.08, "never", "again")
        rules |= {
            f"it {feeling}": ((1.0, "it", f"it {feeling} again"),),
            f"it {feeling} again": ((1.0, "again", f"done {feeling}"),),
            f"done {feeling}": ((0.78, ".", f"end {feeling}"), (0.22, "!", f"end {feeling}")),
            f"end {feeling}": (
                (0.64, END, "ended"),
                (0.12, "what", f"what {feeling}"),
                (0.08, "my", f"my {feeling}"),
                (0.08, "everyone", f"everyone {feeling}"),
                last,
            ),
            f"what {feeling}": ((1.0, "a", f"what a {feeling}"),),
            f"what a {feeling}": ((1.0, joy, "verdict"),),
            f"my {feeling}": ((1.0, lexicon.FRIENDS, f"my sister {feeling}"),),
            f"my sister {feeling}": ((1.0, loved, "it"),),
            f"everyone {feeling}": ((1.0, all_did, "verdict"),),
        }
    return rules
