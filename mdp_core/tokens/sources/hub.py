"""The hub: a repository's safetensors, tokenizer and configs, by way of the hub's own cache."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mdp_core.tokens.sources.cache as cache
import mdp_core.tokens.sources.child as child
from mdp_core.tokens.sources.disk import disk_errors, disk_full, require_room
from mdp_core.tokens.sources.errors import ModelError, NoAccess, NoNetwork, TooLarge, UnknownModel
from mdp_core.tokens.sources.folder import (
    CONFIGS,
    INDEX,
    SHARD,
    WEIGHTS,
    check_configs,
    require_weights,
    require_within,
)
from mdp_core.tokens.sources.host import Host
from mdp_core.tokens.sources.model_id import HubId
from mdp_core.tokens.sources.part import PART
from mdp_core.tokens.sources.progress import Loading, Progress, counted

FINDING = 15.0  # seconds to answer what a repository holds
STALL = 60.0  # seconds without a byte, after which a download is given up
# Beside the weights; nothing else of a repository is fetched, least of all code.
SIDE_FILES = (
    *CONFIGS,
    "tokenizer.json",
    "tokenizer.model",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "added_tokens.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "chat_template.jinja",
    INDEX,
)


@dataclass(frozen=True)
class _Listing:
    """What a repository holds: sizes in bytes by file, at one commit."""

    sizes: Mapping[str, int]
    commit: str
    parameters: int | None
    cache: Path

    def side_files(self) -> list[str]:
        return [file for file in SIDE_FILES if file in self.sizes]

    def weight_files(self) -> list[str]:
        return [WEIGHTS] if WEIGHTS in self.sizes else sorted(file for file in self.sizes if SHARD.fullmatch(file))


def fetch(repo: HubId, host: Host, revision: str = "main") -> Loading[Path]:
    """The folder of `repo` in the hub's cache; downloaded first where it is not there, which needs no network then.

    What can be known before a download is checked before it. Closing the generator ends the download and removes what
    is unfinished; where the network broke off, what has come of the weights is kept and gone on with.
    Raises NoNetwork, UnknownModel, NoAccess, TooLarge, UnsafeWeights, BrokenFolder, DiskFull.
    """
    with disk_errors(host.cache):
        place = yield from _find(repo, revision)
        if isinstance(place, Path):
            return place
        lock = yield from cache.sole(host.cache / "locks" / f"{repo.owner}--{repo.name}.lock", str(repo))
        kept = 0
        try:
            return (yield from _download(repo, revision, place, host))
        except NoNetwork as error:
            kept = sum(part.stat().st_size for part in _parts(repo, place))
            if not kept:
                raise
            raise NoNetwork(
                f"The download of {repo} broke off; the {kept / 1e6:.0f} MB that came are kept, and another attempt goes on "
                "from there. Pocket works offline."
            ) from error
        finally:
            for part in () if kept else _parts(repo, place):
                part.unlink(missing_ok=True)
            lock.release()


def _parts(repo: HubId, listing: _Listing) -> list[Path]:
    """What has arrived of weights that are not whole."""
    return list(listing.cache.glob(f"models--{repo.owner}--{repo.name}/blobs/*{PART}"))


def _download(repo: HubId, revision: str, listing: _Listing, host: Host) -> Loading[Path]:
    require_weights(listing.sizes, str(repo))
    side, weights = listing.side_files(), listing.weight_files()
    size = sum(listing.sizes[file] for file in (*side, *weights))
    if size > host.max_bytes:
        raise TooLarge(
            f"{repo} is {size / 1e6:,.0f} MB to download, and this host grants {host.max_bytes / 1e6:,.0f} MB; "
            "take a smaller model."
        )
    require_within(listing.parameters or 0, str(repo), host)
    require_room(listing.cache, size)
    # The small files first: a model that may not be loaded is not downloaded.
    folder = yield from _request_files(repo, listing, side, None, size)
    check_configs(folder, str(repo))
    return (yield from _request_files(repo, listing, weights, None if revision == listing.commit else revision, size))


def _request_files(repo: HubId, listing: _Listing, files: list[str], branch: str | None, size: int) -> Loading[Path]:
    def report(line: str) -> Progress:
        return counted(f"downloading {repo.name}", int(child.message(line).get("done", 0)), size)

    request = {"do": "download", "repo": str(repo), "commit": listing.commit, "files": files, "branch": branch}
    return Path((yield from _ask(request, repo, report, STALL))["folder"])


def _find(repo: HubId, revision: str) -> Loading[Path | _Listing]:
    looking = Progress(f"looking for {repo.name}")
    answer = yield from _ask(
        {"do": "find", "repo": str(repo), "revision": revision}, repo, lambda line: looking, FINDING
    )
    if "folder" in answer:
        return Path(answer["folder"])
    sizes = {file["name"]: int(file["size"] or 0) for file in answer["files"]}
    return _Listing(sizes, answer["commit"], answer["parameters"], Path(answer["cache"]))


def _ask(request: dict[str, Any], repo: HubId, report: Any, patience: float) -> Loading[dict[str, Any]]:
    """The last line of the child that does `request`. Raises what `fetch` raises."""
    command = child.python("mdp_core.tokens.sources.hub_client", json.dumps(request))
    try:
        ended = yield from child.run(command, report, patience=patience)
    except child.Stalled:
        raise _error("network", repo) from None
    answer = child.message(ended.output[-1]) if ended.output else {}
    if "error" in answer:
        raise _error(answer["error"], repo)
    if not answer.keys() & {"folder", "files"}:
        raise _error("other", repo)
    return answer


def _error(kind: str, repo: HubId) -> ModelError:
    """The kinds of `hub_client` as errors for the visitor."""
    if kind == "unknown":
        return UnknownModel(f"The hub has no public model {repo}; check its spelling, or take Pocket.")
    if kind == "access":
        return NoAccess(
            f"The hub gives {repo} only to those it knows; download it with your own account (hf download {repo}), "
            "or take Pocket."
        )
    if kind == "offline":
        return NoNetwork(f"{repo} is not on this machine, and HF_HUB_OFFLINE is set; Pocket works offline.")
    if kind == "disk":
        return disk_full()
    if kind == "busy":
        return NoNetwork(f"The hub could not answer for {repo} just now; try again in a minute, or take Pocket.")
    if kind == "network":
        return NoNetwork(f"The hub cannot be reached, so {repo} could not be loaded; Pocket works offline.")
    return NoNetwork(f"The hub's answer for {repo} could not be used; try again, or take Pocket, which works offline.")
