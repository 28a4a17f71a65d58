"""No term before it was met: what a beat speaks of has been named before, or its own sentence says what it is."""

from components.tour.beat import Choice
from components.tour.script import SCRIPT
from mdp_core.glossary import terms_in

# Terms of the glossary that a beat meets in its own first sentences, which say what they are.
SAID_AT_ONCE = {
    "score": {"score"},
    "loop": {"robot", "hole", "slip"},
    "trajectory": {"cliff"},
    "gamma": {"discount factor"},
    "writer": {"language model"},
    "temperature": {"temperature"},
    "policy": {"update", "reference"},
}
# Words that are terms elsewhere, and are used here as everybody uses them.
EVERYDAY = {
    "backward()",
    "frozen",
    "reward",
    "grid world",
    "trajectory",
    "step",
    "mean",
    "mean value",
    "goal",
    "probability",
    "agreement",
    "prompt",
    "Pocket",
}


def names(text):
    return {term.name for term in terms_in(text)}


def test_no_term_before_it_was_met():
    met = set()
    for beat in SCRIPT:
        options = beat.how.options if isinstance(beat.how, Choice) else ()
        used = names(" ".join([beat.title, beat.says, beat.asks, *options]))
        assert used - met - SAID_AT_ONCE.get(beat.name, set()) - EVERYDAY == set(), beat.name
        met |= used | names(beat.names)


def test_the_story_names_what_the_notes_name():
    """The ideas of the notes that the project was made from, each named when it has been seen."""
    named = set().union(*(names(beat.names) for beat in SCRIPT))
    wanted = {"agent", "state", "action", "reward", "policy", "transition function", "trajectory", "return"}
    wanted |= {"discount factor", "objective", "language model", "token", "preference", "reward model"}
    assert wanted - named == set()
    assert "reinforcement learning" in named
