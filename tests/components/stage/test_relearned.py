"""A learned policy that a link asks for: learned again a slice at a time, while the last picture stays."""

from components.shell.visit import Visit
from components.stage.relearned import Relearned
from components.stage.shown import look
from mdp_core.scenarios import GridScenario, Learned, Scenario, View


class NoModels:
    """Nobody is awake yet."""

    def get(self, model):
        return None


SLOW = GridScenario(
    world="cliff", policy="learned", learned=Learned("reinforce", alpha=0.5, gamma=1.0, episodes=5_000, seed=17)
)


def test_the_last_picture_stays_until_it_is_learned():
    here = Visit(Scenario(grid=SLOW), View())
    assert look(here, NoModels()) == {}
    assert here.relearned is not None
    assert "grid" in here.stale
    assert here.shown["grid"].frames["title"] == "Slippery lake"
    same = here.relearned
    look(here, NoModels())
    assert here.relearned is same  # it goes on where it was
    same.stop()
    before = same.share
    same.work()
    assert same.share == before
    same.go_on()
    while not same.done:
        same.work(1.0)
    assert 0 < same.share < 1  # its steps are bounded
    look(here, NoModels())
    assert here.relearned is None
    assert "learned: REINFORCE with baseline" in here.shown["grid"].frames["caption"]


def test_what_is_learned_quickly_is_there_at_once():
    here = Visit(Scenario(grid=GridScenario(world="norvig", policy="learned", learned=Learned(episodes=5))), View())
    look(here, NoModels())
    assert here.relearned is None
    assert "learned: Q-learning, 5 episodes" in here.shown["grid"].frames["caption"]


def test_what_cannot_be_learned_is_the_grids_problem():
    here = Visit(Scenario(grid=GridScenario(world="jumps", policy="learned", learned=Learned(gamma=1.0))), View())
    problems = look(here, NoModels())
    assert "no end that can be reached" in str(problems["grid"])
    assert here.shown["grid"].frames["title"] == "Slippery lake"


def test_a_choice_by_hand_needs_no_learning_again():
    again = Relearned(SLOW)
    while not again.done:
        again.work(1.0)
    chosen = GridScenario(world=SLOW.world, policy="learned", learned=SLOW.learned, forced=((0, "up"),))
    here = Visit(Scenario(grid=chosen), View())
    look(here, NoModels())
    assert here.relearned is None
