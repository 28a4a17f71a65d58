"""The page Tune without a browser: a run's numbers, what holds it, and what cannot be asked."""

import re
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.server.job_queue import job_queue
from components.server.models import models
from components.server.warmup import warmup
from components.shell.queued_run import QueuedRun
from components.shell.shelf import Shelf
from components.tune.recipe import Recipe
from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.algorithms import ALGORITHMS
from mdp_core.rlhf.exact import count_texts, policy_point
from mdp_core.rlhf.frontier import optimum
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.totals import Totals
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.device import Device, DeviceFullError
from mdp_core.tokens.scores import Score, ScoreSpec, Sentiment
from tests.components.shell.test_shelf import an_adapter

PATIENCE = 60  # seconds for a run that may share its cores with other tests
PROMPT = "the movie was"
TINY = {"texts": 8, "tokens": 2, "steps": 5}


def _script():
    from components.tune import page as tune

    tune.page()


@pytest.fixture(scope="module")
def app():
    """The page, once run, with Pocket awake."""
    warmup().wait(120)
    opened = AppTest.from_function(_script, default_timeout=120)
    opened.query_params["prompt"] = PROMPT
    opened.run()
    assert not opened.exception
    return opened


@pytest.fixture
def at(app):
    """The page as a visitor finds it, but with tiny runs. What a test leaves running is stopped."""
    app.session_state["principle"] = Principle()
    app.session_state["made choices"] = ()
    app.session_state["visit"].change_text(prompt=PROMPT)
    mine = memory_of(app)
    mine.guess, mine.refused, mine.recipe, mine.start, mine.lost = None, "", Recipe(), None, ""
    app.session_state["shelf"] = Shelf()
    mine.recipe.typed["small"].update(TINY)
    app.run()
    yield app
    mine.clear()


def memory_of(at):
    return at.session_state["tune"]


def press(at, key):
    at.button(key=key).click().run()
    assert not at.exception
    return at


def set_number(at, label, value):
    next(box for box in at.number_input if box.label == label).set_value(value).run()
    assert not at.exception
    return at


def choose_algorithm(at, name):
    next(box for box in at.selectbox if box.label == "Algorithm").set_value(name).run()
    assert not at.exception


def said(at, kind):
    return [re.sub(r"\\(.)", r"\1", block.value) for block in getattr(at, kind)]


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def start(at, key="tune_start"):
    """Start a run and wait for its end."""
    press(at, key)
    run = memory_of(at).run
    assert run is not None, said(at, "error")
    wait_for(lambda: not run.is_live)
    at.run()
    assert not at.exception
    return run


def test_a_run_shows_the_numbers_of_tune_itself_and_of_the_exact_optimum(at):
    memory_of(at).guess = 0.9
    run = start(at)
    *_, last = tune(models().get("pocket"), preset("rloo", prompt=PROMPT, **TINY), Sentiment())
    assert (run.state, run.steps, run.error) == ("done", 5, "")
    assert "done after 5 of 5 updates" in at.get("progress")[0].proto.text  # the last one is measured too
    assert "pictured" not in at.get("progress")[0].proto.text
    np.testing.assert_array_equal(run.snapshots[-1].scores, last.scores)
    np.testing.assert_array_equal(run.last_good.vector(), last.adapter.vector())
    reached = run.reached
    # By definition: the score less beta times KL of the policy, and beta log Z of the counted reference.
    assert reached.objective == pytest.approx(reached.score - 0.05 * reached.kl)
    assert reached.best_objective == pytest.approx(optimum(run.reference, 0.05).objective)
    assert reached.objective < reached.best_objective
    assert reached.score < reached.best
    (sentence,) = said(at, "success")
    assert "You said 0.90: the mean score went from" in sentence
    assert f"E[r] is {reached.score:.2f} at KL {reached.kl:.2f}".replace("-", "−") in sentence


