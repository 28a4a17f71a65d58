"""The scripts run for two steps with TRL 1.16.0, and their losses are ours on the same batch.

TRL is not needed by the app. To run these: `pip install -r tests/requirements-trl.txt`, best in an environment of their own,
then `python -m pytest -n 0 tests/mdp_core/rlhf/trl`.
"""

import io
import runpy
import zipfile
from collections import Counter

import numpy as np
import pytest
import torch

from mdp_core.rlhf.adapter_files import WEIGHTS, adapter_from
from mdp_core.rlhf.adapters import Adapter, AdapterSpec, LowRank
from mdp_core.rlhf.advantages import grpo_advantages, rloo_advantages
from mdp_core.rlhf.algorithms import by_score
from mdp_core.rlhf.losses import clipped_terms
from mdp_core.rlhf.objective import loss_terms, rewards_of
from mdp_core.rlhf.peft_config import CONFIG
from mdp_core.rlhf.preferences import bradley_terry_losses, dpo_losses
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trl import choices as choice_scripts
from mdp_core.rlhf.trl.choices import choices_bundle
from mdp_core.rlhf.trl.tuning import tuning_bundle
from mdp_core.tokens.generation import Texts, repeated
from mdp_core.tokens.scores import ScoreSpec, Sentiment
from mdp_core.tokens.sums.scores import SumForm

pytest.importorskip("trl", reason="pip install -r tests/requirements-trl.txt, in an environment of its own")

TARGETS = ("q_proj", "v_proj")
FORMULA = Principle(ScoreSpec("formula", formula="sentiment(text) + 0.1 * words(text)"))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A script of a bundle: its trainer, before it has begun, after it has been unpacked into a folder of its own."""

    def prepared(bundle, script):
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            archive.extractall(tmp_path)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        return runpy.run_path(str(tmp_path / script), run_name="script")["trainer"]

    return prepared


def looked_at(trainer, name, look):
    """What `look` says of (model, inputs, loss) at every loss that the trainer computes."""
    seen, theirs = [], getattr(trainer, name)

    def compute(model, inputs, *rest, **more):
        found = theirs(model, inputs, *rest, **more)
        loss = found[0] if isinstance(found, tuple) else found
        seen.append(look(model, inputs, float(loss.detach())))
        return found

    setattr(trainer, name, compute)
    trainer.train()
    return seen


def adapter_of(network):
    found = {}
    for key, tensor in network.state_dict().items():
        if ".lora_" in key:
            name, _, rest = key.removeprefix("base_model.model.").partition(".lora_")
            found.setdefault(name, {})[rest[0]] = tensor.detach().clone()
    return Adapter(AdapterSpec(8, 16.0, TARGETS), {name: LowRank(f["A"], f["B"]) for name, f in found.items()})


def texts_of(inputs):
    written = inputs["completion_mask"].bool()
    tokens = torch.where(written, inputs["completion_ids"], -1).numpy()
    prompt = tuple(inputs["prompt_ids"][0].tolist())
    return Texts(
        repeated(prompt, len(tokens)), tokens, np.zeros(tokens.shape), written.sum(1).numpy(), written[:, -1].numpy()
    ), written


def loss_of(spec, logp, old, reference, advantages, written):
    terms = loss_terms(spec, logp, old, reference, advantages, written)
    weights = by_score(spec.algorithm).weights(written, spec.tokens)
    return float((weights * torch.where(written, terms, 0.0)).sum())


@pytest.mark.parametrize("algorithm", ["grpo", "dr_grpo", "dapo", "gspo", "cispo"])
def test_grpo(run, pocket, algorithm, tmp_path):
    """The second update's ratios are no longer 1, and some are clipped: each algorithm has a loss of its own there."""
    own = {"group": 8, "clip": 0.01, "clip_high": 0.02}
    spec = preset(
        algorithm,
        texts=8,
        tokens=6,
        steps=1,
        epochs=2,
        penalty="loss",
        estimator="k3",
        beta=0.1,
        learning_rate=0.05,
        **own,
    )
    trainer = run(tuning_bundle(spec, FORMULA, "pocket", TARGETS), "tune.py")

    def both(model, inputs, theirs):
        texts, written = texts_of(inputs)
        assert tuple(texts.prompts[0].tolist()) == pocket.encode(spec.prompt)
        logp, reference = log_probabilities(pocket, texts, adapter_of(model)), log_probabilities(pocket, texts)
        old = inputs.get("old_per_token_logps")
        advantages = inputs["advantages"].double()[:, None].expand_as(logp)
        old = logp if old is None else old.double()
        return loss_of(spec, logp, old, reference, advantages, written), theirs

    seen = looked_at(trainer, "_compute_loss", both)
    assert len(seen) == 2
    for ours, theirs in seen:
        assert ours == pytest.approx(theirs, abs=2e-5)
    assert abs(seen[1][1] - seen[0][1]) > 1e-3
    trainer.save_model("adapter")  # as the script's last line does
    files = {name: (tmp_path / "adapter" / name).read_bytes() for name in (CONFIG, WEIGHTS)}
    theirs_again = adapter_from(files, pocket.model)
    assert theirs_again.spec == AdapterSpec(8, 16.0, TARGETS)
    assert torch.equal(theirs_again.vector(), adapter_of(trainer.model).vector())


