"""Tuning: Pocket against its exact frontier, TRL's GRPO on the same batch and side by side, adapters in `peft`.

    python -m pytest -q -s tests/benchmarks/test_rlhf.py

TRL and peft come with tests/benchmarks/requirements.txt; without them their tests are skipped. Times are printed, in
seconds of the processor where it says so, and never asserted.
"""

from __future__ import annotations

import copy
import io
import statistics
import time
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch

from components.tune.recipe import Recipe
from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapter_archive import archive_of
from mdp_core.rlhf.adapter_files import adapter_from
from mdp_core.rlhf.adapters import Adapter, AdapterSpec, LowRank, new_adapter
from mdp_core.rlhf.algorithms import ALGORITHMS, Algorithm, by_score
from mdp_core.rlhf.exact import count_texts, policy_point
from mdp_core.rlhf.frontier import best_score, optimum
from mdp_core.rlhf.objective import loss_terms
from mdp_core.rlhf.reading import log_probabilities, mask_of
from mdp_core.rlhf.spec import TuneSpec, preset
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.generation import Texts, repeated
from mdp_core.tokens.linear import Linear, freeze, thaw
from mdp_core.tokens.scores import Sentiment

SENTIMENT = Sentiment()


def sentiment(text):
    return SENTIMENT(text).total


@pytest.mark.parametrize("algorithm", [name for name, entry in ALGORITHMS.items() if isinstance(entry, Algorithm)])
def test_a_hundred_steps_on_pocket(pocket, algorithm):
    """Texts of 4 tokens, all but 0.0002 of which can be counted."""
    prompt, spec = pocket.encode("the movie was"), preset(algorithm, tokens=4)
    reference = count_texts(pocket, prompt, 4, sentiment, low=-1, high=1)
    began = time.process_time()
    *_, last = tune(pocket, spec, SENTIMENT)
    spent = time.process_time() - began
    tuned = count_texts(AdaptedModel(pocket, last.adapter), prompt, 4, sentiment, low=-1, high=1)
    point = policy_point(pocket, tuned)
    share = point.score / best_score(reference, point.kl).reached
    print(
        f"\n{algorithm}: {spec.steps} steps of {spec.texts} texts in {spent:.1f} s of the processor; mean sentiment "
        f"{reference.score:.3f} -> {point.score:.3f} at KL {point.kl:.2f}, {share:.3f} of the frontier; "
        f"E[r] - {spec.beta} KL {point.score - spec.beta * point.kl:.3f} of {optimum(reference, spec.beta).objective:.3f}"
    )
    assert share > 0.8


def grpo_trainer(model, prompt, folder, **settings):
    """TRL's trainer on a copy of the network, LoRA of rank 8 on q and v, 16 texts of 16 tokens after one prompt."""
    trl = pytest.importorskip("trl")
    peft = pytest.importorskip("peft")
    from datasets import Dataset

    frozen = any(isinstance(module, Linear) for module in model.model.modules())
    thaw(model.model)
    network = copy.deepcopy(model.model)  # TRL has the library's own layers
    if frozen:
        freeze(model.model, torch.zeros(1, 1, dtype=torch.long))
    tokenizer = copy.deepcopy(model.tokenizer)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    arguments = trl.GRPOConfig(
        **{
            "output_dir": str(folder),
            "per_device_train_batch_size": 16,
            "num_generations": 16,
            "max_completion_length": 16,
            "learning_rate": 3e-3,
            "lr_scheduler_type": "constant",
            "max_grad_norm": 1.0,
            "beta": 0.1,
            "use_bias_correction_kl": False,
            "report_to": [],
            "save_strategy": "no",
            "logging_strategy": "no",
            "disable_tqdm": True,
            "gradient_checkpointing": False,
            "bf16": False,
            "use_cpu": True,
            "seed": 1,
            **settings,
        }
    )
    return trl.GRPOTrainer(
        model=network,
        args=arguments,
        processing_class=tokenizer,
        reward_funcs=lambda prompts, completions, **_: [
            sentiment(p + c) for p, c in zip(prompts, completions, strict=True)
        ],
        train_dataset=Dataset.from_list([{"prompt": prompt}] * 64),
        peft_config=peft.LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
    )