def test_a_run_is_paused_resumed_and_stopped(at):
    memory_of(at).recipe.typed["small"].update(steps=500)
    press(at, "tune_start")
    run = memory_of(at).run
    wait_for(lambda: run.steps >= 2)
    at.run()
    press(at, "tune_pause")
    assert run.state == "paused"
    wait_for(lambda: run.job not in job_queue()._at_work)
    there = run.steps
    at.run()
    assert f"paused at step {there} of 500" in at.get("progress")[0].proto.text
    press(at, "tune_resume")
    wait_for(lambda: run.steps > there)
    at.run()
    press(at, "tune_stop")
    wait_for(lambda: run.job not in job_queue()._at_work)
    stopped = run.steps
    assert (run.state, stopped < 500, run.last_good.is_finite) == ("stopped", True, True)
    at.run()
    assert run.steps == stopped
    ended = at.get("progress")[0].proto.text.replace("\\", "")
    assert f"stopped after {stopped} of 500 updates, pictured up to update {stopped - 1}," in ended


def test_a_second_run_takes_the_place_of_the_first_only_when_that_is_meant(at):
    memory_of(at).recipe.typed["small"].update(steps=500)
    press(at, "tune_start")
    first = memory_of(at).run
    at.run()
    press(at, "tune_start")
    assert memory_of(at).run is first
    assert any("there is one at a time" in warning for warning in said(at, "warning"))
    press(at, "tune_keep")
    assert not said(at, "warning")
    assert first.is_live
    memory_of(at).recipe.typed["small"].update(steps=1)
    press(at, "tune_start")
    second = start(at, "tune_instead")
    assert (first.state, second.state, second.steps) == ("stopped", "done", 1)


def test_a_run_beside_that_is_not_over_is_not_thrown_away_unasked(at):
    memory_of(at).recipe.typed["small"].update(steps=500)
    press(at, "tune_start")
    run = memory_of(at).run
    wait_for(lambda: run.steps >= 1)
    at.run()
    press(at, "tune_stop")
    wait_for(lambda: not run.is_live)
    at.run()
    press(at, "tune_beside")
    other = memory_of(at).beside
    press(at, "tune_start")
    assert (memory_of(at).run, memory_of(at).beside, other.is_live) == (run, other, True)
    assert any(warning.startswith("Your run beside is at step") for warning in said(at, "warning"))


class Counting:
    """A score that knows how many texts it has seen."""

    def __init__(self):
        self.texts = 0

    def check(self, writer):
        pass

    def range(self):
        return 0.0, float("inf")


class Growing(Counting):
    """A score that grows beyond what a gradient can hold, with the texts of the third step."""

    name, key = "growing", "growing"

    def __call__(self, text):
        self.texts += 1
        return Score(float(self.texts % 2) * (1e200 if self.texts > 2 * TINY["texts"] else 1.0), ())


def test_a_run_that_diverges_keeps_the_last_good_policy_and_says_so(at):
    at.session_state["principle"] = Principle(model=Growing())
    at.run()
    run = start(at)
    assert (run.state, run.steps, run.job.error.step) == ("failed", 2, 3)
    np.testing.assert_array_equal(run.last_good.vector(), run.snapshots[-1].adapter.vector())
    (sentence,) = said(at, "error")
    assert "grew beyond all bounds" in sentence
    assert "The policy after 2 steps is kept." in sentence


class Filling(Counting):
    """A score that takes the memory with the texts of the third step, and gives it back later."""

    name, key = "filling", "filling"

    def __call__(self, text):
        self.texts += 1
        if self.texts > 2 * TINY["texts"]:
            raise DeviceFullError(Device("cuda", title="the NVIDIA H200"))
        return Score(float(self.texts % 3), ())


def test_a_device_whose_memory_is_gone_is_told_of_and_what_was_done_is_kept(at):
    at.session_state["principle"] = Principle(model=Filling())
    at.run()
    run = start(at)
    assert (run.state, run.steps) == ("failed", 2)
    np.testing.assert_array_equal(run.last_good.vector(), run.snapshots[-1].adapter.vector())
    (sentence,) = said(at, "error")
    assert sentence.startswith("The memory of the NVIDIA H200 did not suffice")
    at.session_state["principle"] = Principle()
    at.run()
    assert start(at).state == "done"


