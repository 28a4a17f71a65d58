"""A beat of the tour: a thought, a question, and an instrument that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from components.instruments.sketch import Crowd
from components.tour.memory import TourMemory

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel

Guess = int | float | tuple[float, ...]  # which option, which number, or a curve


# What is asked


@dataclass(frozen=True)
class Choice:
    """One of a few."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """A number, dragged."""

    low: float
    high: float
    step: float
    unit: str = ""


@dataclass(frozen=True)
class Curve:
    """A curve, drawn by hand on the scene's paper, whose axis goes from `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True)
class Paper:
    """What a curve is drawn on: how many places there are, and what the axes are called."""

    points: int
    across: str
    up: str


Question = Choice | Number | Curve


# What is answered


def _no_reply(_: Guess) -> str:
    return ""


@dataclass(frozen=True)
class Answer:
    """What the instrument says to the question. Everything in it is computed."""

    right: Guess | None  # None where no answer is right: it was a question of taste
    because: str  # a sentence with the numbers
    reply: Callable[[Any], str] = _no_reply  # to a wrong guess that is worth a word of its own; else nothing
    near: float = 0.0  # a number or a curve (its mean distance) that is off by so much is right


# What is shown


@dataclass(frozen=True)
class Setting:
    """What a scene may draw on."""

    beat: str  # the name of the beat
    again: int  # how often the beat was met before: each time with other numbers
    told: bool  # the visitor has predicted, or wants to see
    memory: TourMemory
    model: LanguageModel | None  # Pocket, once it is awake
    crowd: Crowd | None = None  # the curves of the room, where it was asked and has been shown

    @property
    def key(self) -> str:
        """A name of this meeting, for what is kept or drawn for it."""
        return f"tour_{self.beat}_{self.again}"


F = TypeVar("F")
G = TypeVar("G", contravariant=True)


class Scene(Protocol[F]):
    """An instrument with its scenario. `F` is what it finds out."""

    def find(self, setting: Setting) -> F | None:
        """What there is to see; None while that is not known yet, or nobody has asked for it."""

    def draw(self, setting: Setting, found: F | None) -> None:
        """Show it: before it is `told` only what gives nothing away."""


@runtime_checkable
class DrawnScene(Protocol[G]):
    """A scene whose question is a Curve."""

    def paper(self, found: G | None) -> Paper | None:
        """What it is drawn on; None while that is not known yet."""


@dataclass(frozen=True)
class Beat:
    """One step of the story. `names` is said when the answer has been seen."""

    name: str  # in the link: a word
    title: str
    says: str
    asks: str
    how: Question
    scene: Scene[Any]
    answer: Callable[[Any], Answer]  # of what the scene has found
    names: str
    notes: str  # for the one who gives the talk
    lab: str = ""  # the laboratory's page where one goes on
    wide: bool = False  # the picture needs the whole width: it stands below the words

    def find(self, setting: Setting) -> tuple[Any, Answer | None]:
        """What the scene has found, and the answer where it is known."""
        found = self.scene.find(setting)
        return found, None if found is None else self.answer(found)

    def paper(self, found: Any) -> Paper | None:
        """What a curve is drawn on, where one is asked for and the scene knows it."""
        return self.scene.paper(found) if isinstance(self.scene, DrawnScene) else None
