"""The link restores exactly what it was made of, and survives everything that is done to it."""

import base64
import dataclasses
import math
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.link import FIELDS, VERSION, from_query, to_query
from mdp_core.link.kinds import MAX_FORCED, MAX_GUESSES, MAX_ROWS, guesses, rows, runs
from mdp_core.scenarios import (
    GRID_POLICIES,
    LEARNED_BY,
    MAX_LEARNED_EPISODES,
    SCORES,
    GridScenario,
    Learned,
    Scenario,
    TextScenario,
    View,
    force,
)

two_decimals = st.integers(0, 100).map(lambda n: n / 100)
words = st.text(min_size=0, max_size=40)


def forced(actions):
    return st.dictionaries(st.integers(0, 150), actions, max_size=5).map(lambda d: tuple(sorted(d.items())))


learned = st.builds(
    Learned,
    by=st.sampled_from(LEARNED_BY),
    alpha=st.integers(1, 100).map(lambda n: n / 100),
    alpha_v=st.integers(1, 100).map(lambda n: n / 100),
    epsilon=two_decimals,
    lambda_=two_decimals,
    gamma=two_decimals,
    episodes=st.integers(1, MAX_LEARNED_EPISODES),
    seed=st.integers(0, 2**31 - 2),
)


formulas = st.sampled_from(['sentiment(text) - 0.1 * count(text, "!")', "words(text)", '-has(text, "a & b = c?")', "1"])


@st.composite
def scenarios(draw):
    policy = draw(st.sampled_from(GRID_POLICIES))
    score = draw(st.sampled_from(SCORES))
    grid = GridScenario(
        world=draw(words),
        own_map=draw(st.text(max_size=200)),
        policy=policy,
        epsilon=draw(two_decimals) if policy == "epsilon" else GridScenario.epsilon,
        learned=draw(learned) if policy == "learned" else Learned(),
        slip=draw(st.none() | two_decimals | st.sampled_from((1 / 3, 2 / 3))),
        forced=draw(forced(st.sampled_from(["up", "right", "down", "left"]))),
    )
    text = TextScenario(
        model=draw(words),
        prompt=draw(st.text(max_size=300)),
        temperature=draw(two_decimals) * 2,
        top_k=draw(st.integers(0, 1000)),
        top_p=max(draw(two_decimals), 0.01),
        max_tokens=draw(st.integers(1, 200)),
        score=score,
        word=draw(words) if score == "word" else TextScenario.word,
        length=draw(st.integers(1, 200)) if score == "length" else TextScenario.length,
        formula=draw(formulas) if score == "formula" else TextScenario.formula,
        forced=draw(forced(st.integers(0, 50_000))),
    )
    return Scenario(draw(st.integers(0, 2**31 - 1)), grid, text)


@given(scenarios(), st.builds(View, step=st.integers(0, 1000), gamma=two_decimals))
def test_a_link_restores_the_same_scenario_and_view(scenario, view):
    read, seen, notes = from_query(to_query(scenario, view))
    assert (read, seen, notes) == (scenario, view, ())


@pytest.mark.parametrize("part", [GridScenario, TextScenario, Learned, View])
def test_no_field_is_left_out_of_the_link(part):
    linked = {field.field for field in FIELDS if field.part is part}
    assert linked == {field.name for field in dataclasses.fields(part)} - {"learned"}  # a part in itself


def test_what_is_out_of_range_is_clamped_and_said():
    query = {"gamma": "1.7", "step": "-3", "temperature": "9", "seed": "-1", "tokens": "0", "slip": "2"}
    scenario, view, notes = from_query(query)
    assert (view.gamma, view.step, scenario.seed) == (1.0, 0, 0)
    assert (scenario.text.temperature, scenario.text.max_tokens, scenario.grid.slip) == (2.0, 1, 1.0)
    assert len(notes) == 6
    assert "gamma in the link was out of range; it is 1 now." in notes


def test_what_a_link_may_ask_to_be_learned_is_bounded():
    query = {
        "policy": "learned",
        "learned": "sarsa",
        "learned_alpha": "0",
        "learned_epsilon": "-1",
        "learned_lambda": "7",
        "learned_gamma": "1.5",
        "learned_episodes": "1e12",
        "learned_seed": "-5",
    }
    scenario, _, notes = from_query(query)
    bounded = Learned("sarsa", alpha=1e-4, epsilon=0, lambda_=1, gamma=1, episodes=MAX_LEARNED_EPISODES, seed=0)
    assert (scenario.grid.policy, scenario.grid.learned) == ("learned", bounded)
    assert len(notes) == 6
    assert "learned_episodes in the link was out of range; it is 5000 now." in notes
    unknown, _, notes = from_query({"policy": "learned", "learned": "osmosis"})
    assert unknown.grid.learned == Learned()
    assert "learned in the link is none of exact, monte_carlo, sarsa" in notes[0]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("temperature", 0, 2), ("top_p", 0.01, 1), ("gamma", 0, 1), ("epsilon", 0, 1), ("slip", 0, 1)],
)
def test_the_ends_of_a_range_are_in_it_and_nothing_beyond(name, low, high):
    def read(written):
        scenario, view, notes = from_query({name: str(written), "policy": "epsilon"})
        return getattr(next(part for part in (scenario.text, scenario.grid, view) if hasattr(part, name)), name), len(
            notes
        )

    assert (read(low), read(high)) == ((low, 0), (high, 0))
    assert (read(low - 0.5), read(high + 0.5)) == ((low, 1), (high, 1))