def test_a_learning_rate_of_a_hundred_is_told_of(at):
    set_number(at, "learning rate", 100.0)
    press(at, "tune_start")
    run = memory_of(at).run
    wait_for(lambda: run.steps == 5)
    run.job.stop()
    at.run()
    assert any("a smaller learning rate keeps it readable" in warning for warning in said(at, "warning"))
    assert next(box for box in at.number_input if box.label == "learning rate").value == 100


def test_a_score_that_is_the_same_for_all_texts_is_no_signal(at):
    at.session_state["principle"] = Principle(ScoreSpec("word", word="zyzzyva"))
    at.run()
    run = start(at)
    assert any("there is no signal to learn from" in warning for warning in said(at, "warning"))
    assert not any(layer.B.any() for layer in run.last_good.layers.values())


@pytest.mark.parametrize(
    ("label", "value", "why"),
    [
        ("B texts", 0, "Texts a step: a whole number from 2 to 512, not 0."),
        ("B texts", 10_000, "Texts a step: a whole number from 2 to 512, not 10,000."),
        ("G group", 1, "A group of 1 compares a text to none: take 2 or more, or 0 for all texts of the step."),
        ("G group", 3, "8 texts do not make whole groups of 3"),
        ("beta", -1.0, "beta is a price, 0 or more"),
        ("learning rate", 0.0, "The learning rate must be a finite number above 0"),
        ("rank r", 0, "The rank of an adapter goes from 1 to 256"),
    ],
)
def test_numbers_that_cannot_be_are_said_and_stay_typed(at, label, value, why):
    at.run()
    set_number(at, label, value)
    assert any(why in error for error in said(at, "error"))
    assert at.button(key="tune_start").disabled
    assert next(box for box in at.number_input if box.label == label).value == value


def test_a_prompt_longer_than_the_window_is_refused(at):
    at.session_state["visit"].change_text(prompt=f"{PROMPT} " * 60)
    at.run()
    press(at, "tune_start")
    assert memory_of(at).run is None
    assert any("please shorten it" in error for error in said(at, "error"))


def test_a_run_that_needs_more_memory_than_there_is_is_refused(at, monkeypatch):
    monkeypatch.setattr("mdp_core.tokens.device.Device.free", lambda _: 1_000_000)
    press(at, "tune_start")
    assert memory_of(at).run is None
    assert any("this machine has 0.0 GB free" in error for error in said(at, "error"))


def test_what_does_not_apply_is_switched_off_and_says_why(at):
    at.selectbox(key="tune_algorithm").set_value("reinforce").run()
    boxes = {box.label: box for box in at.number_input}
    assert (boxes["G group"].disabled, boxes["epochs"].disabled, boxes["B texts"].disabled) == (True, True, False)
    assert boxes["lambda"].help.startswith("Only PPO")
    memory_of(at).recipe.typed["small"].update(group=3)  # typed for another algorithm: here it does no harm
    at.run()
    assert not at.button(key="tune_start").disabled
    assert any(r"\log\pi" in latex.value for latex in at.latex)


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name not in {"rloo", "reinforce", "dpo", "ipo"}])
def test_every_algorithm_runs_with_its_own_settings_and_shows_its_loss(at, algorithm):
    choose_algorithm(at, algorithm)
    entry, boxes = ALGORITHMS[algorithm], {box.label: box for box in at.number_input}
    assert [latex.value for latex in at.latex] == [f"$$\n{entry.formula}\n$$"]
    special = {"epsilon high": "clip_high", "redraws": "redraws", "overlong": "overlong"}
    assert {label: not boxes[label].disabled for label in special} == {
        label: name in entry.suits for label, name in special.items()
    }
    shown = {"epochs": "epochs", "epsilon clip": "clip", "G group": "group", **special}
    for label, name in shown.items():
        if name in entry.suits:
            assert boxes[label].value == entry.suits[name]
    run = start(at)
    assert (run.state, run.steps, run.spec.algorithm) == ("done", 5, algorithm)
    assert not np.array_equal(run.snapshots[0].before.vector(), run.last_good.vector())


