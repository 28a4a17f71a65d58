"""Lessons that were learned to their end, for whoever asks for the same ones."""

from __future__ import annotations

from mdp_core.kept import Kept
from mdp_core.learners.course import Lessons

KEPT = 16  # a few MB each on the largest maps

finished_lessons: Lessons = Kept(KEPT)
