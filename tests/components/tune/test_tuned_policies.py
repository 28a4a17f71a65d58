"""Page Tune's shelf and its over-optimisation: what is kept, saved, brought and refused, and what two runs show."""

import json
import re
import time
from types import SimpleNamespace

import pytest
import torch
from streamlit.testing.v1 import AppTest

from components.server.models import models
from components.server.warmup import warmup
from components.shell.shelf import Shelf, ShelfError
from components.tune import tuned_policies as tune_shelf
from components.tune import uploads
from components.tune.policy_row import file_name
from components.tune.proxies import learned_case
from components.tune.uploads import shelve
from mdp_core.rlhf.adapter_archive import adapter_files_in, archive_of
from mdp_core.rlhf.adapter_files import adapter_from, files_of
from mdp_core.rlhf.adapters import AdapterError
from mdp_core.rlhf.overoptimisation import WONDERFUL, ProxyPoint, overoptimise
from mdp_core.rlhf.peft_config import CONFIG
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.proxy_runs import HOLDS, naive, turned
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import tune
from mdp_core.rlhf.trl.bundle import zipped
from mdp_core.tokens.scores import Sentiment
from tests.components.shell.test_shelf import an_adapter
from tests.mdp_core.tokens import tiny

PATIENCE = 60  # seconds for runs that may share their cores with other tests


def _script():
    from components.shell.shelf import shelf
    from components.tune.memory import tune_memory
    from components.tune.over_optimisation import show_over_optimisation
    from components.tune.proxies import proxies_memory
    from components.tune.tuned_policies import show_tuned_policies

    tune_memory(), shelf(), proxies_memory()
    show_tuned_policies()
    show_over_optimisation()


@pytest.fixture
def at():
    warmup().wait(120)
    app = AppTest.from_function(_script, default_timeout=120)
    app.query_params["prompt"] = "the movie was"
    app.run()
    assert not app.exception
    return app


def press(at, key):
    at.button(key=key).click().run()
    assert not at.exception
    return at


def said(at, kind):
    return [re.sub(r"\\(.)", r"\1", block.value) for block in getattr(at, kind)]


@pytest.fixture
def run(at):
    """A run that is over, as the page remembers it."""
    pocket, spec = models().get("pocket"), preset("rloo", texts=8, tokens=2, steps=3)
    snapshots = list(tune(pocket, spec, Sentiment()))
    found = SimpleNamespace(
        model=pocket,
        spec=spec,
        principle=Principle(),
        start_name="",
        film=SimpleNamespace(adapters={0: snapshots[0].before, **{one.step: one.adapter for one in snapshots}}),
    )
    at.session_state["tune"].run = found
    at.run()
    return found


def test_a_press_that_is_told_twice_keeps_one_policy_of_a_run_that_goes_on(at, run):
    run.is_live = True
    press(at, "keep")
    del run.film.adapters[max(run.film.adapters)]  # another one is the newest
    press(at, "keep")
    assert [policy.step for policy in at.session_state["shelf"]] == [3]
    assert said(at, "error") == []


def test_the_policy_under_the_cursor_is_kept_renamed_saved_and_deleted(at, run, monkeypatch):
    monkeypatch.setattr(tune_shelf, "PRESS", 0.0)
    shelf = at.session_state["shelf"]
    at.session_state["tune"].step = 2
    at.text_input(key="keep_name").set_value("*kind* critic").run()
    press(at, "keep")
    (first,) = shelf
    assert (first.name, first.step, first.scored_by) == ("*kind* critic", 2, "sentiment")
    assert torch.equal(first.adapter.vector(), run.film.adapters[2].vector())
    assert said(at, "toast") == ["“*kind* critic” is kept: the policy after 2 steps."]
    assert at.text_input(key="keep_name").value == ""
    press(at, "keep")
    assert said(at, "error") == ["This policy is on the shelf already, as “*kind* critic”."]
    assert said(at, "toast") == []
    at.session_state["tune"].step = None
    press(at, "keep")
    assert [policy.name for policy in shelf] == ["*kind* critic", "tuned by sentiment"]
    assert said(at, "error") == []
    at.text_input(key=f"name {first.id} *kind* critic").set_value("TUNED BY SENTIMENT").run()
    assert "Another policy is called" in said(at, "error")[0]
    at.text_input(key=f"name {first.id} *kind* critic").set_value("critic").run()
    assert [policy.name for policy in shelf] == ["critic", "tuned by sentiment"]
    packed = tune_shelf._archive(first)()
    pocket = models().get("pocket")
    assert torch.equal(adapter_from(adapter_files_in({"a.zip": packed}), pocket.model).vector(), first.adapter.vector())
    press(at, f"delete {first.id}")
    assert [policy.name for policy in shelf] == ["tuned by sentiment"]


def test_what_is_deleted_on_the_stage_makes_room_for_its_base(at, run):
    press(at, "keep")
    (policy,) = at.session_state["shelf"]
    at.session_state["visit"].change_text(model=policy.id)
    press(at, f"delete {policy.id}")
    assert at.session_state["visit"].scenario.text.model == "pocket"


@pytest.fixture
def shelved(pocket, monkeypatch):
    """shelve(...) onto a shelf outside of a page."""
    mine = Shelf()
    monkeypatch.setattr(uploads, "shelf", lambda: mine)
    held = {"pocket": pocket}
    return lambda files, base="pocket": shelve(files, base, SimpleNamespace(get=held.get)), mine, held


