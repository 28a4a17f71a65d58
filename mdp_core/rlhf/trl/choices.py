"""Choices as scripts for TRL: a reward model that learns from them, and a policy that learns from them directly (DPO)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.trl.bundle import REQUIREMENTS, how_to, literal, model_files, model_name, zipped
from mdp_core.tokens.sources.model_id import reads_chats

MOST_LINES = 1_000  # of one choice, however much it weighs
LORA = {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0, "bias": "none"}
CHATTED = (
    "One Loop read the prompts as chats; these lines are plain text. Where prompt, chosen and rejected are lists of "
    "messages, TRL puts the model's chat template around them."
)
COMMON: dict[str, Any] = {
    "num_train_epochs": 3,
    "lr_scheduler_type": "constant",
    "logging_steps": 1,
    "report_to": "none",
    "save_strategy": "no",
    "gradient_checkpointing": False,
    "max_length": 1024,
    "seed": 0,
    "model_init_kwargs": {"dtype": "float32"},
}
REWARD: dict[str, Any] = {"output_dir": "reward-run", "learning_rate": 1e-3, **COMMON}
DPO: dict[str, Any] = {"output_dir": "dpo-run", "learning_rate": 1e-4, "beta": 0.1, "loss_type": ["sigmoid"], **COMMON}


def choices_bundle(comparisons: Iterable[Comparison], model: str, targets: tuple[str, ...]) -> bytes:
    """The zip: reward.py, dpo.py, choices.jsonl, requirements.txt, README.md, and Pocket where that is the model."""
    return zipped(
        {
            "reward.py": reward_script(model, targets),
            "dpo.py": dpo_script(model, targets),
            "choices.jsonl": choice_lines(comparisons),
            "requirements.txt": "\n".join(REQUIREMENTS) + "\n",
            "README.md": how_to(
                "Your choices with TRL",
                {
                    "reward.py": "Trains a reward model: the whole network with an adapter and one number at its end, where "
                    "One Loop fits a line through frozen features.",
                    "dpo.py": "Tunes a policy from the choices, without a reward model; One Loop takes the folder "
                    "`adapter` in again, on page Tune.",
                },
                (
                    "choices.jsonl has a line for every choice: the prompt is the beginning that both texts share.",
                    "TRL's format has no weights: a choice that weighs n has about n lines, one at least.",
                    *([CHATTED] if reads_chats(model) else []),
                ),
            ),
            **model_files(model),
        }
    )


def choice_lines(comparisons: Iterable[Comparison]) -> str:
    """JSON lines of prompt, chosen and rejected, as many a choice as it weighs, rounded, from 1 to MOST_LINES."""
    lines = []
    for choice in comparisons:
        prompt = shared_beginning(choice.better, choice.worse)
        at = len(prompt)
        line = {"prompt": prompt, "chosen": choice.better[at:], "rejected": choice.worse[at:]}
        lines += [json.dumps(line, ensure_ascii=False) + "\n"] * min(max(round(choice.weight), 1), MOST_LINES)
    return "".join(lines)


def shared_beginning(one: str, other: str) -> str:
    """What both texts begin with, up to a blank, so that neither goes on in the middle of a word or with nothing."""
    common = one[: sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))]
    while common and not (one[len(common) :][:1].isspace() and other[len(common) :][:1].isspace()):
        common = common[:-1]
    return common


def reward_script(model: str, targets: tuple[str, ...]) -> str:
    """reward.py."""
    return _script(
        "A reward model from choices, with TRL: -log sigmoid(r(chosen) - r(rejected)).",
        "Reward",
        REWARD,
        model,
        {**LORA, "task_type": "SEQ_CLS", "modules_to_save": ["score"]},
        targets,
        "reward-model",
    )


def dpo_script(model: str, targets: tuple[str, ...]) -> str:
    """dpo.py."""
    return _script(
        "A policy from choices, with TRL: direct preference optimisation (Rafailov et al. 2023).",
        "DPO",
        DPO,
        model,
        {**LORA, "task_type": "CAUSAL_LM"},
        targets,
        "adapter",
    )


def _script(
    says: str,
    kind: str,
    settings: dict[str, Any],
    model: str,
    lora: dict[str, Any],
    targets: tuple[str, ...],
    kept: str,
) -> str:
    name, remark = model_name(model)
    listed = "\n".join(f"    {key}={value!r}," for key, value in settings.items())
    adapted = "\n".join(f"        {key}={value!r}," for key, value in lora.items())
    return f'''"""{says}"""

import json
import os
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoTokenizer
from trl import {kind}Config, {kind}Trainer

MODEL = {literal(name)}  # {remark}
BATCH = 8  # choices a step, of all processes together

processes = int(os.environ.get("WORLD_SIZE", "1"))
if BATCH % processes:
    raise SystemExit(f"{{BATCH}} choices a step do not go into {{processes}} processes: take a number that divides them.")

with Path("choices.jsonl").open(encoding="utf-8") as lines:
    choices = [json.loads(line) for line in lines]

arguments = {kind}Config(
{listed}
    per_device_train_batch_size=BATCH // processes,
    bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
    use_cpu=not torch.cuda.is_available(),
)
tokenizer = AutoTokenizer.from_pretrained(MODEL)
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
trainer = {kind}Trainer(
    model=MODEL,
    args=arguments,
    processing_class=tokenizer,
    train_dataset=Dataset.from_list(choices),
    peft_config=LoraConfig(
{adapted}
        target_modules={literal(list(targets))},
    ),
)

if __name__ == "__main__":
    trainer.train()
    trainer.save_model("{kept}")
'''
