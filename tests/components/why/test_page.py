"""The page Why RL without a browser: torch's answers, the exact gradient's numbers, and both kinds of learning."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from components.server.models import models
from components.server.warmup import warmup
from components.why import memory as session
from components.why import page
from components.why import two_ways as why_learning
from components.why.path import GUESSES
from mdp_core.kept import Kept
from mdp_core.rlhf.gradient_walk import CALLS, pass_through, walk
from mdp_core.rlhf.principle import Principle
from mdp_core.tokens.scores import ScoreSpec

NO_GRADIENT = "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn"


def _script():
    from components.why import page as why

    why.page()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Few texts and steps. Everything is kept by other names than those of the real size."""
    for module in (session, page, why_learning):
        for name, value in {"TOKENS": 3, "DRAWN": 512, "STEPS": 9, "EVERY": 3, "LOOKED": 64, "BATCH": 8}.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, value)
    for name in ("_estimates", "_contests"):
        monkeypatch.setattr(session, name, Kept(8))


def open_page(**query):
    warmup().wait(120)
    assert models().get("pocket") is not None
    at = AppTest.from_function(_script, default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    return run(at)


def run(at):
    at.run()
    assert not at.exception
    return at


def mine(at):
    return at.session_state["why"]


def text_of(at):
    blocks = [*at.markdown, *at.caption, *at.get("html"), *at.error, *at.info, *at.success, *at.warning]
    found = " ".join(str(getattr(block, "value", None) or block.proto.body) for block in blocks)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.replace("\\", "")))


def press(at, key):
    at.button(key=key).click()
    return run(at)


def guess(at, key, i):
    options = {"way_back": GUESSES, "half": [f"{n} times as many" for n in page.HALVES], "place": page.PLACES}
    at.radio(key=f"question_{key}").set_value(options[key][i])
    return press(at, f"check_{key}")


def finish(at, work):
    """Work to the end: here nobody ticks, as a browser does."""
    work.work(120)
    assert work.done
    return run(at)


def test_torch_itself_says_where_the_gradient_stops():
    at = open_page(prompt="the movie was", seed="7")
    assert all(at.button(key=f"call_{name}").disabled for name in CALLS)  # first the guess
    at = guess(at, "way_back", 1)
    assert "it is only log π(a|s)" in text_of(at)
    for name in CALLS:
        at = press(at, f"call_{name}")
    said = text_of(at)
    assert said.count(NO_GRADIENT) == 2
    walked = walk(models().get("pocket"), models().get("pocket").encode("the movie was"), 7, Principle(), 16)
    assert walked.text == "the movie was great. highly recommended."  # the Stage's text of seed 7
    found = pass_through(models().get("pocket"), walked, 0, Principle())
    assert found.back["log_probability"].distribution == pytest.approx(1 / found.forth.probabilities[105], rel=1e-5)
    assert f"|∂/∂θ| = {found.back['log_probability'].weights:.3g}" in said


def test_another_token_has_another_gradient():
    at = open_page(prompt="the movie was", seed="7")
    at = guess(at, "way_back", 0)
    at = press(at, "call_log_probability")
    before = text_of(at)
    at.session_state["why_t"] = 2
    mine(at).t = 2
    at = run(at)
    assert re.search(r"\|∂/∂θ\| = [\d.]+", before)[0] != re.search(r"\|∂/∂θ\| = [\d.]+", text_of(at))[0]


def test_the_estimate_is_worked_out_once_a_guess_is_made_and_kept_for_all():
    at = open_page(prompt="the movie was", seed="7")
    assert "Commit to a guess first: then 512 texts are drawn" in text_of(at)
    at = guess(at, "half", 0)
    assert "It is being worked out" in text_of(at)
    at = finish(at, mine(at).estimating)
    found = mine(at).estimating.result
    assert found.convergence.slope(0.0) == pytest.approx(-0.5, abs=0.05)
    assert found.score == pytest.approx(0.0245, abs=1e-3)
    said = text_of(at)
    assert "You said 2 times as many; it is 4 times as many." in said
    assert f"all {found.counted:,} texts of at most 3 tokens" in said
    assert open_page(prompt="the movie was", seed="7").session_state["why"].estimating.done
    assert not open_page(prompt="the movie was", seed="8").session_state["why"].estimating.done


