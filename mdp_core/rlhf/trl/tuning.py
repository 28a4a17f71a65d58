"""A tuning run as a script for TRL: the same prompt, score, adapter, penalty and clipping, as far as TRL has them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mdp_core.rlhf.algorithms import ALGORITHMS
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.trl.bundle import (
    REQUIREMENTS,
    SCORE_REQUIREMENTS,
    NotInTRLError,
    how_to,
    literal,
    model_files,
    model_name,
    score_files,
    zipped,
)

# What makes TRL's trainers each of the algorithms.
TRAINERS: Mapping[str, tuple[str, dict[str, Any]]] = MappingProxyType(
    {
        "rloo": ("RLOO", {"normalize_advantages": False}),
        "grpo": ("GRPO", {"loss_type": "grpo", "scale_rewards": "group"}),
        "dr_grpo": ("GRPO", {"loss_type": "dr_grpo", "scale_rewards": "none"}),
    }
)
_LACKING = {
    "ppo": "TRL has removed its trainer for PPO (1.16 has none): GRPO and RLOO can be taken there.",
    "reinforce": "TRL has no REINFORCE with the mean of earlier steps as its baseline: RLOO is the nearest that it has.",
}


def tuning_bundle(
    spec: TuneSpec, principle: Principle, model: str, targets: tuple[str, ...], *, begun: str = ""
) -> bytes:
    """The zip: tune.py, requirements.txt, README.md, the score, and Pocket where that is the model.

    `model` is the id of the model, `targets` the ends of the names of the adapted layers, `begun` the tuned policy that the
    run began with. Raises NotInTRLError, in a sentence for a visitor.
    """
    files: dict[str, str | bytes] = {
        "tune.py": tuning_script(spec, principle, model, targets),
        "requirements.txt": "\n".join((*REQUIREMENTS, *SCORE_REQUIREMENTS)) + "\n",
        "README.md": how_to(
            f"{ALGORITHMS[spec.algorithm].title} with TRL",
            {"tune.py": "Tunes an adapter by your score; One Loop takes the folder `adapter` in again, on page Tune."},
            remarks(spec, begun),
        ),
    }
    return zipped({**files, **score_files(), **model_files(model)})


def check_trl(spec: TuneSpec, principle: Principle) -> None:
    """Raises NotInTRLError for what no script can say."""
    if spec.algorithm not in TRAINERS:
        known = ALGORITHMS[spec.algorithm].title
        raise NotInTRLError(_LACKING.get(spec.algorithm, f"There is no script for {known}: take GRPO or RLOO to TRL."))
    if spec.prompts:
        raise NotInTRLError(
            "A script has one prompt: take a run to TRL that tunes on one, and add yours to its dataset."
        )
    if principle.model is not None:
        raise NotInTRLError(
            "A learned reward model reads texts with One Loop's own features, which TRL does not have: page Score gives "
            "the choices and a script for TRL's RewardTrainer."
        )


def remarks(spec: TuneSpec, begun: str = "") -> tuple[str, ...]:
    """What is not as it was here, in sentences."""
    kind = TRAINERS[spec.algorithm][0]
    found = []
    if spec.beta > 0 and kind == "GRPO" and (spec.penalty, spec.estimator) != ("loss", "k3"):
        found.append(
            f"TRL's GRPO pays the penalty in the loss, by the estimator k3; here it was paid in the {spec.penalty} by "
            f"{spec.estimator}. beta is the same number, and pulls otherwise."
        )
    if spec.beta > 0 and kind == "RLOO" and (spec.penalty, spec.estimator) != ("reward", "k1"):
        found.append(
            f"TRL's RLOO pays the penalty in the reward, by k1; here it was paid in the {spec.penalty} by {spec.estimator}."
        )
    if kind == "RLOO":
        found.append(
            "TRL writes RLOO with the ratio of probabilities, which is 1: its gradient is ours, its loss is the mean of the "
            "advantages, and so 0."
        )
    if begun:
        found.append("The run here went on from a tuned policy; the script begins with the model itself.")
    found.append("Draws are TRL's own: the texts are others, though the seed is the same.")
    return tuple(found)


def tuning_script(spec: TuneSpec, principle: Principle, model: str, targets: tuple[str, ...]) -> str:
    """tune.py. Raises NotInTRLError."""
    check_trl(spec, principle)
    kind, own = TRAINERS[spec.algorithm]
    score = principle.spec
    name, remark = model_name(model)
    arguments: dict[str, Any] = {
        "output_dir": "run",
        "max_steps": spec.steps * spec.updates,
        "num_generations": spec.group_size,
        "max_completion_length": spec.tokens,
        "temperature": spec.temperature,
        "beta": spec.beta,
        "num_iterations": spec.updates,
        "epsilon": spec.clip,
        **own,
        "learning_rate": spec.learning_rate,
        "lr_scheduler_type": "constant",
        "weight_decay": 0.0,
        "max_grad_norm": spec.max_norm,
        "seed": spec.seed,
        "logging_steps": 1,
        "report_to": "none",
        "save_strategy": "no",
        "gradient_checkpointing": False,
        "model_init_kwargs": {"dtype": "float32"},
    }
    if kind == "GRPO":
        arguments["use_bias_correction_kl"] = False
    listed = "\n".join(f"    {key}={value!r}," for key, value in arguments.items())
    return f'''"""{ALGORITHMS[spec.algorithm].title} with TRL: {spec.texts} texts a step, scored by the score of One Loop."""

import json
import os

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoTokenizer
from trl import {kind}Config, {kind}Trainer

from mdp_core.tokens.rewards import reward_from
from mdp_core.tokens.scores import ScoreSpec

MODEL = {literal(name)}  # {remark}
PROMPT = {literal(spec.prompt)}
SCORE = reward_from(
    ScoreSpec(
        kind={literal(score.kind)},
        word={literal(score.word)},
        length={score.length},
        formula={literal(score.formula)},
    )
)
TEXTS = {spec.texts}  # a step, of all processes together

processes = int(os.environ.get("WORLD_SIZE", "1"))
if TEXTS % processes:
    raise SystemExit(f"{{TEXTS}} texts a step do not go into {{processes}} processes: take a number that divides them.")


tokenizer = AutoTokenizer.from_pretrained(MODEL)
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
START = tokenizer(PROMPT)["input_ids"]


def score(completion_ids, **_):
    """The score of each whole text, prompt included: read from its tokens, for two texts side by side may lack a blank."""
    return [SCORE(tokenizer.decode([*START, *ids], skip_special_tokens=True)).total for ids in completion_ids]


arguments = {kind}Config(
{listed}
    per_device_train_batch_size=TEXTS // processes,
    bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
    use_cpu=not torch.cuda.is_available(),
)
trainer = {kind}Trainer(
    model=MODEL,
    args=arguments,
    processing_class=tokenizer,
    reward_funcs=score,
    train_dataset=Dataset.from_list([{{"prompt": PROMPT}}] * TEXTS),
    peft_config=LoraConfig(
        r={spec.adapter.rank},
        lora_alpha={spec.adapter.alpha!r},
        target_modules={literal(list(targets))},
        lora_dropout=0.0,
        bias="none",
        task_type="CAUSAL_LM",
    ),
)

if __name__ == "__main__":
    trainer.train()
    trainer.save_model("adapter")
'''
