import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from mdp_core.tokens.sources.weights import DamagedWeights, read_weights

TENSORS = {"a": np.zeros((2, 3), np.float32), "b": np.zeros((), np.int64), "c": np.zeros((0, 7), np.float16)}


def _file(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def test_shapes_and_sizes_are_what_the_library_wrote(tmp_path):
    (tmp_path / "one").write_bytes(save(TENSORS, metadata={"format": "pt"}))
    (tmp_path / "two").write_bytes(save({"d": np.zeros((5,), np.uint8)}))
    weights = read_weights([tmp_path / "one", tmp_path / "two"])
    assert weights.shapes == {"a": (2, 3), "b": (), "c": (0, 7), "d": (5,)}
    assert weights.parameters == 6 + 1 + 0 + 5
    assert weights.size == (tmp_path / "one").stat().st_size + (tmp_path / "two").stat().st_size


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x05\x00",
        (2**63).to_bytes(8, "little"),
        _file([1]),
        _file({"a": 1}),
        _file({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 8]}}, bytes(8)),
        _file({"a": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
        _file({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, -4]}}),
        _file({"a": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}}, bytes(4)),
        _file({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, bytes(8)),
        _file({n: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for n in "ab"}, bytes(4)),
        _file({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(5)),
    ],
)
def test_a_header_that_does_not_fit_its_file_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DamagedWeights):
        read_weights([tmp_path / "file"])


@given(st.integers(0, len(save(TENSORS)) - 1))
def test_a_file_cut_anywhere_is_refused(tmp_path_factory, length):
    file = tmp_path_factory.mktemp("cut") / "file"
    file.write_bytes(save(TENSORS)[:length])
    with pytest.raises(DamagedWeights):
        read_weights([file])
