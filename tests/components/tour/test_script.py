"""The script of the tour: every beat is answered by the computation that it names, and with other numbers the next time."""

import dataclasses
import math

import numpy as np
import pytest

from components.tour.asking import is_right, spoken
from components.tour.beat import Choice, Curve, Number, Setting
from components.tour.memory import TourMemory
from components.tour.script import NAMES, SCRIPT, beat_of
from mdp_core.grid.presets import world
from mdp_core.solvers.solution import solve

RUNS = ("policy", "goodhart")  # that are worked on in the job queue


def setting(name, pocket, again=0, told=True):
    return Setting(name, again, told, TourMemory(), pocket)


def answer(name, pocket, again=0):
    return beat_of(name).find(setting(name, pocket, again))[1]


@pytest.mark.parametrize("beat", [beat for beat in SCRIPT if beat.name not in RUNS], ids=lambda beat: beat.name)
@pytest.mark.parametrize("again", [0, 1, 2])
def test_a_beat_has_an_answer_that_could_have_been_given(beat, again, pocket):
    found = answer(beat.name, pocket, again)
    assert found is not None
    assert found.because
    match beat.how:
        case Choice(options):
            assert found.right is None or 0 <= found.right < len(options)
        case Number(low, high):
            assert low <= found.right <= high
        case Curve(low, high):
            assert len(found.right) > 4
            assert all(low <= y <= high for y in found.right)
    if found.right is not None:
        assert is_right(found.right, found)
        assert spoken(beat, found.right)


@pytest.mark.parametrize("beat", [beat for beat in SCRIPT if isinstance(beat.how, Choice)], ids=lambda beat: beat.name)
def test_a_choice_can_surprise(beat, pocket):
    """Whichever wrong option is taken, something is said, and never that it was right."""
    if beat.name in RUNS:
        return
    found = answer(beat.name, pocket)
    for option in range(len(beat.how.options)):
        if found.right is not None and option != found.right:
            assert not is_right(option, found)
            assert isinstance(found.reply(option), str)


def test_names_are_words_of_a_link_and_differ():
    assert len(set(NAMES)) == len(NAMES) == len(SCRIPT)
    assert all(name.isascii() and name.isalpha() for name in NAMES)


def test_only_the_language_models_beats_wait_for_it():
    for beat in SCRIPT:
        found, known = beat.find(setting(beat.name, None))
        assert (found is None) == (known is None)
    assert beat_of("loop").find(setting("loop", None))[1] is not None
    assert beat_of("score").find(setting("score", None))[1] is None


def test_the_lake_s_answers_are_the_lake_s():
    lake = world("lake")
    assert answer("transition", None).right == pytest.approx(1 / 3)
    assert answer("transition", None, 1).right == pytest.approx(0.8)
    exact = solve(lake.tabular(), 0.9)
    found = beat_of("objective").find(setting("objective", None))[0]
    # The policy is greedy for another gamma and the walks are cut off: no better than the optimum.
    start = list(lake.states).index(lake.initial_state())
    assert found.expected <= exact.v[start] + 1e-9
    assert abs(found.all.mean() - found.expected) < 4 * found.all.std() / math.sqrt(len(found.all))


def test_near_and_far_are_worth_the_same_where_the_arrow_turns():
    """gamma * 1 = gamma^9 * 4, as the rewards are two and ten moves away."""
    assert answer("near", None).right == pytest.approx(4 ** (-1 / 8))
    assert answer("near", None, 1).right == pytest.approx((2 / 3) ** (1 / 5))


def test_the_value_of_a_is_the_book_s():
    assert answer("value", None).right == pytest.approx(24.4, abs=0.05)  # Sutton & Barto, figure 3.5
    assert "24.4" in answer("value", None).because


def test_gamma_changes_no_move_and_no_reward():
    found = answer("gamma", None)
    assert found.right == 2
    assert "10 moves" in found.because
    assert "1 at gamma 1.00" in found.because
    assert f"{0.5**9:.3g}" in found.because


def test_the_draw_falls_beside_the_likeliest_move_in_every_meeting():
    for again in range(3):
        found = beat_of("draw").find(setting("draw", None, again))[0]
        bars = found.steps[found.at]["bars"]
        chosen = found.steps[found.at]["chosen"]
        assert bars[chosen]["p"] < max(bar["p"] for bar in bars)
        assert answer("draw", None, again).right == chosen


def test_equal_scores_have_no_advantage_and_others_sum_to_none():
    assert answer("group", None).right == 1
    group = beat_of("group").scene
    differing = dataclasses.replace(group, scores=[group.other])
    advantages = differing.find(setting("group", None))
    assert sum(advantages) == pytest.approx(0)
    assert advantages[0] == pytest.approx(0.3 / np.std(group.other, ddof=1), rel=1e-3)


def test_the_dice_stay_while_the_temperature_falls(pocket):
    found = beat_of("temperature").find(setting("temperature", pocket))[0]
    warm, cold = (world["steps"] for world in found.worlds)
    n = min(len(warm), len(cold))
    assert n > 2
    assert [step["u"] for step in warm[:n]] == [step["u"] for step in cold[:n]]
    assert answer("temperature", pocket).right == 1


def test_a_reward_model_foretells_more_than_a_coin_and_no_more_than_the_taste(pocket):
    found = beat_of("model").find(setting("model", pocket))[0]
    assert 50 < found.foretold <= found.ceiling < 100
    assert "Not even the taste" in answer("model", pocket).reply(100)


def test_a_text_s_last_value_is_its_score(pocket):
    found = beat_of("expect").find(setting("expect", pocket))[0]
    scene = beat_of("expect").scene
    from mdp_core.tokens.rewards import reward_from

    assert found.values[-1] == reward_from(scene.text.score_spec)("".join(found.pieces)).total