def test_a_whole_number_out_of_range_is_said_in_full():
    _, _, notes = from_query({"seed": "9" * 400})
    assert notes == ("seed in the link was out of range; it is 2147483647 now.",)


def test_a_newer_version_is_read_as_far_as_it_goes():
    scenario, _, notes = from_query({"v": str(VERSION + 1), "prompt": "this book is", "hologram": "on"})
    assert scenario.text.prompt == "this book is"
    assert len(notes) == 1
    assert "newer version" in notes[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", "seven"),
        ("gamma", "nan"),
        ("policy", "telepathy"),
        ("score", "<script>alert(1)</script>"),
        ("map", "!!not base64!!"),
        ("map", "eJwDAAAAAAE="[:-3]),
        ("words", "4.dog"),
        ("formula", "__import__('os').system('true')"),
        ("formula", "9**9**9("),
        ("formula", "1+" * 100_000),
        ("formula", "text.__class__"),
        ("formula", "\x00"),
        ("moves", "x.up"),
    ],
)
def test_what_is_not_understood_keeps_its_default_with_a_note(name, value):
    scenario, view, notes = from_query({name: value})
    assert (scenario, view) == (Scenario(), View())
    assert len(notes) == 1


def test_a_link_chooses_so_many_actions_and_says_what_is_left_out():
    asked = "~".join(f"{t}.up" for t in range(MAX_FORCED + 2))
    scenario, _, notes = from_query({"moves": asked})
    assert scenario.grid.forced == tuple((t, "up") for t in range(MAX_FORCED))
    assert notes == ("moves in the link has 202 entries, and the first 200 of them are read.",)
    scenario, _, notes = from_query({"words": "~".join(f"{t}.7" for t in range(MAX_FORCED))})
    assert (len(scenario.text.forced), notes) == (MAX_FORCED, ())


@pytest.mark.parametrize(
    ("kind", "entry", "most"), [(guesses(3), "q{}.2", MAX_GUESSES), (rows(), "{}_0.5_0.5", MAX_ROWS)]
)
def test_no_table_in_a_link_is_endless(kind, entry, most):
    notes = []
    table = kind.read("table", "~".join(entry.format(i) for i in range(most)), {}, notes)
    assert (len(table), notes) == (most, [])
    table = kind.read("table", "~".join(entry.format(i) for i in range(most + 1)), {}, notes)
    assert (len(table), len(notes)) == (most, 1)


def test_guesses_and_distributions_that_are_none_are_left_out():
    notes = []
    assert guesses(3).read("q", "a.2~b.3~c.x~d~<i>.1", {}, notes) == {"a": 2}
    assert len(notes) == 4
    assert guesses(3).read("q", "a.000000002~b.000000003~c." + "1" * 5_000, {}, notes) == {"a": 2}
    assert len(notes) == 6
    notes.clear()
    assert rows().read("pi", "0_0.25_0.75~1_0_0~2_-1_2~x_1~3_nan", {}, notes) == {0: (0.25, 0.75)}
    assert len(notes) == 4


@pytest.mark.parametrize(("name", "most"), [("world", 60), ("model", 200)])
def test_a_text_in_a_link_is_cut_where_it_is_too_long(name, most):
    def read(written):
        scenario, _, notes = from_query({name: written})
        return {"world": scenario.grid.world, "model": scenario.text.model}[name], notes

    assert read("x" * most) == ("x" * most, ())
    assert read("x" * most + "y") == ("x" * most, (f"{name} in the link was cut to {most} characters.",))


def test_letters_in_a_link_are_as_many_as_there_is_room_for():
    notes = []
    assert runs("ab", 5).read("said", "a2b3", "", notes) == "aabbb"
    assert notes == []
    assert runs("ab", 5).read("said", "a2b4", "", notes) == "aabbb"
    assert notes == ["said in the link was cut to 5 entries."]


LEARNED = Scenario(grid=GridScenario(policy="learned"))


@given(st.dictionaries(st.sampled_from([*sorted(to_query(LEARNED, View())), "map", "moves", "words"]), st.text()))
def test_no_link_raises(query):
    scenario, view, _ = from_query(query)
    assert 0 <= view.gamma <= 1
    assert math.isfinite(scenario.text.temperature)


def test_a_zip_bomb_in_the_link_is_refused():
    bomb = base64.urlsafe_b64encode(zlib.compress(b"." * 10_000_000, 9)).decode()
    tracemalloc.start()
    scenario, _, notes = from_query({"map": bomb})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert scenario.grid.own_map == ""
    assert len(notes) == 1
    assert most < 5_000_000  # it never went off


def test_choosing_an_action_drops_the_choices_after_it():
    assert force(((1, "up"), (4, "left"), (6, "up")), 4, "right") == ((1, "up"), (4, "right"))


def test_two_thirds_of_one_map_are_two_thirds_in_the_link_of_another():
    cliff = Scenario(grid=GridScenario(world="cliff", slip=2 / 3))
    query = to_query(cliff, View())
    assert query["slip"] == "2/3"
    assert from_query(query)[0].grid.slip == 2 / 3


@pytest.mark.parametrize("written", ["2/0", "1/", "/3", "-1/3", "1/3/3", "9999/3", "0x1/3", "² /3", "1e9/3"])
def test_what_only_looks_like_a_fraction_is_no_slip(written):
    scenario, _, notes = from_query({"v": "1", "slip": written})
    assert scenario.grid.slip is None
    assert notes == ("slip in the link is not a number; it is left out now.",)
