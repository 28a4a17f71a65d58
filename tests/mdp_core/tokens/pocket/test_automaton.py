from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.tokens.pocket.automaton import Arc, Automaton, UngrammaticalError

# "a" or "b"; after "a" one of three words, after "b" one.
SMALL = Automaton(
    "s",
    {
        "s": (Arc("a", 0.25, "x"), Arc("b", 0.75, "y")),
        "x": (Arc("p", 0.5, "end"), Arc("q", 0.25, "end"), Arc("r", 0.25, "y")),
        "y": (Arc(".", 1.0, "end"),),
        "end": (),
    },
)


def test_numbers_computed_by_hand():
    assert SMALL.number["s"] == 4
    assert SMALL.number["x"] == 3
    # 2 tokens, or 3 with probability 1/16
    assert SMALL.length["s"] == pytest.approx(2 + 1 / 16)
    # H(1/4, 3/4) + 1/4 H(1/2, 1/4, 1/4); the latter is 1.5 bits
    first = -(0.25 * log(0.25) + 0.75 * log(0.75))
    assert SMALL.entropy["s"] == pytest.approx(first + 0.25 * 1.5 * log(2))
    assert SMALL.entropy_per_token == pytest.approx(SMALL.entropy["s"] / (33 / 16))
    assert SMALL.tokens == (".", "a", "b", "p", "q", "r")
    assert dict(SMALL.texts()) == {("a", "p"): 0.125, ("a", "q"): 0.0625, ("a", "r", "."): 0.0625, ("b", "."): 0.75}
    assert SMALL.log_probability(["a", "r"]) == pytest.approx(log(1 / 16))
    assert SMALL.log_probability(["r"]) == -np.inf


def test_every_state_comes_before_those_it_leads_to():
    order = {state: n for n, state in enumerate(SMALL.ordered)}
    assert all(order[state] < order[arc.target] for state in SMALL.ordered for arc in SMALL.arcs[state])


def test_walk_says_where_a_text_leaves_the_grammar():
    assert SMALL.walk(["a", "r"]) == "y"
    with pytest.raises(UngrammaticalError, match="no “p” after “b”") as caught:
        SMALL.walk(["b", "p"])
    assert caught.value.position == 1
    with pytest.raises(UngrammaticalError, match="no “q” at the beginning"):
        SMALL.walk(["q"])


@pytest.mark.parametrize(
    ("arcs", "message"),
    [
        ({"s": (Arc("a", 0.5, "s2"), Arc("a", 0.5, "s2")), "s2": ()}, "two arcs"),
        ({"s": (Arc("a", 0.9, "s2"),), "s2": ()}, "sum to 1"),
        ({"s": (Arc("a", 1.0, "s2"), Arc("b", 0.0, "s2")), "s2": ()}, "without probability"),
        ({"s": (Arc("a", 1.0, "nowhere"),)}, "no state"),
        ({"s": (Arc("a", 1.0, "t"),), "t": (Arc("b", 1.0, "s"),)}, "returns"),
        ({"t": ()}, "start"),
    ],
)
def test_what_is_no_deterministic_acyclic_automaton_is_refused(arcs, message):
    with pytest.raises(ValueError, match=message):
        Automaton("s", arcs)


@st.composite
def automata(draw):
    size = draw(st.integers(1, 6))
    arcs = {str(size): ()}
    for n in range(size):
        targets = draw(st.lists(st.integers(n + 1, size), min_size=1, max_size=3))
        weights = draw(st.lists(st.floats(0.1, 1), min_size=len(targets), max_size=len(targets)))
        arcs[str(n)] = tuple(
            Arc("abc"[i], w / sum(weights), str(target))
            for i, (target, w) in enumerate(zip(targets, weights, strict=True))
        )
    return Automaton("0", arcs)


@given(automata())
def test_sums_over_states_equal_sums_over_texts(automaton):
    texts = list(automaton.texts())
    assert len({text for text, _ in texts}) == len(texts) == automaton.number["0"]
    assert sum(p for _, p in texts) == pytest.approx(1)
    assert sum(p * len(text) for text, p in texts) == pytest.approx(automaton.length["0"])
    assert sum(-p * log(p) for _, p in texts) == pytest.approx(automaton.entropy["0"], abs=1e-12)
    assert all(exp(automaton.log_probability(text)) == pytest.approx(p) for text, p in texts)


def test_same_seed_same_text():
    def write(seed):
        rng = np.random.default_rng(seed)
        return [SMALL.sample(rng) for _ in range(50)]

    assert write(3) == write(3) != write(4)
