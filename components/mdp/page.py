"""The MDP opened up: its world, its two functions P and pi, and its states counted."""

from __future__ import annotations

from components.mdp.counts import show_counts
from components.mdp.link import IN_LINK
from components.mdp.markov import show_markov
from components.mdp.memory import mdp_memory, read_world
from components.mdp.policy import show_policy
from components.mdp.transition import show_transition
from components.mdp.world import show_world_editor
from components.server.models import models
from components.server.warmup import warmup
from components.shell.address import follow_address, linked_part, visit, write_link
from components.shell.messages import messages, tell_notes
from components.shell.now import tell_visit
from components.shell.wanted_model import settle


def page() -> None:
    """The page "MDP". An edit of the world runs all of it; everything else only its own section."""
    current, memory = follow_address(visit(), *IN_LINK), mdp_memory()
    if warmup().done:
        settle(current, models())
    unreadable = read_world(current, memory)
    with messages():
        tell_notes(current.notes, current.dismiss)
    show_world_editor(current, memory, unreadable)
    linked_part(lambda: show_transition(visit(), memory), *IN_LINK)
    linked_part(lambda: show_policy(visit(), memory), *IN_LINK)
    linked_part(lambda: show_counts(visit(), memory), *IN_LINK)
    linked_part(lambda: show_markov(visit(), memory), *IN_LINK)
    tell_visit(current)
    write_link(current, *IN_LINK)