def test_choices_are_learned_from_where_there_are_some_and_else_it_is_said(at):
    choose_algorithm(at, "dpo")
    press(at, "tune_start")
    assert memory_of(at).run is None
    assert any(
        "DPO learns from the choices of page Score, and there are none yet" in error for error in said(at, "error")
    )
    boxes = {box.label: box for box in at.selectbox}
    assert (boxes["penalty"].disabled, boxes["penalty"].help) == (True, "DPO has beta in its loss.")
    good, bad = "the movie was wonderful and great", "the movie was terrible and long"
    at.session_state["made choices"] = (
        Comparison(good, bad, 0),
        Comparison(bad, good, 1),
        Comparison("we saw it", good, 0),
    )
    at.run()
    run = start(at)
    assert (run.state, run.steps, run.told) == ("done", 5, [])
    assert not np.array_equal(run.snapshots[0].before.vector(), run.last_good.vector())
    assert run.film.figures[5].kl != 0
    assert any("of every two texts the chosen one became likelier" in block.value for block in at.get("html"))
    assert (
        "DPO learns from 2 of 3 choices: 1 does not go on from “the movie was” in words that the model knows."
        in said(at, "caption")
    )


def test_two_algorithms_run_side_by_side_with_the_same_draws(at):
    one = start(at)
    next(box for box in at.selectbox if box.label == "Beside it").set_value("cispo").run()
    press(at, "tune_beside")
    other = memory_of(at).beside
    wait_for(lambda: not other.is_live)
    at.run()
    assert not at.exception
    assert memory_of(at).run is one
    assert (other.state, other.steps, other.spec.algorithm, other.spec.texts) == ("done", 5, "cispo", 8)
    assert other.snapshots[0].written == one.snapshots[0].written
    (told,) = [caption for caption in said(at, "caption") if "Both had the same draws." in caption]
    last = other.film.figures[5]
    assert told.startswith("RLOO: the mean score went from")
    assert f"± {last.error:.2f}, KL {last.kl:.2f} nats a text. Both" in told
    memory_of(at).recipe.typed["small"].update(texts=12)
    start(at)
    assert memory_of(at).beside is None
    next(box for box in at.selectbox if box.label == "Beside it").set_value("dapo").run()
    press(at, "tune_beside")
    assert memory_of(at).beside is None
    assert any("12 texts do not make whole groups of 8" in error for error in said(at, "error"))


def test_dynamic_sampling_tells_how_many_groups_it_drew_again(at):
    at.session_state["principle"] = Principle(ScoreSpec("word", word="good"))
    choose_algorithm(at, "dapo")
    set_number(at, "G group", 2)
    run = start(at)
    assert run.redrawn == sum(snapshot.redrawn for snapshot in run.snapshots) > 0
    told = f"{run.redrawn} of 20 groups had equal scores and were drawn again; {run.equal} still had: no signal."
    assert told in said(at, "caption")
    choose_algorithm(at, "grpo")
    run = start(at)
    assert run.redrawn == 0
    assert f"{run.equal} of 20 groups had equal scores: no signal." in said(at, "caption")
    memory_of(at).recipe.typed["small"].update(overlong=3)  # more than the 2 tokens of a text, and nothing for GRPO
    at.run()
    assert not at.button(key="tune_start").disabled


# From a kept policy

FROM = "Start from"


def starts(at):
    """What the control offers, and what it is on; nothing where it is not there."""
    return next(((box.options, box.value) for box in at.selectbox if box.label == FROM), None)


def start_from(at, policy=None):
    """Choose it; None: the reference."""
    chosen = ("", "") if policy is None else (policy.id, policy.name)
    next(box for box in at.selectbox if box.label == FROM).set_value(chosen).run()
    assert not at.exception


@pytest.fixture
def kept(at):
    """A policy of Pocket on the shelf, beside one of a model that is not here."""
    pocket, shelf = models().get("pocket"), at.session_state["shelf"]
    shelf.keep("for a guest", "someone/guest", an_adapter(pocket, seed=2))
    found = shelf.keep("kinder <b>", "pocket", an_adapter(pocket, size=0.1))
    at.run()
    return found


def test_where_nothing_is_kept_nothing_can_be_gone_on_from(at):
    assert starts(at) is None
    at.session_state["shelf"].keep("for a guest", "someone/guest", an_adapter(models().get("pocket")))
    at.run()
    assert starts(at) is None


