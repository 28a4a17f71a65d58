"""The child that talks to the hub: `python -m mdp_core.tokens.sources.hub_client` with a request as JSON.

A process of its own, so that a visitor can cancel at any moment, and because huggingface_hub reads its settings once.
Requests: {"do": "find", "repo", "revision"} and {"do": "download", "repo", "commit", "files", "branch" or null}.
Every answer is one line of JSON on standard output; the last one holds "folder", "files" or "error".
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from huggingface_hub import (
    HfApi,
    constants,
    errors,
    get_hf_file_metadata,
    get_session,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.file_download import repo_folder_name
from tqdm import tqdm

from mdp_core.tokens.sources.folder import INDEX, WEIGHTS
from mdp_core.tokens.sources.parent import obey, tell
from mdp_core.tokens.sources.part import PART, complete

LARGE = ".safetensors"  # how the name of a file ends that takes minutes
SHA256 = re.compile("[0-9a-f]{64}")
PIECE = 256 * 1024  # bytes between two reports; the library's own 10 MB would look like a standstill


def main(request: dict[str, Any]) -> None:
    """Answer one request."""
    constants.DOWNLOAD_CHUNK_SIZE = PIECE
    try:
        if request["do"] == "find":
            _find(request["repo"], request["revision"])
        else:
            _download(request["repo"], request["commit"], request["files"], request["branch"])
    except Exception as error:  # the parent turns its kind into a sentence
        tell(error=_kind(error), detail=f"{type(error).__name__}: {error}"[:500])


def _find(repo: str, revision: str) -> None:
    """Tell the folder of a complete copy in the hub's cache; else what the repository holds."""
    known = try_to_load_from_cache(repo, "config.json", revision=revision)
    if isinstance(known, str) and _is_complete(Path(known).parent):
        tell(folder=str(Path(known).parent))
        return
    info = HfApi().model_info(repo, revision=revision, files_metadata=True, timeout=10, token=False)
    files = [{"name": file.rfilename, "size": file.size} for file in info.siblings or ()]
    total = info.safetensors.total if info.safetensors is not None else None
    tell(files=files, commit=info.sha, parameters=total, cache=constants.HF_HUB_CACHE)


def _is_complete(folder: Path) -> bool:
    if (folder / WEIGHTS).is_file():
        return True
    try:
        shards = json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values()
        return all((folder / Path(shard).name).is_file() for shard in shards)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def _download(repo: str, commit: str, files: list[str], branch: str | None) -> None:
    """Fetch `files` into the hub's cache, telling the bytes so far, and then the folder that they are in.

    With `branch`, the cache notes at the end that the branch is at this commit: so it is found without a network.
    """
    counter, folder, before = _counter(), "", 0
    for file in files:
        if file.endswith(LARGE):
            before += _go_on(repo, file, commit, before)
        folder = os.path.dirname(hf_hub_download(repo, file, revision=commit, tqdm_class=counter, token=False))
    if branch is not None:
        hf_hub_download(repo, "config.json", revision=branch, token=False)
    tell(folder=folder)


def _go_on(repo: str, file: str, commit: str, before: int) -> int:
    """Put a file into the hub's cache, where `hf_hub_download` finds it, from where an attempt before has got to; its bytes,
    which are told on top of those that came `before`.

    The library begins every file anew. What has arrived stands beside the file under another name, and gets its own only
    with the checksum that the hub has told; a file of which it tells none is left to the library.
    """
    url = hf_hub_url(repo, file, revision=commit)
    told = get_hf_file_metadata(url, token=False)
    if not told.size or not SHA256.fullmatch(told.etag or ""):
        return 0
    blob = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repo, repo_type="model") / "blobs" / str(told.etag)
    if blob.exists():
        return told.size
    part, last = blob.with_name(blob.name + PART), 0.0

    def report(done: int) -> None:
        nonlocal last
        if time.monotonic() - last > 0.05:
            last = time.monotonic()
            tell(done=before + done)

    try:
        complete(get_session(), url, part, told.size, report)
    except ValueError:
        part.unlink()
        return 0
    with part.open("rb") as stream:
        right = hashlib.file_digest(stream, "sha256").hexdigest() == told.etag
    if right:
        part.replace(blob)
    else:
        part.unlink()  # the library fetches all of it
    return told.size


def _counter() -> type[tqdm]:
    """A tqdm that draws nothing and tells the parent the bytes of all bars together."""
    done, told = 0, 0.0

    class Counter(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            nonlocal done, told
            done += int(n or 0)
            if time.monotonic() - told > 0.05:
                told = time.monotonic()
                tell(done=done)
            return None

    return Counter


def _kind(error: BaseException) -> str:
    """One of: access, unknown, offline, disk, busy, network, other."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None and inner not in chain:
        chain.append(inner)
    if isinstance(error, errors.GatedRepoError):
        return "access"
    if isinstance(error, errors.RepositoryNotFoundError | errors.RevisionNotFoundError | errors.DisabledRepoError):
        return "unknown"
    if status in (401, 403):
        return "access"
    if any(isinstance(link, errors.OfflineModeIsEnabled) for link in chain):
        return "offline"
    if any(isinstance(link, OSError) and link.errno in (errno.ENOSPC, errno.EDQUOT) for link in chain):
        return "disk"
    if status is not None:
        return "busy"
    # The HTTP library is the hub library's own choice: known by its name only.
    network = any(type(link).__module__.partition(".")[0].startswith("httpx") for link in chain)
    return "network" if network or isinstance(error, errors.LocalEntryNotFoundError | OSError) else "other"


if __name__ == "__main__":
    obey()
    main(json.loads(sys.argv[1]))
