"""A tuned policy on the Stage: under its name, beside the model that it began as, and nobody else's."""

import pytest

from components.shell.shelf import Shelf
from components.stage import shown as looking
from mdp_core.tokens.language_model import LanguageModel
from tests.components.shell.test_shelf import an_adapter
from tests.mdp_core.stage.written import text_frames


@pytest.fixture
def kept(pocket):
    """A shelf with one policy, whose name means mischief."""
    shelf = Shelf()
    shelf.keep("kinder <b>", "pocket", an_adapter(pocket))
    return shelf


@pytest.fixture
def tuned(open_stage, kept):
    """The Stage with that policy, chosen in the model's menu."""
    page = open_stage(seed="7")
    page.app.session_state["shelf"] = kept
    (policy,) = kept
    page.run().set("radio", "kind", policy.id)
    return page


def ids(world):
    return [step["bars"][step["chosen"]]["action"] for step in world["steps"]]


def alike(steps, others):
    """The same text from the same draws and probabilities; how a text was come by moves those by float32 rounding."""
    assert [step["u"] for step in steps] == [step["u"] for step in others]
    for step, other in zip(steps, others, strict=True):
        bars, theirs = ({bar["action"]: bar["p"] for bar in one["bars"] if bar["p"] > 0.001} for one in (step, other))
        assert bars == pytest.approx(theirs, abs=1e-4)
    return ids({"steps": steps}) == ids({"steps": others})


def test_it_is_played_under_its_name_and_the_link_names_its_base(tuned, kept):
    (policy,) = kept
    world = tuned.worlds["text"]
    assert (world["title"], world["caption"]) == ("kinder <b>", "tuned, temperature 1.00")
    assert tuned.here.scenario.text.model == policy.id
    assert tuned.app.query_params["model"] in ("pocket", ["pocket"])
    radio = tuned.widget("radio", "kind")
    assert radio.value == policy.id
    assert "kinder \\<b\\>" in radio.options
    assert any("lives in this tab" in caption.value for caption in tuned.app.caption)
    kept.rename(policy.id, "gentle")
    assert tuned.run().worlds["text"]["title"] == "gentle"


def test_another_visitor_sees_the_base(tuned, open_stage, pocket):
    base = text_frames(pocket, tuned.here.scenario.text, 7)
    other = open_stage(seed="7")
    assert other.worlds["text"]["title"] == "Pocket"
    assert alike(other.worlds["text"]["steps"], base["steps"])
    first, theirs = tuned.worlds["text"]["steps"][0], other.worlds["text"]["steps"][0]
    assert first["u"] == theirs["u"]
    assert [bar["p"] for bar in first["bars"]] != [bar["p"] for bar in theirs["bars"]]
    assert not any("kinder" in name for name in other.widget("radio", "kind").options)


def test_a_choice_by_hand_a_temperature_and_undo_work_as_for_any_model(tuned):
    before = ids(tuned.worlds["text"])
    other = next(bar["action"] for bar in tuned.worlds["text"]["steps"][1]["bars"] if bar["action"] != before[1])
    tuned.choose("text", 1, other)
    assert ids(tuned.worlds["text"])[:2] == [before[0], other]
    assert tuned.worlds["text"]["ghost"]["from"] == 1
    tuned.undo("text")
    assert ids(tuned.worlds["text"]) == before
    tuned.set("slider", "temperature", 0.0)
    assert all(step["bars"][step["chosen"]]["p"] == 1 for step in tuned.worlds["text"]["steps"])


def test_before_and_after_share_prompt_draws_and_choices(tuned, pocket):
    alone = tuned.worlds["text"]
    tuned.set("toggle", "compares", True)
    before, after = tuned.worlds["reference"], tuned.worlds["text"]
    assert list(tuned.worlds) == ["reference", "text"]
    assert (before["title"], after["title"]) == ("Pocket, before", "kinder <b>, after")
    assert after["steps"] == alone["steps"]
    plain = text_frames(pocket, tuned.here.scenario.text, 7)
    assert alike(before["steps"], plain["steps"])
    assert all(one["u"] == other["u"] for one, other in zip(before["steps"], after["steps"], strict=False))
    # A choice in either half is one in both: the draws stay, and so does what was chosen.
    other = next(bar["action"] for bar in before["steps"][0]["bars"] if bar["action"] != ids(before)[0])
    tuned.choose("reference", 0, other)
    assert ids(tuned.worlds["reference"])[0] == ids(tuned.worlds["text"])[0] == other
    assert tuned.worlds["reference"]["ghost"]["from"] == tuned.worlds["text"]["ghost"]["from"] == 0
    tuned.undo("reference")
    assert tuned.worlds["reference"]["steps"] == before["steps"]
    tuned.press("robot_again")
    assert list(tuned.worlds) == ["grid", "text"]


def test_a_bad_prompt_leaves_both_pictures(tuned):
    tuned.set("toggle", "compares", True)
    before = tuned.worlds
    tuned.set("text_input", "prompt", "Einstein said")
    assert tuned.worlds == before
    assert len(tuned.messages) == 1


def test_without_its_base_it_waits_for_it(tuned, kept, shelf, pocket):
    guest = LanguageModel(pocket.model, pocket.tokenizer, "Guest", "someone/guest")
    policy = kept.keep("for a guest", "someone/guest", an_adapter(pocket, seed=2))
    tuned.run().set("radio", "kind", policy.id)
    assert tuned.worlds["text"]["title"] == "kinder <b>"  # its model is not here: it is offered first
    assert "guest" in tuned.app.button(key="load").label
    shelf._models["someone/guest"] = guest
    tuned.press("load")
    assert tuned.worlds["text"]["title"] == "for a guest"
    tuned.choose("text", 0, 9)
    del shelf._models["someone/guest"]  # it made room for another one
    tuned.run()
    assert tuned.worlds["text"]["title"] == "Pocket"  # meanwhile
    assert tuned.here.wanted == policy.id
    assert tuned.app.query_params["model"] in ("someone/guest", ["someone/guest"])
    shelf._models["someone/guest"] = guest
    tuned.run()
    assert tuned.worlds["text"]["title"] == "for a guest"
    assert tuned.here.scenario.text.forced == ((0, 9),)


def test_a_slow_policy_and_its_reference_are_written_one_after_the_other(tuned, monkeypatch):
    monkeypatch.setattr(looking, "is_slow", lambda model: True)
    tuned.set("toggle", "compares", True)
    old = tuned.set("number_input", "seed", 91).worlds["text"]
    for side in ("text", "reference"):
        assert (tuned.memory.writing_of[0].model == "pocket") == (side == "reference")
        tuned.choose("reference", 0, old["steps"][0]["bars"][-1]["action"])  # in pictures that are about to go
        assert tuned.here.scenario.text.forced == ()
        tuned.memory.writing.finish()
        tuned.run()
    assert tuned.memory.writing is None
    assert tuned.worlds["text"]["steps"] != old["steps"]
    both = [[step["u"] for step in tuned.worlds[side]["steps"]] for side in ("reference", "text")]
    assert all(one == other for one, other in zip(*both, strict=False))
