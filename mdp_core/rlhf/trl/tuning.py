"""A tuning run as a script for TRL: the same prompts, score, adapter, penalty and clipping, as far as TRL has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from textwrap import fill
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
from mdp_core.tokens.sources.model_id import reads_chats

# What makes TRL's trainers each of the algorithms.
TRAINERS: Mapping[str, tuple[str, dict[str, Any]]] = MappingProxyType(
    {
        "rloo": ("RLOO", {"normalize_advantages": False}),
        "grpo": ("GRPO", {"loss_type": "grpo", "scale_rewards": "group"}),
        "dr_grpo": ("GRPO", {"loss_type": "dr_grpo", "scale_rewards": "none"}),
        # A text that was cut off is learned from here, so it is there.
        "dapo": ("GRPO", {"loss_type": "dapo", "scale_rewards": "group", "mask_truncated_completions": False}),
        "gspo": ("GRPO", {"loss_type": "grpo", "scale_rewards": "group", "importance_sampling_level": "sequence"}),
        "cispo": ("GRPO", {"loss_type": "cispo", "scale_rewards": "group"}),
    }
)
_AS_TEXT = '''

def score(prompts, completion_ids, **_):
    """The score of each whole text, prompt included: read from its tokens, for two texts side by side may lack a blank."""
    whole = [[*tokenizer(prompt)["input_ids"], *ids] for prompt, ids in zip(prompts, completion_ids, strict=True)]
    return [SCORE(tokenizer.decode(ids, skip_special_tokens=True)).total for ids in whole]
'''
_AS_CHAT = '''# Chats, which the tokenizer's own template is put around.
prompts = [{"prompt": [{"role": "user", "content": line["prompt"]}]} for line in prompts]


def score(prompts, completion_ids, **_):
    """The score of each whole text: the prompt, a line break, the answer; nothing of the template."""
    answers = [tokenizer.decode(ids, skip_special_tokens=True) for ids in completion_ids]
    asked = [prompt[-1]["content"] for prompt in prompts]
    return [SCORE(f"{prompt}\\n{answer}").total for prompt, answer in zip(asked, answers, strict=True)]
'''
_LACKING = {
    "ppo": "TRL has removed its trainer for PPO (1.16 has none): GRPO and RLOO can be taken there.",
    "reinforce": "TRL has no REINFORCE with the mean of earlier steps as its baseline: RLOO is the nearest that it has.",
    "reinforce_pp": (
        "TRL has no REINFORCE++, which compares a token to all tokens of the step: the nearest that it has is GRPO with "
        'scale_rewards="batch", a text less the mean of its group, over the spread of the step.'
    ),
    "dpo": "Choices are taken to TRL from page Score: its file has them, and a script for DPOTrainer.",
    "ipo": (
        "Choices are taken to TRL from page Score: its file has them, and a script for DPOTrainer, which learns by IPO "
        'with loss_type=["ipo"].'
    ),
}


def tuning_bundle(
    spec: TuneSpec, principle: Principle, model: str, targets: tuple[str, ...], *, begun: str = ""
) -> bytes:
    """The zip: tune.py, prompts.jsonl, requirements.txt, README.md, the score, and Pocket where that is the model.

    `model` is the id of the model, `targets` the ends of the names of the adapted layers, `begun` the tuned policy that the
    run began with. Raises NotInTRLError, in a sentence for a visitor.
    """
    files: dict[str, str | bytes] = {
        "tune.py": tuning_script(spec, principle, model, targets),
        "prompts.jsonl": "".join(json.dumps({"prompt": prompt}) + "\n" for prompt in spec.prompts or (spec.prompt,)),
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
    if spec.most_redraws:
        found.append(
            "TRL draws no group anew (dynamic sampling): one whose texts all have the same score keeps its place, "
            "and teaches nothing."
        )
    if len(spec.prompts) > 1:
        found.append(
            "TRL goes through all prompts, in an order of its own, before one comes again; here every group drew one of all."
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
        # What TRL's CISPO is told is the weight's limit itself, and not how far it lies above 1.
        arguments["epsilon_high"] = spec.clips.high + (spec.algorithm == "cispo")
    listed = "\n".join(f"    {key}={value!r}," for key, value in arguments.items())
    rewards, more = "score", ""
    if spec.buffer:
        rewards = f"[score, get_soft_overlong_punishment({spec.tokens}, {spec.buffer})]"
        more = "\nfrom trl.rewards import get_soft_overlong_punishment"
    read = _AS_CHAT if reads_chats(model) else _AS_TEXT
    told = "\n".join(fill(f"* {remark}", 118, subsequent_indent="  ") for remark in remarks(spec))
    return f'''"""{ALGORITHMS[spec.algorithm].title} with TRL: {spec.texts} texts a step, scored by the score of One Loop.

{told}
"""

import json
import os
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoTokenizer
from trl import {kind}Config, {kind}Trainer{more}

from mdp_core.tokens.rewards import reward_from
from mdp_core.tokens.scores import ScoreSpec

MODEL = {literal(name)}  # {remark}
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

with Path("prompts.jsonl").open(encoding="utf-8") as lines:
    prompts = [json.loads(line) for line in lines]
prompts *= -(-{spec.texts // spec.group_size} // len(prompts))  # a step's groups: TRL drops what does not fill a step

tokenizer = AutoTokenizer.from_pretrained(MODEL)
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
{read}

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
    reward_funcs={rewards},
    train_dataset=Dataset.from_list(prompts),
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
