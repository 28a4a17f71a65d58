"""Against a hub on loopback that answers as the real one does: the list of files, then each file by commit."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mdp_core.tokens.sources import hub
from mdp_core.tokens.sources.errors import (
    BrokenFolder,
    DiskFull,
    ModelError,
    NoAccess,
    NoNetwork,
    TooLarge,
    UnknownModel,
    UnsafeWeights,
)
from mdp_core.tokens.sources.folder import check
from mdp_core.tokens.sources.model_id import HubId
from mdp_core.tokens.sources.progress import drain

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TINY = HubId("one-loop", "tiny")


class Hub:
    """A hub with one repository; what the test changes here, the next request sees."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.parameters: int | None = None
        self.status = 200  # of every answer
        self.code = ""  # the hub's own error code
        self.gate = threading.Event()  # the second half of a weights file waits for it
        self.gate.set()
        self.breaks = False  # the connection breaks off in the middle of a weights file
        self.asked: list[str] = []  # "GET /path"
        self.ranges: list[str] = []  # what part of a weights file each request asked for
        self.agents: set[str] = set()
        self.authorizations: set[str] = set()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            hub.asked.append(f"{self.command} {path}")
            hub.agents.add(self.headers.get("User-Agent", ""))
            hub.authorizations.add(self.headers.get("Authorization", ""))
            if hub.status != 200:
                self._answer(hub.status, b"{}", {"X-Error-Code": hub.code} if hub.code else {})
            elif path.startswith(f"/api/models/{TINY}/revision/"):
                self._answer(200, self._info(), {"Content-Type": "application/json"})
            elif path.startswith(f"/{TINY}/resolve/") and path.rpartition("/")[2] in hub.files:
                content = hub.files[path.rpartition("/")[2]]
                etag = hashlib.sha256(content).hexdigest() if "safetensors" in path else f"{hash(content) % 16**8:08x}"
                self._answer(200, content, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT})
            else:
                self._answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})

        def _info(self) -> bytes:
            siblings = [{"rfilename": name, "size": len(content)} for name, content in hub.files.items()]
            numbers = {"safetensors": {"parameters": {"F32": hub.parameters}, "total": hub.parameters}}
            info = {"id": str(TINY), "sha": COMMIT, "tags": [], "siblings": siblings}
            return json.dumps(info | (numbers if hub.parameters is not None else {})).encode()

        def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            weights = self.command == "GET" and "safetensors" in self.path
            if weights:
                hub.ranges.append(self.headers.get("Range", ""))
                if hub.ranges[-1]:
                    first = int(hub.ranges[-1].removeprefix("bytes=").rstrip("-"))
                    headers |= {"Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}"}
                    status, content = 206, content[first:]
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                half = len(content) // 2
                self.wfile.write(content[:half])
                self.wfile.flush()
                if weights:
                    if hub.breaks:
                        self.close_connection = True
                        return
                    hub.gate.wait(60)
                try:
                    self.wfile.write(content[half:])
                except OSError:  # the visitor cancelled
                    self.close_connection = True

    return Handler


@pytest.fixture
def served(serve, no_hub, tiny, monkeypatch):
    """The hub with the tiny model in it."""
    result = Hub()
    monkeypatch.setenv("HF_ENDPOINT", serve(_handler(result)))
    result.files = {file.name: file.read_bytes() for file in tiny.iterdir()}
    yield result
    result.gate.set()


def test_a_model_is_downloaded_once_and_then_needs_no_network(served, tiny, host, tmp_path, monkeypatch):
    served.files |= {"pytorch_model.bin": b"pickle", "modeling_evil.py": b"import os", "README.md": b"# tiny"}
    seen = []
    folder = drain(hub.fetch(TINY, host), seen.append)
    assert folder.is_relative_to(tmp_path / "hub")
    fetched = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert fetched == {file.name: file.read_bytes() for file in tiny.iterdir()}  # no pickle, no code
    assert any(report.message.startswith("downloading tiny, ") and report.total for report in seen)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert drain(hub.fetch(TINY, host)) == folder
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert drain(hub.fetch(TINY, host)) == folder


def test_a_pinned_commit_needs_no_branch(served, host):
    folder = drain(hub.fetch(TINY, host, COMMIT))
    assert folder.name == COMMIT
    asked = len(served.asked)
    assert drain(hub.fetch(TINY, host, COMMIT)) == folder
    assert len(served.asked) == asked


