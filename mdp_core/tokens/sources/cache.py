"""The cache: folders that One Loop made itself, each with a manifest of sizes and checksums, and who may work on them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from pathlib import Path

import filelock

from mdp_core.tokens.sources.progress import TICK, Loading, Progress, counted

MANIFEST = "manifest.json"
VERSION = 1  # of what is kept; a folder of another version is made anew
PIECE = 4 * 1024 * 1024  # bytes between two reports, about 10 ms of hashing

_intact: set[tuple[str, int, int, str]] = set()  # (path, size, mtime in ns, SHA-256) that held in this process


def sha256(file: Path, doing: str) -> Loading[str]:
    """The file's SHA-256 in hex, with reports on the way."""
    digest, done, total = hashlib.sha256(), 0, file.stat().st_size
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
            done += len(piece)
            yield counted(doing, done, total)
    return digest.hexdigest()


def is_complete(folder: Path) -> bool:
    """True where every file of the manifest is there in its size. Costs nothing, proves nothing about the content."""
    return _manifest(folder) is not None


def is_intact(folder: Path, name: str) -> Loading[bool]:
    """True where every file of the manifest is there with its size and its checksum."""
    manifest = _manifest(folder)
    if manifest is None:
        return False
    for file, (size, digest) in manifest.items():
        if not (yield from has_checksum(folder / file, size, digest, name)):
            return False
    return True


def has_checksum(file: Path, size: int, digest: str, name: str) -> Loading[bool]:
    """True where `file` has this size and this SHA-256, which is computed once a process, and again after a change."""
    status = file.stat()
    known = (str(file), status.st_size, status.st_mtime_ns, digest)
    if status.st_size != size:
        return False
    if known not in _intact:
        if (yield from sha256(file, f"checking {name}")) != digest:
            return False
        _intact.add(known)
    return True


def publish(made: Path, folder: Path, name: str) -> Loading[None]:
    """Move the finished folder `made` to `folder`, with its manifest, in one step: nobody sees half of it.

    Both must be on one disk. What was at `folder` is dropped. Call it inside `sole`.
    """
    manifest = {}
    for file in sorted(entry for entry in made.iterdir() if entry.is_file()):
        digest = yield from sha256(file, f"checking {name}")
        manifest[file.name] = {"size": file.stat().st_size, "sha256": digest}
    text = json.dumps({"version": VERSION, "files": manifest}, indent=2)
    (made / MANIFEST).write_text(text, encoding="utf-8")
    old = made.with_name(made.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(made, folder)
    shutil.rmtree(old, ignore_errors=True)


def sole(lock: Path, name: str) -> Loading[filelock.BaseFileLock]:
    """The lock file `lock`, acquired; waits, with reports, while another thread or process holds it.

    The system frees it when its holder dies. Not bound to a thread: a page may go on with a generator in another one.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = filelock.FileLock(lock, thread_local=False)
    while True:
        try:
            held.acquire(timeout=0)
            return held
        except filelock.Timeout:
            yield Progress(f"waiting for {name}, which somebody else here is loading")
            time.sleep(TICK)


def _manifest(folder: Path) -> dict[str, tuple[int, str]] | None:
    """{file: (size, SHA-256)}; None where there is none of this version, or where a file is missing or of another size."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {file: (int(entry["size"]), str(entry["sha256"])) for file, entry in content["files"].items()}
        whole = all((folder / file).stat().st_size == size for file, (size, _) in files.items())
        return files if whole and files and content["version"] == VERSION else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