def test_many_prompts(run, sums):
    """Each group goes on from its own, one longer than the other, and texts are charged for their length."""
    prompts = ("1+2=", "30+41=", "17+25=", "8+9=")
    spec = preset("dapo", prompts=prompts, texts=16, group=8, tokens=12, steps=2, epochs=1, overlong=4, beta=0.0)
    trainer = run(tuning_bundle(spec, Principle(ScoreSpec("form")), "sums", TARGETS), "tune.py")
    begun = Counter()

    def both(model, inputs, theirs):
        adapter, written, asked = adapter_of(model), inputs["completion_mask"].bool(), []
        logp, scores = torch.zeros(written.shape, dtype=torch.float64), torch.zeros(len(written), dtype=torch.float64)
        for i, inside in enumerate(inputs["prompt_mask"].bool()):
            one = {name: inputs[name][i : i + 1] for name in ("completion_ids", "completion_mask")}
            texts, mask = texts_of({**one, "prompt_ids": inputs["prompt_ids"][i : i + 1, inside]})
            text = sums.decode(next(iter(texts)))
            asked.append(text[: text.index("=") + 1])
            logp[i, : mask.shape[1]] = log_probabilities(sums, texts, adapter)[0]
            scores[i] = SumForm()(text).total
        charged = rewards_of(spec, scores, logp, logp, written).sum(-1)
        begun.update(asked)
        order = torch.tensor(sorted(range(len(asked)), key=asked.__getitem__))  # TRL has shuffled the groups
        advantages = torch.empty_like(charged)
        advantages[order] = grpo_advantages(charged[order].reshape(-1, spec.group)).reshape(-1)
        ours = loss_of(spec, logp, logp, logp, advantages[:, None].expand_as(logp), written)
        return advantages, inputs["advantages"].double(), ours, theirs

    seen = looked_at(trainer, "_compute_loss", both)
    assert len(seen) == 2
    for ours, theirs, our_loss, their_loss in seen:
        torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=0)
        assert our_loss == pytest.approx(their_loss, abs=2e-5)
    assert max(float(ours.abs().max()) for ours, *_ in seen) > 0.1
    assert begun == dict.fromkeys(prompts, spec.group)  # each of them once


def test_rloo(run, pocket):
    """Its loss is written with a ratio that is 1, so the advantages are compared too, penalty included."""
    spec = preset("rloo", texts=8, tokens=6, steps=2, beta=0.3, learning_rate=0.05)
    trainer = run(tuning_bundle(spec, Principle(), "pocket", TARGETS), "tune.py")

    def both(model, inputs, theirs):
        texts, written = texts_of(inputs)
        logp, reference = log_probabilities(pocket, texts, adapter_of(model)), log_probabilities(pocket, texts)
        scores = torch.tensor([Sentiment()(pocket.decode(ids)).total for ids in texts], dtype=torch.float64)
        advantages = rloo_advantages(rewards_of(spec, scores, logp, reference, written).sum(-1)[None])[0]
        ratios = torch.where(written, logp, 0.0).sum(1)
        loss = clipped_terms(ratios, inputs["old_logps"].double(), advantages).mean()
        return advantages, inputs["advantages"].double(), float(loss), theirs

    seen = looked_at(trainer, "_compute_loss", both)
    assert len(seen) == 2
    for ours, theirs, our_loss, their_loss in seen:
        torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=0)
        assert our_loss == pytest.approx(their_loss, abs=2e-5)
    assert float(seen[1][0].abs().max()) > 1e-2


CHOICES = [
    Comparison(f"the movie was {good} and {end}", f"the movie was {bad} and {end}", 0)
    for good, bad in (("good", "bad"), ("wonderful", "terrible"))
    for end in ("long", "slow", "funny", "short")
]


@pytest.fixture
def two_steps(monkeypatch):
    for settings in (choice_scripts.REWARD, choice_scripts.DPO):
        monkeypatch.setitem(settings, "num_train_epochs", 2)
        monkeypatch.setitem(settings, "learning_rate", 0.01)


def test_reward_model(run, two_steps):
    trainer = run(choices_bundle(CHOICES, "pocket", TARGETS), "reward.py")

    def both(model, inputs, theirs):
        with torch.no_grad():
            scores = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits[:, 0]
        better, worse = scores.double().chunk(2)
        return float(bradley_terry_losses(better - worse).mean()), theirs

    seen = looked_at(trainer, "compute_loss", both)
    assert len(seen) == 2
    for ours, theirs in seen:
        assert ours == pytest.approx(theirs, abs=1e-5)
    assert seen[1][1] < seen[0][1]


def test_dpo(run, two_steps, pocket):
    trainer = run(choices_bundle(CHOICES, "pocket", TARGETS), "dpo.py")

    def both(model, inputs, theirs):
        sums = []
        for adapter in (adapter_of(model), None):
            rows = zip(inputs["input_ids"], inputs["attention_mask"], inputs["completion_mask"], strict=True)
            sums.append(torch.stack([_log_probability(pocket, adapter, *row) for row in rows]).chunk(2))
        (chosen, rejected), (chosen_ref, rejected_ref) = sums
        return float(dpo_losses(chosen, rejected, chosen_ref, rejected_ref, 0.1).mean()), theirs

    seen = looked_at(trainer, "compute_loss", both)
    assert len(seen) == 2
    for ours, theirs in seen:
        assert ours == pytest.approx(theirs, abs=2e-5)
    assert seen[0][1] == pytest.approx(np.log(2), abs=1e-5)
    assert seen[1][1] < seen[0][1] - 1e-3


def _log_probability(pocket, adapter, ids, inside, completion):
    ids, completion = ids[inside.bool()], completion[inside.bool()].bool()
    first = int(completion.int().argmax())
    prompt, tokens = tuple(ids[:first].tolist()), ids[first:].numpy()[None]
    texts = Texts(
        repeated(prompt, len(tokens)), tokens, np.zeros(tokens.shape), np.array([tokens.shape[1]]), np.array([True])
    )
    return log_probabilities(pocket, texts, adapter).sum()