def test_a_run_goes_on_from_a_kept_policy_and_its_kl_is_the_reference_s(at, kept):
    assert starts(at) == (["start from the reference", "start from “kinder <b>”"], ("", ""))
    start_from(at, kept)
    boxes = {box.label: box for box in at.number_input}
    assert (boxes["rank r"].value, boxes["rank r"].disabled) == (2, True)  # the adapter's own
    assert "its shape stays" in boxes["rank r"].help
    memory_of(at).recipe.typed["small"].update(texts=256, steps=2, rank=0)  # a rank that nobody asks for does no harm
    run = start(at)
    pocket = models().get("pocket")
    assert (run.state, run.spec.adapter) == ("done", kept.adapter.spec)
    np.testing.assert_array_equal(run.snapshots[0].before.vector(), kept.adapter.vector())
    *_, last = tune(pocket, run.spec, Sentiment(), start=kept.adapter)
    np.testing.assert_array_equal(run.last_good.vector(), last.adapter.vector())
    tuned, prompt = AdaptedModel(pocket, kept.adapter), pocket.encode(PROMPT)
    exact = policy_point(pocket, count_texts(tuned, prompt, TINY["tokens"], Totals(Sentiment()), low=-1, high=1))
    first = run.film.figures[0]
    assert exact.kl > 0.05
    assert first.kl == pytest.approx(exact.kl, abs=4 * first.kl_error)
    assert first.score == pytest.approx(exact.score, abs=4 * first.error)
    data = run.film.data()
    assert (data["start"], data["next"]["at"][0]) == ("kinder <b>", 0)
    assert data["next"]["p"][0] != data["next"]["reference"]
    (sentence,) = said(at, "success")
    assert f"(“kinder <b>”, KL {first.kl:.2f}) to" in sentence
    assert "of the gain over the reference that could be had there" in sentence
    press(at, "keep")
    policy = list(at.session_state["shelf"])[-1]
    assert (policy.start, policy.step, policy.adapter.spec) == ("kinder <b>", 2, kept.adapter.spec)
    assert any("tuned by sentiment from “kinder <b>”, step 2" in caption for caption in said(at, "caption"))
    assert len(starts(at)[0]) == 3


def test_a_policy_that_is_renamed_stays_chosen(at, kept):
    start_from(at, kept)
    at.session_state["shelf"].rename(kept.id, "kind")
    at.run()
    assert starts(at) == (["start from the reference", "start from “kind”"], (kept.id, "kind"))
    start_from(at)
    assert memory_of(at).start is None
    np.testing.assert_array_equal(start(at).film.adapters[0].vector()[-8:], 0)  # B of a new adapter


def test_a_policy_that_is_deleted_while_it_is_chosen_gives_way_to_the_reference(at, kept):
    start_from(at, kept)
    memory_of(at).recipe.typed["small"].update(rank=3)
    press(at, f"delete {kept.id}")
    at.run()
    assert starts(at) is None
    assert "“kinder <b>” is no longer kept: the next run starts from the reference." in said(at, "info")
    assert (run := start(at)).start_name == ""
    assert run.spec.adapter.rank == 3
    assert run.film.figures[0].kl == pytest.approx(0, abs=1e-5)
    assert not any("no longer kept" in info for info in said(at, "info"))


def test_a_policy_of_another_model_is_chosen_for_that_model_only(at, kept):
    guest = next(policy for policy in at.session_state["shelf"] if policy.base != "pocket")
    memory_of(at).start_from(guest)
    at.run()
    assert starts(at)[1] == ("", "")
    assert start(at).start_name == ""
    assert memory_of(at).start_of("someone/guest", at.session_state["shelf"]) is guest


def test_a_run_that_is_stopped_before_its_turn_has_no_steps(pocket):
    run = QueuedRun(pocket, preset("grpo", **TINY), Principle())
    assert (run.state, run.steps, run.last_good, run.left is None or run.left > 0) == ("queued", 0, None, True)
    run.close()
    assert run.step() is False


def test_memory_of_snapshots_is_bounded(pocket):
    run = QueuedRun(pocket, preset("rloo", texts=2, tokens=1, steps=40), Principle())
    while run.step():
        pass
    assert [snapshot.step for snapshot in run.snapshots] == [1, *range(34, 41)]
