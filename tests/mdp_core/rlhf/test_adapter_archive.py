"""Adapters as one file: there and back, and the archives that visitors may bring instead."""

import contextlib
import io
import json
import struct
import zipfile
import zlib

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mdp_core.rlhf.adapter_archive import MAX_ENTRIES, adapter_files_in, archive_of, named_base
from mdp_core.rlhf.adapter_files import WEIGHTS, adapter_from, files_of
from mdp_core.rlhf.adapters import AdapterError
from mdp_core.rlhf.peft_config import CONFIG
from tests.mdp_core.rlhf.test_adapters import random_adapter
from tests.mdp_core.tokens import tiny

MODEL = tiny.byte_level_model()
ADAPTER = random_adapter(MODEL, 1)
FILES = files_of(ADAPTER, MODEL.model)
ARCHIVE = archive_of(ADAPTER, MODEL.model)


def packed(files, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in files if isinstance(files, list) else files.items():
            archive.writestr(name, data)
    return content.getvalue()


def test_there_and_back():
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as archive:
        assert archive.namelist() == [CONFIG, WEIGHTS]
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    assert archive_of(ADAPTER, MODEL.model) == ARCHIVE  # the same adapter, the same bytes
    read = adapter_from(adapter_files_in({"kind.zip": ARCHIVE}), MODEL.model)
    assert torch.equal(read.vector(), ADAPTER.vector())
    assert read.digest() == ADAPTER.digest()


@pytest.mark.parametrize(
    "uploads",
    [
        {"adapter_config (2).json": FILES[CONFIG], "My Adapter.SAFETENSORS": FILES[WEIGHTS]},
        {"a.zip": packed({f"kind/{name}": data for name, data in FILES.items()})},
        {"a.zip": packed({f"../../etc/{name}": data for name, data in FILES.items()})},  # a name leads nowhere here
        {"a.zip": packed({"README.md": b"hello", f"__MACOSX/{CONFIG}": b"junk", **FILES})},
        {"no ending": packed(FILES, zipfile.ZIP_STORED)},
        {"a.zip": packed({WEIGHTS: FILES[WEIGHTS]}), "c.json": FILES[CONFIG]},
    ],
)
def test_what_visitors_have(uploads):
    assert adapter_files_in(uploads) == FILES


def lying(size):
    """An archive that says `size` of the weights, which are a million zeros."""
    content = bytearray(packed({CONFIG: FILES[CONFIG], WEIGHTS: bytes(1_000_000)}))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(content)


def locked():
    content = bytearray(ARCHIVE)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + offset] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("uploads", "says"),
    [
        ({"adapter_model.bin": b"\x80\x04K\x01."}, "is a pickle"),
        ({"x.pt": packed(FILES)[2:]}, "is a pickle"),
        ({"notes.txt": b"hello"}, "no part of an adapter"),
        ({"no ending": b"hello"}, "no part of an adapter"),
        ({"n" * 60: b"hello"}, f"“{'n' * 60}” is no part of an adapter"),
        ({"n" * 61: b"hello"}, f"“{'n' * 59}…” is no part of an adapter"),
        ({"a.zip": b"PK\x03\x04 and nothing else"}, "damaged"),
        ({"a.zip": b""}, "damaged"),
        ({"a.zip": ARCHIVE[:-30]}, "damaged"),
        ({"a.zip": ARCHIVE[:200] + b"\x00" * 50 + ARCHIVE[250:]}, "damaged"),
        ({"a.zip": locked()}, "password"),
        ({"a.zip": packed(FILES, zipfile.ZIP_LZMA)}, "unusual"),
        ({"a.zip": packed({"adapter_model.bin": b"pickled"})}, "holds no adapter"),
        ({"a.zip": packed([(f"a/{CONFIG}", b"{}"), (f"b/{CONFIG}", b"{}")])}, f"more than one {CONFIG}"),
        ({"a.zip": packed({str(i): b"" for i in range(MAX_ENTRIES + 1)})}, "more than 1,000 files"),
        ({"a.zip": packed({CONFIG: b"{}", WEIGHTS: bytes(5_000_000)})}, "more than 4,000,000 bytes"),
        ({"a.zip": lying(5_000_000)}, "more than 4,000,000 bytes"),
        ({"a.zip": lying(1_000)}, "damaged"),
        ({"a.zip": ARCHIVE, "b.zip": ARCHIVE}, "two files for"),
        ({"a.json": b"{}", "b.json": b"{}"}, f"two files for {CONFIG}"),
        ({"a.safetensors": bytes(4_000_001)}, "more than 4,000,000 bytes"),
        ({"a.json": bytes(100_001)}, "more than 100,000 bytes"),
    ],
)
def test_uploads_that_are_refused(uploads, says):
    with pytest.raises(AdapterError, match=says) as error:
        adapter_from(adapter_files_in(uploads, most=4_000_000), MODEL.model)
    assert len(str(error.value)) < 260
    assert "\n" not in str(error.value)


def test_a_bomb_is_unpacked_no_further_than_its_limit():
    """Forty megabytes of zeros that pretend to be few: what comes out of them is never all there at once."""
    squeezed = zlib.compressobj(9, wbits=-15)
    body = squeezed.compress(bytes(40_000_000)) + squeezed.flush()
    assert len(body) < 60_000
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(body), 1000, len(WEIGHTS), 0)
    local = b"PK\x03\x04" + head + WEIGHTS.encode() + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + WEIGHTS.encode()
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    with pytest.raises(AdapterError):
        adapter_files_in({"a.zip": local + central + end}, most=1_000_000)


def test_the_model_that_it_names():
    assert named_base(FILES) == "tiny"
    for config in (b"", b"{", b"[]", b'{"base_model_name_or_path": 3}', b"[" * 90_000):
        assert named_base({CONFIG: config}) == ""
    assert named_base({CONFIG: json.dumps({"base_model_name_or_path": "a/b"}).encode()}) == "a/b"


@settings(max_examples=100)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=12))
def test_damaged_archives_are_an_adapter_or_refused(at, noise):
    content = bytearray(ARCHIVE)
    at %= len(content)
    content[at : at + len(noise)] = noise
    with contextlib.suppress(AdapterError):  # and no other
        assert adapter_from(adapter_files_in({"a.zip": bytes(content)}), MODEL.model).is_finite
