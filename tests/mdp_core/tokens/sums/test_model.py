import numpy as np
import pytest
import torch

from mdp_core.tokens.generation import generate
from mdp_core.tokens.prompts import UnknownWordsError
from mdp_core.tokens.rewards import intended, reward_from, score_range
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import ScoreSpec
from mdp_core.tokens.sums.problems import problems
from mdp_core.tokens.sums.train import IGNORED, Recipe, batch, train, untrained
from mdp_core.tokens.sums.vocabulary import VOCABULARY, WEIGHTS, ids


def score(kind, text):
    return reward_from(ScoreSpec(kind))(text)


def test_scores_by_hand():
    right, wrong, none = "17+25=7+5=12, 1+2+1=4: 42", "17+25=: 40", "17+25=7+5=12"
    assert [score("sum", text).total for text in (right, wrong, none)] == [1.0, 0.0, 0.0]
    assert [score("form", text).total for text in (right, wrong, none)] == [1.0, 1.0, 0.0]
    assert dict(score("sum", wrong).parts) == {"an answer": 1.0, "off by": 2.0}
    assert score_range(ScoreSpec("sum")) == score_range(ScoreSpec("form")) == (0.0, 1.0)


def test_a_form_stands_for_the_right_sum_and_the_right_sum_for_itself():
    assert intended(ScoreSpec("form"))("1+1=: 3").total == 0.0
    assert intended(ScoreSpec("sum")) is None


def test_texts_read_as_they_are_written(sums):
    text = "17+25=7+5=12, 1+2+1=4: 42"
    assert sums.decode(sums.encode(text)) == text
    assert sums.encode("17+25 =") == sums.encode("17+25=")
    assert "".join(sums.pieces(sums.encode(text))) == text
    assert len(sums.encode("17+25=")) == 7
    with pytest.raises(UnknownWordsError, match="the"):
        sums.encode("the movie was")
    with pytest.raises(UnknownWordsError):
        sums.encode("<eos>")


def test_the_weights_are_small_and_right_now_and_then(sums):
    assert (WEIGHTS / "model.safetensors").stat().st_size < 1_000_000
    accuracy = {}
    for digits in (2, 3, 4):
        prompts = np.repeat([sums.encode(prompt) for prompt in problems(digits, most=64, seed=3)], 4, axis=0)
        texts = generate(sums, prompts, np.random.default_rng(3).random((256, 40)))
        accuracy[digits] = np.mean([score("sum", sums.decode(text)).total for text in texts])
    assert 0.2 < accuracy[2] < 0.4
    assert 0.12 < accuracy[3] < 0.35
    assert accuracy[4] < 0.05  # numbers of a size that it has never read


def test_texts_of_many_prompts_are_those_of_each(sums):
    prompts = [sums.encode(prompt) for prompt in ("17+25=", "90+11=", "17+25=", "44+44=")]
    u = np.random.default_rng(5).random((4, 20))
    together = generate(sums, prompts, u, Sampling(0.7))
    for i, prompt in enumerate(prompts):
        alone = generate(sums, prompt, u[i : i + 1], Sampling(0.7))
        assert together.ids(i) == alone.ids(0)
        np.testing.assert_allclose(together.log_probabilities[i], alone.log_probabilities[0], atol=1e-4)
    assert not together.one_prompt
    assert generate(sums, prompts[0], u).one_prompt


def test_prompts_that_are_not_one_a_text(sums):
    with pytest.raises(ValueError, match="a row for every text"):
        generate(sums, [sums.encode("1+1=")] * 3, np.zeros((2, 4)))


def test_only_what_stands_under_a_problem_is_learned():
    recipe = Recipe()
    tokens, targets = batch(recipe.homework, np.random.default_rng(1), 16)
    for row, wanted in zip(tokens.tolist(), targets.tolist(), strict=True):
        equals = row.index(ids()["="])
        assert all(target == IGNORED for target in wanted[:equals])
        assert wanted[equals] != IGNORED  # the token after the sign
        assert row[equals + 1] == wanted[equals]
        assert VOCABULARY[[target for target in wanted if target != IGNORED][-1]] == "<eos>"


@pytest.fixture
def one_thread():
    """As the script does it: two threads of a busy machine wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_the_same_seed_trains_the_same_weights():
    def losses():
        recipe = Recipe(steps=3, rows=8)
        model = untrained(recipe, torch.Generator().manual_seed(recipe.seed))
        return [loss for _, loss in train(model, recipe)]

    first = losses()
    assert first == losses()
    assert first[0] == pytest.approx(np.log(len(VOCABULARY)), abs=0.2)  # as good as not knowing
