"""An adapter as one file to take along: a zip of the two files in peft's layout. And back, from whatever a visitor has.

Nothing is written to the disk, so that no name in an archive leads anywhere; of an archive the two files are read that an
adapter has, each as far as its limit.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping

from torch import nn

from mdp_core.rlhf.adapter_files import MAX_CONFIG, MAX_WEIGHTS, WEIGHTS, files_of
from mdp_core.rlhf.adapters import Adapter, AdapterError
from mdp_core.rlhf.base_names import id_of
from mdp_core.rlhf.peft_config import CONFIG

MAX_ENTRIES = 1_000  # of an archive; a folder of peft has ten

_ENDINGS = {".json": CONFIG, ".safetensors": WEIGHTS}
_LIMITS = {CONFIG: MAX_CONFIG, WEIGHTS: MAX_WEIGHTS}
_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same adapter, the same bytes


def archive_of(adapter: Adapter, network: nn.Module) -> bytes:
    """A zip with both files, as `peft` loads them from the folder that it unpacks to."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files_of(adapter, network).items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def adapter_files_in(uploads: Mapping[str, bytes], *, most: int = MAX_WEIGHTS) -> dict[str, bytes]:
    """The two files for `adapter_from`, by their own names, from `uploads`: a zip, or both files under any names.

    `most` bounds the bytes of the weights, unpacked. Whether a file is missing, `adapter_from` says. Raises AdapterError,
    in a sentence for a visitor: for files of other kinds, for two of a kind, for an archive that cannot be read.
    """
    limits = _LIMITS | {WEIGHTS: min(most, MAX_WEIGHTS)}
    files: dict[str, bytes] = {}
    for name, content in uploads.items():
        if content[:2] == b"PK" or name.lower().endswith(".zip"):
            unpacked = _unpacked(content, limits)
        else:
            unpacked = {_role(name): content}
        for role, data in unpacked.items():
            if role in files:
                raise AdapterError(f"There are two files for {role}: choose one adapter.")
            if len(data) > limits[role]:
                raise _too_large(role, limits[role])
            files[role] = data
    return files


def named_base(files: Mapping[str, bytes]) -> str:
    """The id of the model that the adapter says it was made for; empty where it says none that can be read."""
    try:
        config = json.loads(files.get(CONFIG, b""))
    except (ValueError, RecursionError):
        return ""
    base = config.get("base_model_name_or_path") if isinstance(config, dict) else None
    return id_of(base) if isinstance(base, str) else ""


def _role(name: str) -> str:
    """Which of the two files it is; browsers put numbers behind a name, so that only its ending counts."""
    ending = "." + name.lower().rpartition(".")[2]
    if ending in _PICKLES:
        raise AdapterError(
            f"“{_short(name)}” is a pickle, which can run a program when it is opened: save the adapter as safetensors."
        )
    if ending not in _ENDINGS:
        raise AdapterError(f"“{_short(name)}” is no part of an adapter: choose a zip, or {CONFIG} and {WEIGHTS}.")
    return _ENDINGS[ending]


def _unpacked(content: bytes, limits: Mapping[str, int]) -> dict[str, bytes]:
    if content.count(b"PK\x01\x02") > MAX_ENTRIES:  # one for each entry: counted before the list is read
        raise AdapterError(f"This archive has more than {MAX_ENTRIES:,} files: pack the two of the adapter alone.")
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                role = entry.filename.replace("\\", "/").rpartition("/")[2]
                if role not in limits or entry.filename.startswith("__MACOSX/"):
                    continue
                if role in files:
                    raise AdapterError(f"This archive has more than one {role}: pack one adapter alone.")
                files[role] = _read(archive, entry, role, limits[role])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, AdapterError):
            raise
        raise AdapterError("This archive is damaged, or no zip at all: save the adapter again.") from error
    if not files:
        raise AdapterError(f"This archive holds no adapter: it needs {CONFIG} and {WEIGHTS}.")
    return files


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, role: str, limit: int) -> bytes:
    if entry.flag_bits & 1:
        raise AdapterError("This archive is locked with a password: pack the adapter without one.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others ask for memory beforehand
        raise AdapterError("This archive is packed in an unusual way: pack the adapter as an ordinary zip.")
    if entry.file_size > limit:
        raise _too_large(role, limit)
    with archive.open(entry) as unpacking:
        data = unpacking.read(limit + 1)  # what the archive says of its size may be untrue
    if len(data) > limit:
        raise _too_large(role, limit)
    return data


def _too_large(role: str, limit: int) -> AdapterError:
    return AdapterError(f"{role} has more than {limit:,} bytes, the most for an adapter here: take a smaller one.")


def _short(name: str) -> str:
    return name if len(name) <= 60 else name[:59] + "…"
