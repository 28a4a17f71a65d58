"""A page's own settings in a link: where a memory holds them, what of them is told, and that they come back."""

from dataclasses import dataclass, field

import pytest

from mdp_core.link.kinds import choice, number, whole
from mdp_core.link.settings import Setting, take_up, tell


@dataclass
class Line:
    near: float = 1.0


@dataclass
class Memory:
    side: str = "grid"
    line: Line = field(default_factory=Line)
    guesses: dict[str, float] = field(default_factory=dict)
    drawn: list[int] = field(default_factory=list)
    count: int = 10

    def sample(self, count):
        self.count = count
        self.drawn.append(count)


SETTINGS = (
    Setting("side", choice(("grid", "text")), "side"),
    Setting("near", number(0.1, 100), "line.near"),
    Setting("guess", number(0, 1), "guesses.flip"),
    Setting("n", whole(1, 100), "count", Memory.sample),
)


def other():
    return Memory("text", Line(2.5), {"flip": 0.25, "else": 0.5}, [], 20)


def test_a_setting_lies_in_an_attribute_of_an_attribute_or_in_an_entry():
    assert [setting.of(other()) for setting in SETTINGS] == ["text", 2.5, 0.25, 20]
    assert [setting.of(Memory()) for setting in SETTINGS] == ["grid", 1.0, None, 10]


def test_what_is_as_in_a_fresh_memory_is_not_told():
    assert tell(SETTINGS, Memory(), Memory()) == {}
    memory = Memory()
    memory.line.near = 2.5
    assert tell(SETTINGS, memory, Memory()) == {"near": "2.5"}
    assert list(tell(SETTINGS, other(), Memory())) == ["side", "near", "guess", "n"]


def test_what_is_told_is_taken_up_again_and_the_rest_is_fresh():
    memory = Memory("text", Line(9.0), {"flip": 0.75, "else": 0.5})
    assert take_up(SETTINGS, memory, Memory(), tell(SETTINGS, other(), Memory())) == ()
    assert (memory.side, memory.line.near, memory.guesses) == ("text", 2.5, {"flip": 0.25, "else": 0.5})
    assert memory.drawn == [20]  # where more is to be done than to set a value
    assert take_up(SETTINGS, memory, Memory(), {}) == ()
    assert (memory.side, memory.line.near, memory.guesses, memory.count) == ("grid", 1.0, {"else": 0.5}, 10)


@pytest.mark.parametrize(
    ("name", "written", "became"),
    [("side", "<b>", "grid"), ("near", "1e9", 100), ("near", "nan", 1), ("guess", "x", None), ("n", "0", 1)],
)
def test_a_value_that_cannot_be_is_a_sentence_and_the_nearest_or_the_fresh_one(name, written, became):
    memory = other()
    (note,) = take_up(SETTINGS, memory, Memory(), {name: written})
    assert name in note
    here = {setting.name: setting.of(memory) for setting in SETTINGS}
    assert here == {"side": "grid", "near": 1, "guess": None, "n": 10, name: became}
