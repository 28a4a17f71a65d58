"""Pictures: the frames of one world, made once for all visitors and kept for a while. Never keyed by gamma or step."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mdp_core.frames import Json, key_of, stage_frames
from mdp_core.kept import Kept
from mdp_core.scenarios import GridScenario, TextScenario
from mdp_core.stage.grid import grid_frames
from mdp_core.work import Report, Work

if TYPE_CHECKING:
    from mdp_core.tokens.text_model import TextModel

KEPT = 128  # pictures of each world, 5 to 160 KB each as JSON

Before = tuple[tuple[int, Any], ...] | None
Writing = Generator[Report["Picture"], None, "Picture"]


@dataclass(frozen=True, eq=False)
class Picture:
    """One world's frames, under the name of what they show."""

    key: str
    frames: Json


texts: Kept[str, Picture] = Kept(KEPT)


@lru_cache(maxsize=KEPT)
def grid_picture(scenario: GridScenario, seed: int, before: Before) -> Picture:
    """The robot's half. Raises what `grid_frames` raises; a failure is not kept."""
    return Picture(key_of("grid", scenario, seed, before), grid_frames(scenario, seed, before))


def kept_text(scenario: TextScenario, seed: int, before: Before) -> Picture | None:
    """The language model's half, if somebody has seen it lately."""
    return texts.get(_text_key(scenario, seed, before))


def writing(model: TextModel, scenario: TextScenario, seed: int, before: Before) -> Writing:
    """Write the text of `scenario`, a report a token; the result is its picture, which is kept.

    What the model was asked lately costs no forward pass: a choice at step t costs the tokens behind it. Raises what
    `text_frames_by_token` raises, and ValueError for a model that fails.
    """
    from mdp_core.stage.text import text_frames_by_token

    most = scenario.max_tokens
    frames = text_frames_by_token(model, scenario, seed, before)
    try:
        while True:
            tokens = next(frames)
            yield Report(min(tokens / most, 1.0), f"{tokens} of {most} tokens")
    except StopIteration as end:
        key = _text_key(scenario, seed, before)
        return texts.put(key, Picture(key, end.value))
    except (ValueError, MemoryError):
        raise
    except Exception as error:  # a stranger's model: it may fail in ways that nobody has thought of
        logging.getLogger(__name__).exception("%s failed while writing", model.id)
        raise ValueError(f"{model.name} failed while it was writing; take another model.") from error


def write_now(model: TextModel, scenario: TextScenario, seed: int, before: Before) -> Picture:
    """The language model's half, at once: for a small model. Raises what `writing` raises."""
    return Work(writing(model, scenario, seed, before)).finish()


def is_slow(model: TextModel) -> bool:
    """True for a model whose texts take so long that a visitor wants to see them grow."""
    return model.is_slow


def shown_as(picture: Picture, **frames: Any) -> Picture:
    """The same for one visitor, with some of its frames' entries replaced: a title of the visitor's own, say."""
    return Picture(key_of(picture.key, frames), picture.frames | frames)


def asleep(prompt: str) -> Picture:
    """The language model's half before there is any language model: the prompt, and no step yet."""
    frames = {
        "id": "text",
        "title": "Language model",
        "caption": "waking up",
        "words": {},
        "map": None,
        "prompt": [prompt],
        "steps": [],
        "ending": "",
        "score": {"name": "", "total": 0.0, "parts": []},
        "ghost": None,
    }
    return Picture(key_of("asleep", prompt), frames)


def stage(*pictures: Picture) -> Json:
    """Several worlds on one clock."""
    return stage_frames(key_of(*(picture.key for picture in pictures)), [picture.frames for picture in pictures])


def _text_key(scenario: TextScenario, seed: int, before: Before) -> str:
    return key_of("text", scenario, seed, before)
