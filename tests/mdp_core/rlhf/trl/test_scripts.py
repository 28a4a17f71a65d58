"""The scripts for TRL as texts: they compile, name only what TRL 1.16.0 knows, and hold a stranger's words as data."""

import ast
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mdp_core.rlhf.algorithms import ALGORITHMS
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trl.bundle import NotInTRLError
from mdp_core.rlhf.trl.choices import choice_lines, choices_bundle
from mdp_core.rlhf.trl.tuning import TRAINERS, check_trl, remarks, tuning_bundle
from mdp_core.tokens.rewards import reward_from
from mdp_core.tokens.scores import ScoreSpec

TARGETS = ("q_proj", "v_proj")
EVIL = '"""\'\'\'\n#{__import__("os").system("touch /tmp/x")}\\\u2028\U0001f600\x00{PROMPT!r}'

# Of the wheel of trl 1.16.0 and its base, transformers' TrainingArguments.
TRAINING = {
    *(
        "output_dir",
        "max_steps",
        "num_train_epochs",
        "learning_rate",
        "lr_scheduler_type",
        "weight_decay",
        "max_grad_norm",
    ),
    *("seed", "logging_steps", "report_to", "save_strategy", "gradient_checkpointing", "model_init_kwargs", "bf16"),
    *("use_cpu", "per_device_train_batch_size"),
}
GROUPS = {"num_generations", "max_completion_length", "temperature", "beta", "num_iterations", "epsilon"}
KNOWN = {
    "GRPOConfig": TRAINING
    | GROUPS
    | {"loss_type", "scale_rewards", "use_bias_correction_kl", "epsilon_high"}
    | {"importance_sampling_level", "mask_truncated_completions"},
    "RLOOConfig": TRAINING | GROUPS | {"normalize_advantages"},
    "RewardConfig": TRAINING | {"max_length"},
    "DPOConfig": TRAINING | {"max_length", "beta", "loss_type"},
    "LoraConfig": {"r", "lora_alpha", "lora_dropout", "bias", "task_type", "target_modules", "modules_to_save"},
    "GRPOTrainer": (trainer := {"model", "args", "processing_class", "train_dataset", "peft_config"})
    | {"reward_funcs"},
    "RLOOTrainer": trainer | {"reward_funcs"},
    "RewardTrainer": trainer,
    "DPOTrainer": trainer,
}


def unpacked(bundle):
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


def tuned(algorithm="grpo", principle=None, model="pocket", **changes):
    return unpacked(tuning_bundle(preset(algorithm, **changes), principle or Principle(), model, TARGETS))


CHOICES = (
    Comparison("the movie was good", "the movie was bad", 0, weight=2.4),
    Comparison(EVIL + " a", EVIL + " b", 1),
)


def scripts():
    for algorithm in TRAINERS:
        yield tuned(algorithm)["tune.py"]
    files = unpacked(choices_bundle(CHOICES, "smollm2", TARGETS))
    yield from (files["reward.py"], files["dpo.py"])


def test_every_argument_is_one_that_trl_knows():
    used = set()
    for script in scripts():
        for node in ast.walk(ast.parse(script)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KNOWN:
                used.add(node.func.id)
                assert {keyword.arg for keyword in node.keywords} <= KNOWN[node.func.id], node.func.id
    assert used == set(KNOWN)


def test_the_names_are_those_of_the_wheel():
    trl = pytest.importorskip("trl", reason="pip install -r tests/requirements-trl.txt, in an environment of its own")
    import dataclasses

    for name in ("GRPOConfig", "RLOOConfig", "RewardConfig", "DPOConfig"):
        assert KNOWN[name] <= {field.name for field in dataclasses.fields(getattr(trl, name))}, name


@pytest.mark.parametrize("kind", ["word", "formula"])
def test_what_a_stranger_wrote_is_data(kind):
    principle = Principle(ScoreSpec(kind=kind, word=EVIL, formula=EVIL))
    files = tuned(principle=principle, prompt=EVIL, model=f"evil/{EVIL}")
    script = files["tune.py"]
    assert script.isascii()
    strings = [node.args[0].value for node in ast.walk(ast.parse(script)) if _is_loads(node, ast.Constant)]
    said = [json.loads(string) for string in strings]
    assert said == [f"evil/{EVIL}", kind, EVIL, EVIL, list(TARGETS)]
    (line,) = files["prompts.jsonl"].split("\n")[:-1]
    assert json.loads(line) == {"prompt": EVIL}
    names = {node.id for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Name)}
    assert "__import__" not in names


