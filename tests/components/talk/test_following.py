"""What the audience sees, as the window that follows is told of it."""

from dataclasses import replace

from components.server.talks import GivenTalk
from components.shell.visit import Visit
from components.talk.following import what_is_seen
from components.tour.memory import TourMemory
from mdp_core.scenarios import Scenario, View
from mdp_core.talk import Talk


def projector(page):
    visit, tour = Visit(Scenario(), View(), told={"gamma": "0.9"}), TourMemory(at="draw")
    return GivenTalk(Talk(), page=page, seen={"visit": visit, "tour": tour}), visit, tour


def test_a_step_of_the_projector_is_another_picture_though_its_memory_is_the_same():
    given, visit, _ = projector("Stage")
    before = what_is_seen(given)
    assert what_is_seen(given) == before
    visit.told = {"gamma": "0.8"}
    after = what_is_seen(given)
    assert after != before
    visit.asked = replace(visit.asked, seed=8)
    assert what_is_seen(given) != after


def test_a_beat_s_player_is_followed_too():
    given, _, tour = projector("Tour")
    seen = [what_is_seen(given)]
    tour.views["draw"] = View(step=2)
    seen.append(what_is_seen(given))
    tour.views["draw"] = View(step=2, gamma=0.5)
    seen.append(what_is_seen(given))
    tour.told.add(("draw", 0))
    seen.append(what_is_seen(given))
    tour.kept["temperature"] = 0.3
    seen.append(what_is_seen(given))
    assert all(one != other for i, one in enumerate(seen) for other in seen[:i])


def test_before_the_projector_has_shown_anything_there_is_nothing_to_follow():
    assert what_is_seen(GivenTalk(Talk())) is None
