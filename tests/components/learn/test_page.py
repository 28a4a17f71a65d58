"""The page Learn without a browser: what its controls do, the numbers that it shows, and what it says to bad input."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.learn.sending import send
from mdp_core.grid.editing import Brush
from mdp_core.grid.presets import world
from mdp_core.scenarios import Learned
from mdp_core.solvers.solution import solve
from mdp_core.stage.learned import description_of, learned_arrows


def _script():
    from components.learn import page as learn

    learn.page()


@pytest.fixture
def app():
    """The page, once run, on a small world."""
    return opened(world="norvig")


def opened(**query):
    at = AppTest.from_function(_script, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def here(at):
    return at.session_state["visit"]


def memory(at):
    return at.session_state["learn"]


def known(at):
    return memory(at).solving.known


def said(at):
    """The messages and sentences, as they are read: without the backslashes that keep them plain."""
    blocks = [*at.error, *at.warning, *at.info, *at.success, *at.caption]
    return " ".join(block.value for block in blocks).replace("\\", "")


def press(at, key):
    at.button(key=key).click().run()
    assert not at.exception
    return finish(at)


def finish(at):
    """What the ticks of a browser would do."""
    for work in (memory(at).solving.work, memory(at).course):
        if work is not None and work.busy:
            work.work(float("inf"))
    at.run()
    assert not at.exception
    return at


def number(at, label, value):
    next(box for box in at.number_input if box.label == label).set_value(value).run()
    assert not at.exception
    return at


def stroke(at, cells, brush):
    """What the board hands over when the visitor paints."""
    memory(at).paint(here(at), cells, brush)
    at.run()
    assert not at.exception
    return finish(at)


# Solving


def test_evaluate_and_improve_are_one_press_each():
    at = opened(world="corners")
    press(at, "solve_evaluate")
    assert known(at).world.on_map(known(at).v)[0].round(2).tolist() == [0.0, -14.0, -20.0, -22.0]
    assert "That is what these arrows are worth" in said(at)
    press(at, "solve_improve")
    assert known(at).reel.stills[-1].label == "greedy on v: 14 states changed"


def test_value_iteration_counts_its_sweeps_and_can_be_sent(app):
    assert "send_exact" not in [button.key for button in app.button]
    press(app, "solve_values")
    assert "30 cheap sweeps, and v = v*" in said(app)
    v = known(app).world.on_map(known(app).v)
    assert v[2, 0] == pytest.approx(0.705, abs=1e-3)  # Russell & Norvig, fig. 17.3
    assert "send_exact" in [button.key for button in app.button]


def test_the_guess_comes_before_the_count(app):
    assert app.button(key="check_improvements").disabled
    app.number_input(key="guess_improvements").set_value(30).run()
    press(app, "check_improvements")
    assert "Fewer than you said: 4 improvements, and you said 30." in said(app)


def test_a_stroke_changes_the_visit_and_runs_through(app):
    press(app, "solve_values")
    before = known(app).reels
    old = solve(world("norvig").tabular(), 1.0).v
    stroke(app, [(1, 2)], Brush("wall"))
    assert here(app).scenario.grid.own_map.splitlines()[-3:] == ["...G", ".##H", "S..."]
    after, wave = known(app), known(app).wave
    assert after.reels == before + 1
    new = solve(after.table, 1.0).v
    moved = after.world.on_map(new) - world("norvig").on_map(old)
    assert wave.largest == pytest.approx(moved[np.unravel_index(np.nanargmax(np.abs(moved)), moved.shape)], abs=1e-4)
    assert f"The change ran through in {wave.sweeps} sweeps" in said(app)
    press(app, "undo_edit")
    assert here(app).scenario.grid.own_map == ""
    assert known(app).world.on_map(known(app).v)[2, 0] == pytest.approx(0.705, abs=1e-3)


def test_another_gamma_begins_anew(app):
    press(app, "solve_values")
    app.slider[0].set_value(0.5).run()
    assert known(app).gamma == 0.5
    assert np.all(known(app).v == 0)


# Learning


def learned_quickly(at, **numbers):
    for label, value in ({"episodes": 40, "seeds": 3} | numbers).items():
        number(at, label, value)
    return press(at, "run")


def test_learners_run_side_by_side_on_the_same_seeds(app):
    learned_quickly(app, seed=5)
    lessons = memory(app).course.lessons
    assert [lesson.spec.algorithm for lesson in lessons] == ["sarsa", "q_learning"]
    assert [lesson.curve().shape for lesson in lessons] == [(3, 40), (3, 40)]
    assert {lesson.spec.seed for lesson in lessons} == {5}
    assert memory(app).course.optimum.value == pytest.approx(0.705, abs=1e-3)
    assert "Sum of rewards, mean of 3 seeds, not smoothed" in said(app)
    assert "Dashed: the optimal policy, 0.705." in said(app)
    assert "Earned in an episode, over the last 8: Sarsa" in said(app)


def test_what_does_not_apply_is_switched_off_and_says_why(app):
    boxes = {box.label: box for box in app.number_input}
    assert not boxes["lambda"].disabled
    assert "alpha of v" not in boxes
    memory(app).learners = ("reinforce",)
    app.run()
    boxes = {box.label: box for box in app.number_input}
    assert boxes["lambda"].disabled
    assert boxes["epsilon"].disabled
    assert "None of the chosen learners has it" in boxes["lambda"].help
    assert not boxes["alpha of v"].disabled


def test_stop_keeps_what_was_learned():
    at = opened(world="cliff")
    number(at, "episodes", 5_000)
    at.button(key="run").click().run()
    while not memory(at).course.lessons[0].episodes:
        memory(at).course.work(0.01)
    at.button(key="learning_Stop").click().run()
    assert not at.exception
    assert memory(at).course.done
    lesson, other = memory(at).course.lessons
    earned = "Earned in an episode, over the last 1000: Sarsa −"
    assert earned in said(at)
    assert bool(other.episodes) == ("Q-learning −" in said(at))  # it may not have begun
    assert 0 < lesson.episodes < 5_000
    assert lesson.milestones[-1].episodes == lesson.episodes


def test_the_cliff_is_the_figure():
    at = opened(world="lake")
    assert at.button(key="cliff").disabled  # first the guess
    at.radio(key="guess_cliff").set_value("Q-learning").run()
    press(at, "cliff")
    assert here(at).scenario.grid.world == "cliff"
    sarsa, q = memory(at).course.lessons
    assert (sarsa.spec.alpha, sarsa.spec.epsilon, sarsa.spec.gamma, sarsa.spec.episodes) == (0.5, 0.1, 1.0, 500)
    assert -30 < sarsa.curve()[:, 400:].mean() < -20
    assert -60 < q.curve()[:, 400:].mean() < -40
    edge = [(3, 0), *[(2, column) for column in range(12)], (3, 11)]
    assert all([q.world.states[s] for s in walk] == edge for walk in q.walks)
    assert "You said Q-learning; it is Sarsa." in said(at)


def test_a_learned_policy_goes_to_the_stage_as_it_was_seen(app):
    learned_quickly(app)
    lesson = memory(app).course.lessons[0]
    send(here(app), description_of(lesson))
    grid = here(app).scenario.grid
    assert grid.policy == "learned"
    assert grid.learned == Learned("sarsa", alpha=0.5, epsilon=0.1, gamma=1.0, episodes=40, seed=0)
    seen = lesson.milestones[-1].policy
    assert np.array_equal(learned_arrows(memory(app).world, grid.learned), seen)
    app.run()
    assert app.query_params["learned"] == "sarsa"


def test_a_link_brings_back_how_it_was_learned():
    at = opened(world="maze", policy="learned", learned="monte_carlo", learned_alpha="0.25", learned_gamma="0.8")
    assert memory(at).learners == ("monte_carlo",)
    assert (memory(at).asked.alpha, memory(at).gamma) == (0.25, 0.8)


# Bad input


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        ("alpha", 0.0, "alpha 0 learns nothing: choose a step size above 0, up to 1."),
        ("epsilon", 1.5, "epsilon 1.5 is not between 0 and 1"),
        ("epsilon", -0.1, "epsilon -0.1 is not between 0 and 1"),
        ("lambda", 2.0, "lambda 2 is not between 0 and 1"),
        ("episodes", 0, "episodes 0 is not between 1 and 5,000"),
        ("seeds", 9_999, "seeds 9999 is not between 1 and 50"),
        ("seed", -1, "seed -1 is not between 0 and"),
    ],
)
def test_a_number_that_cannot_be_is_said_at_the_control(app, label, value, message):
    learned_quickly(app)
    course = memory(app).course
    number(app, label, value)
    assert message in said(app)
    assert app.button(key="run").disabled
    assert memory(app).course is course  # the last good picture stays
    assert next(box for box in app.number_input if box.label == label).value == value


def test_gamma_1_without_an_end_offers_a_horizon():
    at = opened(world="jumps", policy="learned", learned="exact", learned_gamma="1")
    press(at, "solve_values")
    assert "With gamma 1 the sum of rewards need not exist: from row 1, column 2" in said(at)
    press(at, "look_ahead")
    assert known(at).method == "backward induction over 20 steps"
    press(at, "run")
    assert "With gamma 1 and no end that can be reached" in said(at)
    assert memory(at).course is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("S..", "This world has no goal"),
        ("S.#G", "The goal cannot be reached from the start"),
        ("S#G", "The start is walled in"),
        ("G: goal, reward 1000000\nS..G", ""),
    ],
)
def test_odd_worlds_are_solved_and_learned_all_the_same(text, message):
    at = opened()
    here(at).change_grid(own_map=text)
    at.run()
    assert message in said(at)
    press(at, "solve_values")
    assert known(at).settled
    learned_quickly(at)
    assert memory(at).course.lessons[0].episodes == 40


def test_a_map_that_cannot_be_read_leaves_the_last_world(app):
    here(app).change_grid(own_map="no map at all")
    app.run()
    assert not app.exception
    assert "The last good world stays." in said(app)
    assert memory(app).world.map.title == "Russell & Norvig's 4x3"


def test_the_agents_start_cannot_be_painted_over(app):
    stroke(app, [(2, 0)], Brush("wall"))
    assert "The agent starts there" in said(app)
    assert here(app).scenario.grid.own_map == ""