def _is_loads(node, argument):
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "loads"):
        return False
    return isinstance(node.args[0], argument)


def test_the_recipe_is_in_it():
    files = tuned(texts=12, group=6, tokens=5, steps=7, epochs=2, clip=0.3, beta=0.07, learning_rate=0.004, seed=3)
    for line in (
        "num_generations=6,",
        "max_completion_length=5,",
        "max_steps=14,",  # TRL counts every pass over the same texts
        "num_iterations=2,",
        "epsilon=0.3,",
        "beta=0.07,",
        "learning_rate=0.004,",
        "seed=3,",
        "TEXTS = 12 ",
        "loss_type='grpo',",
    ):
        assert line in files["tune.py"], line
    assert "trl==1.16.0" in files["requirements.txt"].split()
    steps = ("Unpack the zip", "python -m venv", "pip install -r requirements.txt", "python tune.py")
    places = [files["README.md"].index(step) for step in steps]
    assert places == sorted(places)
    assert "accelerate launch --num_processes 4 tune.py" in files["README.md"]
    assert "pocket/model.safetensors" in files
    assert "mdp_core/tokens/formula/evaluation.py" in files


def test_the_files_can_be_read_and_the_same_recipe_is_the_same_zip():
    made = [tuning_bundle(preset("grpo"), Principle(), "pocket", TARGETS) for _ in range(2)]
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)  # the first that a zip can name, whenever it was made
            assert entry.external_attr >> 16 == 0o644
            assert entry.compress_type == zipfile.ZIP_DEFLATED


def test_the_versions_are_those_of_the_app():
    ours = Path(__file__).parents[4].joinpath("requirements.txt").read_text().split()
    tested = Path(__file__).parents[3].joinpath("requirements-trl.txt").read_text().split()
    for line in tuned()["requirements.txt"].split():
        assert line in (tested if line.startswith(("trl", "peft")) else ours)


def test_a_folder_of_the_host_is_not_named():
    script = tuned(model="/home/someone/secret")["tune.py"]
    assert "secret" not in script
    assert "./model" in script


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_trl_has_not_is_said(algorithm):
    spec = preset(algorithm)
    if algorithm in TRAINERS:
        check_trl(spec, Principle())
    else:
        with pytest.raises(NotInTRLError, match="TRL"):
            check_trl(spec, Principle())


def test_a_learned_reward_stays_here():
    with pytest.raises(NotInTRLError, match="RewardTrainer"):
        check_trl(preset("grpo"), Principle(model=object()))


def test_what_trl_lacks_of_an_algorithm_is_told_in_the_script():
    for script, told in ((tuned("dapo")["tune.py"], True), (tuned("dapo", redraws=0)["tune.py"], False)):
        assert ("dynamic sampling" in ast.get_docstring(ast.parse(script))) == told


@pytest.mark.parametrize(
    ("algorithm", "changes", "lines"),
    [
        ("dapo", {"clip_high": 0.5}, ("loss_type='dapo',", "epsilon=0.2,", "epsilon_high=0.5,")),
        ("gspo", {"clip": 0.3}, ("importance_sampling_level='sequence',", "epsilon=0.3,", "epsilon_high=0.3,")),
        ("cispo", {"clip": 0.7}, ("loss_type='cispo',", "epsilon_high=1.7,")),  # the largest weight that a token has
        ("grpo", {"clip": 0.4, "clip_high": 0.9}, ("epsilon=0.4,", "epsilon_high=0.4,")),  # it has no other one above 1
    ],
)
def test_each_algorithm_is_clipped_as_it_was_here(algorithm, changes, lines):
    script = tuned(algorithm, **changes)["tune.py"]
    assert all(f"    {line}\n" in script for line in lines)


def test_a_text_is_charged_for_its_length_as_it_was_here():
    assert "reward_funcs=[score, get_soft_overlong_punishment(16, 5)]," in tuned("dapo", overlong=5)["tune.py"]
    assert "reward_funcs=score," in tuned("dapo")["tune.py"]


def test_all_prompts_go_along():
    files = tuned("grpo", prompts=("1+2=", "30+41="), texts=8, group=4)
    assert [json.loads(line) for line in files["prompts.jsonl"].splitlines()] == [
        {"prompt": "1+2="},
        {"prompt": "30+41="},
    ]
    assert "an order of its own" in files["README.md"]


