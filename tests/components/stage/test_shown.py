"""A learned policy that a link asks for: learned again a slice at a time, while the last picture stays."""

from components.shell.visit import Visit
from components.stage.memory import StageMemory
from components.stage.shown import bring_up_to_date
from mdp_core.scenarios import GridScenario, Learned, Scenario, View
from mdp_core.stage.grid import world_of
from mdp_core.stage.learned import learned_arrows


class NoModels:
    """Nobody is awake yet."""

    def get(self, model):
        return None


SLOW = GridScenario(
    world="cliff", policy="learned", learned=Learned("reinforce", alpha=0.5, gamma=1.0, episodes=5_000, seed=17)
)


def shown(grid):
    """The visit of `grid`, what page Stage remembers after a look, and what was wrong."""
    visit, memory = Visit(Scenario(grid=grid), View()), StageMemory()
    return visit, memory, bring_up_to_date(visit, memory, NoModels())


def test_the_last_picture_stays_until_it_is_learned():
    visit, memory, problems = shown(SLOW)
    learning = memory.learning
    assert problems == {}
    assert "grid" in memory.stale
    assert memory.shown["grid"].frames["title"] == "Slippery lake"
    bring_up_to_date(visit, memory, NoModels())
    assert memory.learning is learning  # it goes on where it was
    learning.stop()
    before = learning.share
    learning.work(1.0)
    assert learning.share == before
    learning.go_on()
    while not learning.done:
        learning.work(1.0)
    bring_up_to_date(visit, memory, NoModels())
    assert memory.learning is None
    assert "learned: REINFORCE with baseline" in memory.shown["grid"].frames["caption"]


def test_what_is_learned_quickly_is_there_at_once():
    _, memory, _ = shown(GridScenario(world="norvig", policy="learned", learned=Learned(episodes=5)))
    assert memory.learning is None
    assert "learned: Q-learning, 5 episodes" in memory.shown["grid"].frames["caption"]


def test_what_cannot_be_learned_is_the_grids_problem():
    _, memory, problems = shown(GridScenario(world="jumps", policy="learned", learned=Learned(gamma=1.0)))
    assert "no end that can be reached" in str(problems["grid"])
    assert memory.shown["grid"].frames["title"] == "Slippery lake"


def test_a_choice_by_hand_needs_no_learning_again():
    learned_arrows(world_of(SLOW), SLOW.learned)
    chosen = GridScenario(world=SLOW.world, policy="learned", learned=SLOW.learned, forced=((0, "up"),))
    assert shown(chosen)[1].learning is None