def test_the_hosts_account_and_telemetry_stay_at_home(served, host, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    drain(hub.fetch(TINY, host))
    assert served.authorizations == {""}


def test_cancelling_in_the_middle_removes_what_is_unfinished(served, host, tmp_path, files_under):
    served.gate.clear()
    loading = hub.fetch(TINY, host)
    for _ in loading:
        if any(asked.startswith("GET") and asked.endswith("model.safetensors") for asked in served.asked):
            break
    loading.close()
    served.gate.set()
    assert not [
        file for file in files_under(tmp_path / "hub") if file.endswith((".incomplete", ".part", ".safetensors"))
    ]
    drain(hub.fetch(TINY, host))  # and the lock is free


def test_two_at_once_download_it_once(served, host):
    folders: list[Path] = []
    threads = [threading.Thread(target=lambda: folders.append(drain(hub.fetch(TINY, host)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folders) == 2
    assert len(set(folders)) == 1
    assert served.asked.count(f"GET /{TINY}/resolve/{COMMIT}/model.safetensors") == 1


@pytest.mark.parametrize(
    ("status", "code", "error", "words"),
    [
        (404, "RepoNotFound", UnknownModel, "has no public model one-loop/tiny"),
        (401, "RepoNotFound", UnknownModel, "has no public model one-loop/tiny"),
        (401, "GatedRepo", NoAccess, "only to those it knows"),
        (403, "", NoAccess, "only to those it knows"),
        (503, "", NoNetwork, "could not answer"),
    ],
)
def test_the_hubs_refusals_become_sentences(served, host, status, code, error, words):
    served.status, served.code = status, code
    with pytest.raises(error, match=words):
        drain(hub.fetch(TINY, host))


def test_no_network_offline_and_a_silent_hub(no_hub, served, host, monkeypatch):
    def refusal() -> str:
        with pytest.raises(NoNetwork) as error:
            drain(hub.fetch(TINY, host))
        return str(error.value)

    monkeypatch.setattr(hub, "STALL", 1.0)
    served.gate.clear()
    assert "Pocket works offline" in refusal()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE is set" in refusal()
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "cannot be reached" in refusal()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda served: served.files.pop("model.safetensors"), BrokenFolder),
        (
            lambda served: served.files.update({"pytorch_model.bin": served.files.pop("model.safetensors")}),
            UnsafeWeights,
        ),
        (lambda served: setattr(served, "parameters", 10**10), TooLarge),
        (lambda served: served.files.update({"config.json": b'{"auto_map": {}}'}), UnsafeWeights),
        (lambda served: served.files.update({"config.json": b"{"}), BrokenFolder),
        (lambda served: served.files.pop("tokenizer.json"), BrokenFolder),
    ],
)
def test_what_may_not_be_loaded_is_not_downloaded(served, host, change, error):
    change(served)
    with pytest.raises(error):
        drain(hub.fetch(TINY, host))
    assert not [asked for asked in served.asked if asked.startswith("GET") and asked.endswith(".safetensors")]


def test_the_size_is_checked_against_the_host_and_the_disk(served, host, monkeypatch):
    size = sum(len(content) for content in served.files.values())
    with pytest.raises(TooLarge, match="grants 0 MB"):
        drain(hub.fetch(TINY, replace(host, max_bytes=size - 1)))
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 1000}))
    with pytest.raises(DiskFull, match="no room"):
        drain(hub.fetch(TINY, host))
    assert not [asked for asked in served.asked if "resolve" in asked]


def test_a_shortened_file_that_the_hub_sends_as_whole_is_refused_when_it_is_loaded(served, host):
    served.files["model.safetensors"] = served.files["model.safetensors"][:-8]
    folder = drain(hub.fetch(TINY, host))
    with pytest.raises(ModelError, match="damaged"):
        check(folder, "tiny", host)


def test_a_download_that_broke_off_goes_on_and_is_checked(served, tiny, host, tmp_path):
    """Each connection brings half of what is left; a beginning that is another file's is thrown away."""
    whole = (tiny / "model.safetensors").read_bytes()
    served.breaks, served.gate = True, threading.Event()
    loading, ranges = hub.fetch(TINY, host), served.ranges
    with pytest.raises(NoNetwork, match="are kept, and another attempt goes on from there"):
        drain(loading)
    assert ranges[:2] == ["", f"bytes={len(whole) // 2}-"]
    [part] = tmp_path.glob("hub/*/blobs/*.part")
    part.write_bytes(whole[:1000])
    served.breaks, served.ranges = False, []
    served.gate.set()
    folder = drain(hub.fetch(TINY, host))
    assert served.ranges == ["bytes=1000-"]
    assert (folder / "model.safetensors").read_bytes() == whole
    assert not part.exists()


def test_the_beginning_of_another_file_is_not_taken_for_this_one_s(served, tiny, host, tmp_path):
    whole = (tiny / "model.safetensors").read_bytes()
    blobs = tmp_path / "hub" / f"models--{TINY.owner}--{TINY.name}" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{hashlib.sha256(whole).hexdigest()}.part").write_bytes(bytes(1000))
    folder = drain(hub.fetch(TINY, host))
    assert served.ranges == ["bytes=1000-", ""]
    assert (folder / "model.safetensors").read_bytes() == whole
    assert not list(blobs.glob("*.part"))
