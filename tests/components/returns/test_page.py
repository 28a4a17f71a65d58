"""The page Return without a browser: what is sampled, what is said of it, and the questions that it asks."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from components.returns import trajectories
from components.returns.memory import expected_of
from components.server.models import models
from components.server.warmup import warmup
from mdp_core.scenarios import GridScenario
from mdp_core.stage.samples import MAX_COUNT, MAX_LIMIT


def _script():
    from components.returns import page as returns_page

    returns_page.page()


def open_page(**query):
    """The page, once run, with Pocket awake."""
    warmup().wait(120)
    assert models().get("pocket") is not None
    at = AppTest.from_function(_script, default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def mine(at):
    return at.session_state["returns"]


def here(at):
    return at.session_state["visit"]


def text_of(at):
    blocks = [*at.markdown, *at.caption, *at.get("html"), *at.error, *at.info, *at.success, *at.header]
    found = " ".join(str(getattr(block, "value", None) or block.proto.body) for block in blocks)
    return re.sub(r"<[^>]+>", " ", found.replace("\\", ""))


def number(at, label):
    return next(box for box in at.number_input if box.label.startswith(label))


def press(at, key):
    at.button(key=key).click().run()
    assert not at.exception
    return at


def sample(at, count):
    number(at, "n, up to").set_value(count).run()
    press(at, "return_draw")
    return finish(at)


def finish(at):
    """Draw to the end: here nobody ticks, as a browser does."""
    mine(at).drawings[mine(at).side].work.work(60)
    if mine(at).side == "text":
        mine(at).objective.work(60)
    at.run()
    assert not at.exception
    return at


def test_one_trajectory_is_there_at_once_and_it_is_the_stages():
    at = open_page(world="lake", policy="greedy", seed="7")
    found = mine(at).drawings["grid"].sample
    assert len(found) == 1
    # Seed 7 on the slippery lake reaches the goal with its tenth step: G_0 = 0.9^9.
    assert found.payments.returns(0.9)[0] == pytest.approx(0.9**9)
    assert "It has 10 steps." in text_of(at)


def test_a_thousand_walks_close_in_on_the_exact_value():
    at = sample(open_page(world="lake", policy="greedy"), 1_000)
    returns = mine(at).drawings["grid"].sample.payments.returns(1.0)
    assert len(returns) == 1_000
    exact = expected_of(GridScenario(world="lake", policy="greedy"), 100).sum()
    # Gymnasium's lake, optimal policy, 100 steps: about 74 of 100 reach the goal.
    assert exact == pytest.approx(0.7402, abs=5e-4)
    assert returns.mean() == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 1_000) ** 0.5)
    assert "8% were cut off at the limit of 100 steps" in text_of(at)


def test_gamma_one_without_an_end_says_so_and_offers_a_horizon():
    at = sample(open_page(world="jumps", policy="random", gamma="1"), 100)
    said = text_of(at)
    assert "the sum need not exist" in said
    assert "a horizon of 40 steps, makes it exist" in said
    assert "100% were cut off" in said


def test_below_gamma_one_the_linear_system_is_quoted():
    at = sample(open_page(world="jumps", policy="random", gamma="0.9"), 100)
    # Sutton & Barto, example 3.5: the cell in the lower left corner is worth -1.9.
    assert "v(s₀) = -1.858" in text_of(at)


@pytest.mark.parametrize(
    ("count", "why"), [(0, "One trajectory is the least"), (10**9, "1,000,000,000 trajectories are too many")]
)
def test_numbers_that_cannot_be_leave_the_last_good_sample(count, why):
    at = open_page()
    number(at, "n, up to").set_value(count).run()
    press(at, "return_draw")
    assert any(why in error.value.replace("\\", "") for error in at.error)
    assert len(mine(at).drawings["grid"].sample) == 1
    assert MAX_COUNT == 10_000


@pytest.mark.parametrize("limit", [0, 10**6])
def test_a_limit_that_cannot_be(limit):
    at = open_page()
    number(at, "limit of steps").set_value(limit).run()
    assert any(f"1 to {MAX_LIMIT} steps" in error.value for error in at.error)
    assert mine(at).drawings["grid"].sample.limit == 100


def test_another_limit_is_another_horizon():
    at = open_page(world="corridor", policy="right")
    number(at, "limit of steps").set_value(19).run()
    sample(at, 100)
    assert mine(at).drawings["grid"].sample.cut == 1.0  # the goal is twenty moves away
    number(at, "limit of steps").set_value(20).run()
    assert mine(at).drawings["grid"].sample.cut == 0.0


def test_a_map_that_cannot_be_read_keeps_the_last_good_sample():
    at = sample(open_page(), 100)
    before = mine(at).drawings["grid"].sample.key
    here(at).change_grid(own_map="S..X")
    at.run()
    assert not at.exception
    assert any("The last good sample stays" in error.value for error in at.error)
    assert mine(at).drawings["grid"].sample.key == before


def test_the_guess_is_held_against_the_mean():
    at = open_page(world="chain", policy="right", gamma="0.9")
    number(at, "Predict: the mean return").set_value(2.0).run()
    press(at, "check_mean_grid")
    finish(at)
    # Always right is certain: 4 after ten moves, 4 * 0.9^9 = 1.5497.
    assert "You said 2. The mean of 1,000 is 1.55, at gamma 0.90." in text_of(at)


def test_the_gamma_of_the_flip_is_told_after_the_guess():
    at = open_page()
    assert "0.8409" not in text_of(at)
    number(at, "Predict: at which gamma").set_value(0.84).run()
    press(at, "check_flip")
    assert "flips at gamma 0.8409. You said 0.84, 0.00 off" in text_of(at)
    assert any("(1/4)^{1/8} = 0.8409" in latex.value for latex in at.latex)


def test_the_flip_follows_the_numbers():
    at = open_page()
    number(at, "Predict: at which gamma").set_value(0.5).run()
    press(at, "check_flip")
    number(at, "far reward").set_value(2.0).run()
    number(at, "moves to it").set_value(1).run()
    # 1 now at once against 2 after nine more moves: gamma^9 = 1/2.
    assert any(f"{0.5 ** (1 / 9):.4f}" in latex.value for latex in at.latex)
    number(at, "far reward").set_value(1.0).run()
    assert "There is no such gamma: the near reward" in text_of(at)


def test_how_often_chance_finds_the_reward():
    at = open_page(seed="7")
    number(at, "Predict: how many").set_value(8).run()
    press(at, "check_sparse")
    # 0.00762 from powers of the transition matrix (tests/mdp_core/test_horizon.py holds the function to hand counts).
    assert "Exact: 7.62 of 1,000 (p = 0.00762)" in text_of(at)
    assert "about 131 walks" in text_of(at)


def test_texts_are_sampled_and_their_expectation_is_worked_out():
    at = open_page(prompt="the movie was", tokens="3", gamma="1")
    at.session_state["returns"].side = "text"
    at.run()
    sample(at, 300)
    found, value = mine(at).drawings["text"].sample, mine(at).objective.result
    assert len(found) == 300
    assert not value.sampled
    assert value.bound() <= 0.003  # three tokens are few enough to enumerate
    returns = found.payments.returns(1.0)
    assert returns.mean() == pytest.approx(value.value(1.0), abs=4 * returns.std() / 300**0.5 + 0.003)
    assert "exact to ±0.00" in text_of(at)


def test_a_prompt_that_cannot_be_read_is_said_at_its_section():
    at = open_page(prompt="zyzzyva")
    at.session_state["returns"].side = "text"
    at.run()
    assert not at.exception
    assert any("does not know" in error.value for error in at.error)


def test_values_of_prefixes_and_of_next_tokens_keep_bellmans_equation():
    at = open_page(prompt="the movie was", tokens="2", gamma="1", temperature="0.3")
    worth = mine(at).worth
    mine(at).valuing.work(60)
    at.run()
    assert not at.exception
    assert mine(at).valuing.done
    assert set(worth.values) == set(range(worth.length))
    value = worth.values[0]
    shown = worth.candidates[0]
    mass = sum(item.p for item in shown)
    low = sum(item.p * (item.q(1.0) - item.half(1.0)) for item in shown) - (1 - mass)
    high = sum(item.p * (item.q(1.0) + item.half(1.0)) for item in shown) + (1 - mass)
    assert low - value.bound() - 1e-6 <= value.value(1.0) <= high + value.bound() + 1e-6
    assert sum(item.token == worth.ids[len(worth.mdp.prompt)] for item in shown) == 1


def test_a_formula_without_a_number_for_a_text_ends_the_drawing_with_a_sentence():
    # "the movie was" and one to three words more: a text of two more words has no score.
    at = open_page(prompt="the movie was", tokens="3", score="formula", formula="1 / (words(text) - 5)", seed="2")
    at.session_state["returns"].side = "text"
    at.run()
    number(at, "n, up to").set_value(300).run()
    press(at, "return_draw")
    at.run()
    at.run()
    assert not at.exception
    said = [error.value.replace("\\", "") for error in at.error]
    assert any("There is no dividing by 0. This was for the text “the movie was" in sentence for sentence in said), said
    assert mine(at).drawings["text"].work.error is not None
    at.query_params["formula"] = "words(text)"
    here(at).change_text(formula="words(text)")
    at.run()
    finish(at)
    assert not at.error
    assert mine(at).drawings["text"].sample.payments.returns(1.0).min() >= 4
    assert mine(at).objective.result.bound() < 0.5


def test_hostile_text_stays_text(monkeypatch):
    class Sampled:
        texts = (("<script>alert(1)</script> <b>bold</b>", 0.5),)

        def __len__(self):
            return 1

    drawn = []
    monkeypatch.setattr(trajectories.st, "html", drawn.append)
    trajectories.list_texts(Sampled())
    assert "<script>" not in drawn[0]
    assert "&lt;script&gt;" in drawn[0]


def test_a_sample_can_be_stopped_and_goes_on():
    at = open_page(prompt="the movie was", tokens="8")
    at.session_state["returns"].side = "text"
    at.run()
    number(at, "n, up to").set_value(MAX_COUNT).run()
    press(at, "return_draw")
    drawing = mine(at).drawings["text"]
    assert not drawing.work.done
    press(at, "return_progress_Stop")
    there = len(drawing.sample)
    assert (drawing.work.stopped, 0 < there < MAX_COUNT) == (True, True)
    press(at, "return_progress_stopped_Go on")
    assert not drawing.work.stopped
    drawing.work.work(0.5)
    assert len(drawing.sample) >= there


def test_a_prompt_that_cannot_be_read_is_said_and_nobody_is_said_to_sleep():
    at = open_page(prompt="zzz")
    assert "does not know" in " ".join(error.value for error in at.error)
    assert [info.value for info in at.info if "waking up" in info.value] == []
