"""What a step says of itself."""

from dataclasses import replace

from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import tune
from mdp_core.rlhf.tuning_step import LEAP
from mdp_core.tokens.scores import Score
from tests.mdp_core.rlhf import small
from tests.mdp_core.tokens import tiny


def test_how_far_a_run_began_from_the_reference_is_no_leap_of_its_first_step():
    words = tiny.word_level_model()
    far = small.adapter(words).map(lambda tensor: 40 * tensor.float())
    spec = preset("rloo", texts=8, tokens=4, steps=1)
    (step,) = tune(words, spec, lambda text: Score(small.score(text), ()), start=far)
    assert step.kl > LEAP
    assert step.message == ""
    assert replace(step, step=2).message.startswith("One step took the policy")