def test_a_baseline_is_worth_most_where_scores_are_far_from_zero():
    at = open_page(prompt="the movie was", seed="7")
    at = guess(at, "half", 1)
    at.radio(key="why_score").set_value(1)
    at = run(at)
    at = finish(at, mine(at).estimating)
    found = mine(at).estimating.result
    assert mine(at).scored() == session.FAR_FROM_ZERO
    best = found.convergence.moments.best_baseline
    assert (
        found.convergence.gain(best) > 10
    )  # nearly all texts have nearly the same score: only a baseline tells them apart
    assert f"worth {found.convergence.gain(best):.2f} times as many texts" in text_of(at)


def test_supervised_learning_goes_to_the_targets_score_and_rl_beyond():
    at = open_page(prompt="the movie was", seed="7")
    at = guess(at, "place", 1)
    at = press(at, "contest")
    at = finish(at, mine(at).contest)
    found = mine(at).contest.result
    assert [reading.step for reading in found.rl] == [reading.step for reading in found.supervised] == [0, 3, 6, 9]
    assert found.supervised[0] == found.rl[0]  # the same policy
    assert found.supervised[-1].target > 5 * found.supervised[0].target
    assert found.target_score == pytest.approx(0.5719)  # VADER's of "the movie was wonderful."
    assert "a target text: “the movie was wonderful.”" in text_of(at)
    at.slider(key="why_step").set_value(3)
    assert "Step 3 of 9" in text_of(run(at))


def test_without_a_target_only_rl_can_learn():
    at = open_page(prompt="the movie was", seed="7")
    at = press(at, "target_none")
    assert "cannot begin: no text to imitate" in text_of(at)
    at = press(at, "contest")
    at = finish(at, mine(at).contest)
    found = mine(at).contest.result
    assert (found.supervised, found.target_score) == ((), None)
    assert [reading.step for reading in found.rl] == [0, 3, 6, 9]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("a zebra", "does not know “zebra”"),
        ("long and long and long", "has 5 tokens, and a text here has at most 3"),
        ("<b>\x01", "control character"),
    ],
)
def test_a_target_that_cannot_be_learned_is_told_and_rl_waits(target, said):
    at = open_page(prompt="the movie was")
    at.text_input(key="why_target").set_value(target)
    at = run(at)
    assert said in text_of(at)
    assert at.button(key="contest").disabled


def test_a_prompt_that_pocket_cannot_read_leaves_the_last_good_one():
    at = open_page(prompt="the zebra was")
    assert "Pocket does not know “zebra”" in text_of(at)
    assert "This page goes on with “the movie was”." in text_of(at)
    assert mine(at).prompt == "the movie was"


def test_a_score_that_is_the_same_for_all_texts_has_nothing_to_estimate():
    at = open_page(prompt="the movie was", seed="7")
    at.session_state["principle"] = Principle(ScoreSpec(kind="word", word="xylophone"))
    at = guess(run(at), "half", 1)
    at = finish(at, mine(at).estimating)
    assert "Every text has the same score, so the exact gradient is 0" in text_of(at)
    at = press(at, "target_none")
    at = press(at, "contest")
    at = finish(at, mine(at).contest)
    assert "there is no signal to learn from" in text_of(at)


def test_work_is_stopped_and_goes_on():
    at = guess(open_page(prompt="the movie was", seed="7"), "half", 1)
    work = mine(at).estimating
    at = press(at, "estimate_progress_Stop")
    assert work.stopped
    at = press(run(at), "estimate_progress_stopped_Go on")
    assert not work.stopped


def test_a_score_that_fails_is_told_and_the_page_goes_on():
    at = open_page(prompt="the movie was", seed="7")
    at.session_state["principle"] = Principle(ScoreSpec(kind="formula", formula="1 / (words(text) - 6)"))
    at = run(at)  # the Stage's text has six words
    assert "There is no dividing by 0" in text_of(at)
    assert "cannot begin" not in text_of(at)  # the table is there
    at.session_state["principle"] = Principle()
    at = run(at)
    assert "There is no dividing by 0" not in text_of(at)