def adapter_of(network):
    """The adapter that a peft model has on, as ours."""
    found = {}
    for key, tensor in network.state_dict().items():
        if ".lora_" in key:
            name, _, rest = key.removeprefix("base_model.model.").partition(".lora_")
            found.setdefault(name, {})[rest[0]] = tensor.detach().clone()
    layers = {name: LowRank(factors["A"], factors["B"]) for name, factors in found.items()}
    return Adapter(AdapterSpec(8, 16.0, ("q_proj", "v_proj")), layers)


# Each with TRL's settings for it, and ours. TRL caps CISPO's weight itself; here it is its distance to 1.
THEIRS = {
    "grpo": ({"loss_type": "grpo"}, {}),
    "dr_grpo": ({"loss_type": "dr_grpo"}, {}),
    "dapo": ({"loss_type": "dapo", "epsilon_high": 0.28}, {"clip_high": 0.28}),
    "gspo": ({"loss_type": "grpo", "importance_sampling_level": "sequence", "epsilon": 0.05}, {"clip": 0.05}),
    "cispo": ({"loss_type": "cispo", "epsilon_high": 1.1}, {"clip": 0.1}),
}


@pytest.mark.parametrize(
    ("name", "algorithm", "steps"),
    [*(("pocket", algorithm, 6) for algorithm in THEIRS), ("smollm2", "grpo", 4)],
)
def test_trl_s_loss_on_the_same_batch(request, name, algorithm, steps, tmp_path):
    """Two updates a batch, so that ratios, clipping and the penalty (k3, in the loss) all count."""
    model = request.getfixturevalue(name)
    settings, clips = THEIRS[algorithm]
    trainer = grpo_trainer(model, "the movie was", tmp_path, num_iterations=2, max_steps=steps, **settings)
    seen, theirs = [], trainer._compute_loss

    def looked_at(model, inputs):
        loss = theirs(model, inputs)
        seen.append((adapter_of(model), inputs, float(loss.detach())))
        return loss

    trainer._compute_loss = looked_at
    trainer.train()
    assert len(seen) == steps
    whole = {"texts": 16, "tokens": 16, "epochs": 2, "penalty": "loss", "estimator": "k3", "beta": 0.1, **clips}
    spec = TuneSpec(algorithm=algorithm, **whole)
    for adapter, inputs, loss in seen:
        written = inputs["completion_mask"].bool()
        tokens = torch.where(written, inputs["completion_ids"], -1).numpy()
        prompt = tuple(inputs["prompt_ids"][0].tolist())
        texts = Texts(
            repeated(prompt, len(tokens)),
            tokens,
            np.zeros(tokens.shape),
            written.sum(1).numpy(),
            written[:, -1].numpy(),
        )
        logp = log_probabilities(model, texts, adapter)
        reference = log_probabilities(model, texts)
        old = inputs.get("old_per_token_logps")
        old = logp if old is None else old.double()
        advantages = inputs["advantages"].double()[:, None].expand_as(logp)
        terms = loss_terms(spec, logp, old, reference, advantages, written)
        ours = float(
            (by_score(spec.algorithm).weights(mask_of(texts), spec.tokens) * torch.where(written, terms, 0.0)).sum()
        )
        print(f"\n{name}, {algorithm}: ours {ours:+.6f}, theirs {loss:+.6f}")
        assert ours == pytest.approx(loss, abs=2e-5)
    assert max(abs(loss) for *_, loss in seen) > 1e-3


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_thirty_steps_on_smollm2(smollm2, seed):
    """With the settings that page Tune begins with. The means are over three steps, 48 texts."""
    spec = replace(Recipe().spec("large", "The movie was"), seed=seed)
    began, scores = time.perf_counter(), []
    for snapshot in tune(smollm2, spec, SENTIMENT):
        scores.append(snapshot.score)
    before, after = np.mean(scores[:3]), np.mean(scores[-3:])
    print(
        f"\nSmolLM2, seed {seed}: {spec.steps} steps in {time.perf_counter() - began:.0f} s on "
        f"{torch.get_num_threads()} cores; mean sentiment {before:.2f} -> {after:.2f}, KL {snapshot.kl:.1f}; "
        f"the last texts: {snapshot.written[:3]}"
    )
    assert after - before >= 0.3


