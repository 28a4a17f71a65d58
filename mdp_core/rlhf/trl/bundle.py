"""A zip for TRL: scripts, what they need, and how to run them. The same contents, the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from torch import nn

import mdp_core
from mdp_core.rlhf.adapters import target_layers
from mdp_core.rlhf.base_names import public_name
from mdp_core.tokens.sources.model_id import POCKET, SUMS

REQUIREMENTS = ("accelerate==1.15.0", "peft==0.21.2", "torch==2.13.0", "transformers==5.23.0", "trl==1.16.0")
SCORE_REQUIREMENTS = ("simpleeval==1.0.8", "vaderSentiment==3.3.2")
_INSIDE = (POCKET, SUMS)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_ROOT = Path(mdp_core.__file__).parent
_SUMS = ("tokens/sums/__init__.py", "tokens/sums/problems.py", "tokens/sums/scores.py")
_SCORE = (
    *(
        "__init__.py",
        "exports.py",
        "tokens/__init__.py",
        "tokens/rewards.py",
        "tokens/scores.py",
        "tokens/formula/*.py",
    ),
    *_SUMS,
)


class NotInTRLError(ValueError):
    """What TRL cannot do; the message is a sentence for the visitor."""


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """The files, packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def literal(value: object) -> str:
    """Python that makes `value` anew, whatever a stranger wrote in it: a JSON text in a string of plain characters."""
    return f"json.loads({json.dumps(json.dumps(value))})"


def adapted_ends(network: nn.Module, targets: tuple[str, ...]) -> tuple[str, ...]:
    """What an adapter's layers are called in a script: `targets`, or the last parts of the names of those that are usual."""
    return targets or tuple(sorted({name.rpartition(".")[2] for name in target_layers(network)}))


def model_name(id: str) -> tuple[str, str]:
    """(what a script loads, a remark): the hub's name, the folder of Pocket in the zip, or a place to be filled in."""
    if id in _INSIDE:
        return f"./{id}", f"{id.capitalize()}, a model inside One Loop; it lies beside this script"
    name = public_name(id)
    if Path(name).is_absolute():  # of the host, and none of the reader's business
        return "./model", "a model of the host's: put its folder here"
    return name, "as the hub knows it"


def model_files(id: str) -> dict[str, bytes]:
    """The files of a model that is nowhere to be downloaded."""
    if id not in _INSIDE:
        return {}
    return {f"{id}/{path.name}": path.read_bytes() for path in sorted((_ROOT / f"tokens/{id}/weights").iterdir())}


def score_files() -> dict[str, bytes]:
    """The source of the scores, as it is here: the same numbers."""
    paths = [path for pattern in _SCORE for path in sorted(_ROOT.glob(pattern))]
    return {f"mdp_core/{path.relative_to(_ROOT).as_posix()}": path.read_bytes() for path in paths}


def how_to(title: str, scripts: Mapping[str, str], remarks: tuple[str, ...]) -> str:
    """README.md: what each script does, how to run it, and what is not as it was here."""
    lines = [
        f"# {title}",
        "",
        "Unpack the zip, open a terminal in its folder, and make a virtual environment of its own (Python 3.11 or newer):",
        "",
        "    python -m venv .venv",
        "    . .venv/bin/activate   # on Windows: .venv\\Scripts\\activate",
        "    python -m pip install -r requirements.txt",
        "",
    ]
    for name, says in scripts.items():
        lines += [
            f"{says}",
            "",
            f"    python {name}",
            f"    accelerate launch --num_processes 4 {name}   # on four GPUs of one machine",
            "",
        ]
    lines += [
        "Several GPUs share the batch, so that a step is the same one; `accelerate config` asks for machines and precision "
        "and keeps the answers for `accelerate launch`.",
        "",
        *(f"* {remark}" for remark in remarks),
    ]
    return "\n".join(lines).rstrip() + "\n"
