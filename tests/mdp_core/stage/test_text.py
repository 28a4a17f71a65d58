"""The language model's half of the Stage: the text that the frames tell is the text that was written."""

import pytest

from mdp_core.rollout import Draws
from mdp_core.scenarios import MAX_PROMPT, TextScenario, force
from mdp_core.stage.text import text_frames_by_token
from mdp_core.tokens.prompts import LongPromptError, UnknownWordsError
from tests.contracts import check_frames
from tests.mdp_core.stage.written import run_text, text_frames
from tests.mdp_core.tokens.tiny import byte_level_model


@pytest.fixture(scope="module")
def model():
    return byte_level_model(window=256)


def told(frames):
    return "".join(frames["prompt"]) + "".join(step["piece"] for step in frames["steps"])


@pytest.mark.parametrize("prompt", ["the movie was", "كان الفيلم", "a🦊", "<script>alert(1)</script>", "line\nbreak"])
def test_the_pieces_are_the_text(model, prompt):
    for seed in range(4):
        scenario = TextScenario(prompt=prompt, max_tokens=12)
        frames, run = text_frames(model, scenario, seed), run_text(model, scenario, seed)
        check_frames(frames)
        assert "".join(frames["prompt"]) == prompt
        assert told(frames) == model.decode(run.states[-1])
        assert [step["bars"][step["chosen"]]["action"] for step in frames["steps"]] == list(run.actions)
        assert [step["u"] for step in frames["steps"]] == Draws(seed).actions(12)[: len(run)].tolist()
        assert frames["steps"][-1]["reward"] == frames["score"]["total"]


def test_a_character_split_over_tokens_appears_when_it_is_complete(model):
    parts = model.encode("🦊")[1:]
    forced = tuple(enumerate(parts))
    frames = text_frames(model, TextScenario(prompt="a", max_tokens=len(parts), forced=forced), 1)
    assert [step["piece"] for step in frames["steps"]] == ["", "", "", "🦊"]
    chosen = [step["bars"][step["chosen"]] for step in frames["steps"]]
    assert [bar["label"] for bar in chosen] == ["⟨F0⟩", "⟨9F⟩", "⟨A6⟩", "⟨8A⟩"]  # the fox is U+1F98A
    assert len({bar["name"] for bar in chosen}) == 4
    assert [step["next"]["text"] for step in frames["steps"]] == ["a", "a", "a", "a🦊"]


def test_the_end_token_has_a_name_and_adds_no_text(model):
    frames = text_frames(model, TextScenario(prompt="the movie", max_tokens=9, forced=((2, 0),)), 3)
    last = frames["steps"][-1]
    assert len(frames["steps"]) == 3
    assert (last["piece"], last["bars"][last["chosen"]]["name"], last["forced"]) == ("", "<|end|>", True)
    assert frames["ending"] == "the model chose <|end|>"


def test_blanks_have_names(model):
    for text, sign, name in ((" ", "␣", "a blank"), ("\n", "⏎", "a line break"), ("\t", "⇥", "a tab")):
        (token,) = model.encode("a" + text)[2:]
        frames = text_frames(model, TextScenario(prompt="a", max_tokens=1, forced=((0, token),)), 1)
        (step,) = frames["steps"]
        assert step["bars"][step["chosen"]]["name"] == name
        assert [outcome["label"] for outcome in step["outcomes"]] == [f"append {sign}"]


def test_an_output_that_is_no_token_is_called_by_its_number():
    padded = byte_level_model(vocab_size=320)
    frames = text_frames(padded, TextScenario(prompt="a", max_tokens=1, forced=((0, 319),)), 1)
    (step,) = frames["steps"]
    assert step["bars"][step["chosen"]]["label"] == "unused id 319"
    assert step["bars"][step["chosen"]]["name"] == "unused id 319"
    assert step["piece"] == ""


def test_the_ghost_is_the_future_that_was_given_up(model):
    scenario = TextScenario(prompt="the movie", max_tokens=10)
    old = run_text(model, scenario, 5)
    other = next(token for token in old.steps[4].policy.outcomes if token not in (old.actions[4], 0))
    chosen = TextScenario(prompt="the movie", max_tokens=10, forced=force((), 4, other))
    frames = text_frames(model, chosen, 5, before=())
    check_frames(frames)
    ghost = frames["ghost"]
    assert ghost["from"] == 4
    assert ghost["rewards"] == old.rewards.tolist()
    assert "".join(ghost["pieces"]) == model.decode(old.states[-1])[len(model.decode(old.states[4])) :]
    assert [step["u"] for step in frames["steps"]][: len(old)] == [step.u for step in old.steps][: len(frames["steps"])]
    assert [step["piece"] for step in frames["steps"]][:4] == model.pieces(old.states[-1])[len(old.start) :][:4]


def test_a_prompt_that_no_link_can_carry_is_refused(model):
    with pytest.raises(LongPromptError, match="2,001 characters and at most 2,000"):
        run_text(model, TextScenario(prompt="a" * (MAX_PROMPT + 1)), 1)


def test_pocket_tells_its_first_picture(pocket):
    frames = text_frames(pocket, TextScenario(), 7)
    check_frames(frames)
    assert frames["title"] == "Pocket"
    assert told(frames).startswith("the movie was ")
    assert frames["ending"].startswith(("the model chose", "cut off after"))
    with pytest.raises(UnknownWordsError, match="Pocket does not know “zebra”"):
        text_frames(pocket, TextScenario(prompt="the zebra was"), 7)


def test_smollm2_tells_any_text(smollm2):
    frames = text_frames(smollm2, TextScenario(prompt="The 🦊 movie was", max_tokens=4, temperature=0.8, top_k=40), 7)
    check_frames(frames)
    assert "".join(frames["prompt"]) == "The 🦊 movie was"
    assert len(frames["steps"]) == 4


def test_written_token_by_token_it_is_the_same_and_says_how_far_it_is(pocket):
    scenario = TextScenario(max_tokens=5, temperature=0.5, forced=((1, 5),))
    writing = text_frames_by_token(pocket, scenario, 3, ())
    told = []
    while True:
        try:
            told.append(next(writing))
        except StopIteration as end:
            frames = end.value
            break
    written = len(frames["steps"])
    assert [n for n in told if n] == list(range(1, written + 1))
    assert told[: len(frames["ghost"]["rewards"])] == [0] * len(frames["ghost"]["rewards"])
    assert frames == text_frames(pocket, scenario, 3, ())
