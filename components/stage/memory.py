"""What page Stage remembers of one visitor: the pictures that were seen last, and those on their way."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from components.server.pictures import Picture
from components.shell.visit import Side
from mdp_core.scenarios import TextScenario
from mdp_core.work import Work


@dataclass
class StageMemory:
    """Kept in session state under one key."""

    shown: dict[str, Picture] = field(default_factory=dict)  # the last good one of each side, and of the "reference"
    text: TextScenario = field(default_factory=TextScenario)  # what the text's picture is of
    writing: Work[Picture] | None = None  # a text that a slow model writes
    writing_of: Hashable = None  # what that is a text of
    learning: Work[Any] | None = None  # the robot's policy, while it is being learned again
    learning_of: Hashable = None
    stale: set[Side] = field(default_factory=set)  # worlds whose picture is not what the controls say


def stage_memory() -> StageMemory:
    """This visitor's."""
    memory: StageMemory = st.session_state.setdefault("stage", StageMemory())
    return memory