def test_where_the_penalty_is_paid_is_told_where_trl_pays_it_elsewhere():
    assert any("by the estimator k3" in remark for remark in remarks(preset("grpo")))
    assert not any("k3" in remark for remark in remarks(preset("grpo", penalty="loss", estimator="k3")))
    assert not any("penalty" in remark for remark in remarks(preset("rloo")))
    assert any("by k2" in remark for remark in remarks(preset("rloo", estimator="k2")))


def test_without_a_penalty_nothing_is_said_of_where_it_is_paid():
    for algorithm in ("rloo", "grpo"):
        for beta, told in ((0.0, False), (0.05, True)):
            spec = preset(algorithm, beta=beta, penalty="reward", estimator="k3")
            assert any("penalty" in remark for remark in remarks(spec)) is told


def test_a_choice_is_as_many_lines_as_it_weighs_one_at_least_and_no_more_than_a_thousand():
    for weight, lines in ((0.3, 1), (2.4, 2), (2.6, 3), (3.0, 3), (1_000.0, 1_000), (5_000.0, 1_000)):
        assert (
            choice_lines([Comparison("the movie was good", "the movie was bad", 0, weight=weight)]).count("\n") == lines
        )


def test_choices_are_lines_with_the_beginning_that_both_share():
    lines = [json.loads(line) for line in choice_lines(CHOICES).split("\n")[:-1]]
    assert lines[:2] == 2 * [{"prompt": "the movie was", "chosen": " good", "rejected": " bad"}]
    assert lines[2] == {"prompt": EVIL, "chosen": " b", "rejected": " a"}
    (line,) = (json.loads(line) for line in choice_lines([Comparison("a", "a b", 1)]).split("\n")[:-1])
    assert line == {"prompt": "", "chosen": "a b", "rejected": "a"}


def test_a_policy_that_was_tuned_on_chats_is_tuned_on_chats_there():
    files = tuned(model="smollm2#chat", prompt="Tell me a joke.")
    assert '"HuggingFaceTB/SmolLM2-135M-Instruct\\""' in files["tune.py"]
    names = {"prompts": [{"prompt": "Tell me a joke."}], "SCORE": ScoreOf, "tokenizer": Decoder()}
    read = "def score" + files["tune.py"].partition("def score")[2].partition("\narguments")[0]
    made = next(line for line in files["tune.py"].splitlines() if line.startswith("prompts = [{"))
    exec(f"{made}\n{read}", names)  # what was written here, not a stranger's
    assert names["prompts"] == [{"prompt": [{"role": "user", "content": "Tell me a joke."}]}]
    chats = [chat["prompt"] for chat in names["prompts"]]
    assert names["score"](prompts=chats, completion_ids=[[1, 2]]) == ["Tell me a joke.\nOne, two."]
    assert "as chats" in unpacked(choices_bundle(CHOICES, "smollm2#chat", TARGETS))["README.md"]
    assert "as chats" not in unpacked(choices_bundle(CHOICES, "smollm2", TARGETS))["README.md"]


class ScoreOf:
    """Its total is the text itself."""

    def __init__(self, text):
        self.total = text


class Decoder:
    """A tokenizer that says one thing."""

    def decode(self, ids, skip_special_tokens):
        return "One, two." if skip_special_tokens and ids == [1, 2] else "?"


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (ScoreSpec("sentiment"), "the movie was wonderful"),
        (ScoreSpec("formula", formula="sentiment(text) + 0.1 * words(text)"), "the movie was wonderful"),
        (ScoreSpec("sum"), "17+25=42"),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_the_score_runs_with_nothing_of_ours_but_what_is_in_the_zip(score, text, tmp_path):
    with zipfile.ZipFile(io.BytesIO(tuning_bundle(preset("grpo"), Principle(score), "pocket", TARGETS))) as archive:
        archive.extractall(tmp_path)
    kept = [
        ast.unparse(line)
        for line in ast.parse((tmp_path / "tune.py").read_text("utf-8")).body
        if (isinstance(line, ast.ImportFrom) and str(line.module).startswith("mdp_core"))
        or (isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "SCORE")
    ]
    program = "\n".join(
        ["import json", *kept, "import mdp_core", f"print(mdp_core.__file__, SCORE({text!r}).total, sep='|')"]
    )
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    home, total = ran.stdout.strip().split("|")
    assert Path(home).parent == tmp_path / "mdp_core"
    assert float(total) == reward_from(score)(text).total
