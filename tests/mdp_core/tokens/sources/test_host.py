from pathlib import Path

import pytest

from mdp_core.tokens.sources.host import Host, host_from


def test_an_empty_environment_is_a_laptop():
    assert host_from({}) == Host(allow_folders=True, allow_hub=True, max_bytes=4_000_000_000, first="pocket")


def test_a_class_server_describes_itself():
    host = host_from(
        {
            "ONE_LOOP_LM": "smollm2",
            "ONE_LOOP_MAX_MODEL_MB": "600",
            "ONE_LOOP_ALLOW_FOLDERS": "0",
            "ONE_LOOP_ALLOW_HUB": "off",
            "ONE_LOOP_CACHE": "/srv/one-loop",
        }
    )
    assert host == Host(False, False, 600_000_000, Path("/srv/one-loop"), "smollm2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONE_LOOP_MAX_MODEL_MB", "much"),
        ("ONE_LOOP_MAX_MODEL_MB", "0"),
        ("ONE_LOOP_MAX_MODEL_MB", "-5"),
        ("ONE_LOOP_MAX_MODEL_MB", "²"),
        ("ONE_LOOP_MAX_MODEL_MB", "99999999999"),
        ("ONE_LOOP_ALLOW_FOLDERS", "perhaps"),
        ("ONE_LOOP_ALLOW_HUB", "2"),
        ("ONE_LOOP_CACHE", "somewhere/here"),
        ("ONE_LOOP_DEVICE", "toaster"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_variable(name, value):
    with pytest.raises(ValueError, match=name):
        host_from({name: value})
