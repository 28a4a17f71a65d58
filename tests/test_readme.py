"""What the README says is true: its notebook code runs, and its table of variables is the code's."""

import re
from pathlib import Path

import numpy as np
import pytest

from components.server.room.settings import room_settings_from
from mdp_core.tokens.sources.host import host_from

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_lake_in_a_notebook_gives_the_stages_numbers(capsys):
    names: dict[str, object] = {}
    exec(BLOCKS[0], names)
    # The robot reaches the goal with its tenth move: one reward, discounted nine times.
    assert names["run"].terminated
    assert len(names["run"]) == 10
    assert float(capsys.readouterr().out.split(")")[-1]) == pytest.approx(0.9**9)


def test_the_language_model_in_a_notebook_goes_through_the_same_loop(capsys):
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    names: dict[str, object] = {}
    exec(BLOCKS[1], names)
    text, _, score = capsys.readouterr().out.strip().rpartition(" ")
    assert text.startswith("the movie was ")
    assert float(score) == SentimentIntensityAnalyzer().polarity_scores(text)["compound"]


def test_tuning_in_a_notebook_comes_near_what_any_policy_could_reach(capsys, pocket):
    from mdp_core.rlhf.exact import count_texts
    from mdp_core.rlhf.frontier import best_score
    from mdp_core.tokens.scores import Sentiment

    names: dict[str, object] = {}
    exec(BLOCKS[1], names)
    exec(BLOCKS[2], names)
    first, last, kl = map(float, re.findall(r"-?\d+\.\d+", capsys.readouterr().out.splitlines()[-1]))

    def sentiment(text):
        return Sentiment()(text).total

    counted = count_texts(pocket, pocket.encode("the movie was"), 4, sentiment, low=-1, high=1)
    assert first == pytest.approx(counted.score, abs=0.25)  # 64 texts: three standard errors
    assert 0.8 * best_score(counted, kl).reached < last < best_score(counted, kl + 0.5).bound + 0.1


def test_a_function_of_a_notebook_checks_sums(capsys):
    names: dict[str, object] = {}
    exec(BLOCKS[3].replace("steps=40", "steps=2"), names)
    told = re.findall(r"step (\d): pass@1 ([\d.]+), pass@8 ([\d.]+), ([\d.]+) tokens", capsys.readouterr().out)
    assert [step for step, *_ in told] == ["1", "2"]
    assert all(0.15 < float(one) < 0.5 < float(eight) <= 1 for _, one, eight, _ in told)


def test_worlds_of_ones_own_give_the_numbers_that_are_known(capsys, pocket):
    names: dict[str, object] = {"pocket": pocket}
    exec(BLOCKS[4], names)
    numbers = [[float(x) for x in re.findall(r"-?\d+\.?\d*", line)] for line in capsys.readouterr().out.splitlines()]
    game, two_steps, shape, lake, advantages, best = numbers
    assert game == pytest.approx([12, 0])  # staying for ever pays 4 / (1 - 2 / 3)
    assert two_steps == pytest.approx([4 + 2 / 3 * 10, 0])
    assert shape == [2, 1, 2]
    assert lake == pytest.approx([0.542], abs=1e-3)
    last = 1 - 0.5
    assert advantages == pytest.approx([0 + 0.9 * 0.5 - 0.5 + 0.9 * 0.8 * last, last])
    counted = names["counted"]
    tilted = counted.probabilities * np.exp(counted.scores / 0.1)
    assert best == pytest.approx([tilted @ counted.scores / tilted.sum(), best[0] / 0.1 - np.log(tilted.sum())])


def test_every_variable_is_in_the_table_and_none_that_is_not_there():
    told = f"{host_from.__doc__} {room_settings_from.__doc__}"
    assert set(re.findall(r"`(ONE_LOOP_\w+)`", README)) == set(re.findall(r"ONE_LOOP_\w+", told))


def test_every_folder_of_the_packages_is_in_the_picture_of_the_tree():
    root = Path(__file__).parents[1]
    tree = README.split("## Architecture")[1].split("```")[1]
    for package in ("mdp_core", "components"):
        folders = {path.parent.name for path in (root / package).glob("*/__init__.py")}
        assert folders <= set(re.findall(r"(\w+)/", tree)), package