def test_an_adapter_comes_back_over_the_model_that_it_names(shelved, pocket):
    bring, mine, held = shelved
    other = tiny.byte_level_model()
    held["tiny"] = other
    kept = bring({"my critic.zip": archive_of(an_adapter(pocket), pocket.model)}, base="tiny")
    assert (kept.name, kept.base, kept.adapter.digest()) == ("my critic", "pocket", an_adapter(pocket).digest())
    theirs = an_adapter(other)
    assert bring(files_of(theirs, other.model)).base == "tiny"
    del held["tiny"]
    with pytest.raises(AdapterError, match="made for “tiny”, and it does not fit Pocket"):
        bring(files_of(theirs, other.model))
    with pytest.raises(ShelfError, match="already, as “my critic”"):
        bring({"again.zip": archive_of(an_adapter(pocket), pocket.model)})
    assert [policy.name for policy in mine] == ["my critic", "loaded"]
    assert mine.news == "“loaded” is on the shelf."
    files = files_of(an_adapter(pocket, size=0.5), pocket.model)
    config = json.loads(files[CONFIG]) | {"base_model_name_or_path": "somebody/pocket-of-theirs"}
    assert bring({**files, CONFIG: json.dumps(config).encode()}).base == "pocket"
    assert mine.news.endswith("made for “somebody/pocket-of-theirs”; it fits Pocket, and changes that.")


def test_an_adapter_whose_answers_are_no_numbers_is_refused(shelved, pocket):
    bring, mine, _ = shelved
    with pytest.raises(AdapterError, match="answers no numbers"):
        bring({"huge.zip": archive_of(an_adapter(pocket, size=1e25), pocket.model)})
    assert len(mine) == 0


def test_files_are_brought_and_what_is_wrong_is_said_at_the_field(at):
    pocket, mine = models().get("pocket"), at.session_state["shelf"]
    files = files_of(an_adapter(pocket), pocket.model)
    config, weights = [(name, content, "application/octet-stream") for name, content in files.items()]
    dora = zipped({**files, CONFIG: json.dumps(json.loads(files[CONFIG]) | {"use_dora": True})})
    for given, message in (
        (("x.bin", b"\x80\x04", "a/b"), "“x.bin” is a pickle"),
        (("dora.zip", dora, "application/zip"), "“dora.zip”: This adapter has DoRA"),  # x.bin is no longer in the way
        (config, "adapter_model.safetensors is missing: add it"),
        ([config, weights], ""),
    ):
        at.file_uploader[0].set_value(given).run()
        assert not at.exception
        assert [message in sentence for sentence in said(at, "error")] == [True] * bool(message)
    assert [policy.adapter.digest() for policy in mine] == [an_adapter(pocket).digest()]
    assert said(at, "toast") == ["“loaded” is on the shelf."]
    assert at.file_uploader[0].value in (None, [])  # ready for the next one


def test_the_name_of_a_file_is_one_on_any_machine():
    assert file_name("../../etc/pass wd\u202e") == "etc-pass-wd.zip"
    assert file_name("❤") == "adapter.zip"


# Over-optimisation


def test_both_runs_of_the_naive_formula_are_those_of_the_core(at):
    assert at.button(key="proxy_naive").disabled  # a prediction first
    assert at.button(key="proxy_learned").disabled
    at.radio(key="proxy_guess").set_value("it rises, then it falls").run()
    press(at, "proxy_naive")
    runs = at.session_state["proxies"].runs
    end = time.monotonic() + PATIENCE
    while runs.done < 2:
        assert time.monotonic() < end
        time.sleep(0.01)
    at.session_state["proxies"].stop()
    while at.session_state["proxies"].is_live:
        time.sleep(0.01)
    at.run()
    assert not at.exception
    case, pocket = naive(), models().get("pocket")
    for hold in HOLDS:
        expected = overoptimise(pocket, WONDERFUL.spec(runs.betas[hold], runs.seed), case.proxy, case.true)
        assert runs.points[hold][:2] == [next(expected), next(expected)]
    assert runs.betas == {"loose": 0.0, "held": WONDERFUL.beta}
    (caption,) = [text for text in said(at, "caption") if text.startswith("beta 0: proxy")]
    assert f"beta {WONDERFUL.beta:g}: proxy {runs.points['held'][0].proxy:.2f} to" in caption


def test_a_reward_model_is_shown_where_it_is_known_what_it_stands_for(pocket):
    model = SimpleNamespace(name="hers", key=1)
    assert learned_case(Principle(model=model)) is None
    assert learned_case(Principle(true=Sentiment())) is None
    case = learned_case(Principle(model=model, true=Sentiment()))
    assert (case.proxy, case.true) == (model, Sentiment())
    model.features = SimpleNamespace(model=pocket)
    assert learned_case(Principle(model=model, true=Sentiment())) == case
    large = SimpleNamespace(is_slow=True)
    model.features = SimpleNamespace(model=large)
    assert learned_case(Principle(model=model, true=Sentiment())) is None


def test_the_story_is_read_from_the_curve():
    def points(*true):
        return [ProxyPoint(i, 0.0, value, 0.0, 0.0, (), ()) for i, value in enumerate(true)]

    assert turned(points(0, 0, 0, 0, 1, 1, 1, 1, -1, -1, -1, -1)) == (0, 1, -1)
    assert turned(points(2.0)) == (2, 2, 2)