def test_a_step_on_smollm2_beside_trl(smollm2, tmp_path):
    """Ours and theirs by turns in one process, seven steps each after one to warm up: on the wall clock, and in seconds of
    the processor, which count all cores.

    Both in the thread of the model's lane: every thread that calculates has helpers of its own, and where there are more of
    them than cores they fall asleep between any two products, which made ours and theirs slower by a third.
    """
    prompt, steps = "The movie was", 8
    trainer = smollm2.in_lane(lambda: grpo_trainer(smollm2, prompt, tmp_path, loss_type="grpo", max_steps=steps))
    spec = TuneSpec(
        algorithm="grpo",
        prompt=prompt,
        texts=16,
        tokens=16,
        steps=steps,
        penalty="loss",
        estimator="k3",
        beta=0.1,
        learning_rate=3e-3,
    )
    run, step = tune(smollm2, spec, SENTIMENT), trainer.training_step
    ours, theirs, parts = [], [], []

    def spent(work):
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        return result, (time.perf_counter() - wall, time.process_time() - processor)

    def timed(*arguments):
        loss, time_of_theirs = spent(lambda: step(*arguments))
        snapshot, time_of_ours = spent(lambda: next(run))
        theirs.append(time_of_theirs)
        ours.append(time_of_ours)
        parts.append(snapshot.seconds)
        return loss

    trainer.training_step = timed  # generation, scores, reference, loss and backward; not the optimiser, which is quick
    smollm2.in_lane(trainer.train)
    (x, a), (y, b) = (np.median(times[1:], axis=0) for times in (ours, theirs))
    where = {
        name: round(statistics.median(getattr(part, name) for part in parts[1:]), 2)
        for name in ("writing", "scoring", "reference", "update")
    }
    print(
        f"\na GRPO step on SmolLM2, {torch.get_num_threads()} cores: ours {x:.2f} s, TRL {y:.2f} s, ratio {x / y:.2f}; "
        f"of the processor {a:.2f} s, {b:.2f} s, ratio {a / b:.2f}; ours is {where}"
    )


def test_peft_loads_what_is_saved_and_the_reverse(pocket, tmp_path):
    """Saved as page Tune saves it: a zip of two files."""
    peft = pytest.importorskip("peft")
    generator = torch.Generator().manual_seed(1)
    adapter = new_adapter(pocket.model, AdapterSpec(), generator).map(
        lambda tensor: torch.randn(tensor.shape, generator=generator) / 8
    )
    with zipfile.ZipFile(io.BytesIO(archive_of(adapter, pocket.model))) as archive:
        archive.extractall(tmp_path / "ours")
    theirs = peft.PeftModel.from_pretrained(copy.deepcopy(pocket.model), tmp_path / "ours").eval()
    prompt = pocket.encode("the movie was")
    with torch.inference_mode():
        logits = theirs(input_ids=torch.tensor([prompt])).logits[0, -1].numpy()
    np.testing.assert_allclose(AdaptedModel(pocket, adapter).logits(prompt), logits, atol=1e-5)
    theirs.save_pretrained(tmp_path / "theirs")
    theirs = {file.name: file.read_bytes() for file in (tmp_path / "theirs").iterdir()}
    assert torch.equal(adapter_from(theirs, pocket.model).vector(), adapter.vector())
