"""What the app was started with, and what the page says where that cannot be."""

import pytest

from components.server.host import choices, host_model

APP = "/somewhere/app.py"


@pytest.mark.parametrize(
    ("argv", "environ", "first"),
    [
        ([APP], {}, "pocket"),
        ([APP, "--lm", "smollm2"], {}, "smollm2"),
        ([APP, "--lm=SmolLM2"], {}, "smollm2"),
        ([APP], {"ONE_LOOP_LM": "smollm2"}, "smollm2"),
        ([APP, "--lm", "someone/model"], {"ONE_LOOP_LM": "smollm2"}, "someone/model"),
        (["/usr/bin/pytest", "-q", "tests"], {}, "pocket"),
        ([], {}, "pocket"),
    ],
)
def test_the_argument_wins_over_the_environment(argv, environ, first):
    found = choices(argv, environ)
    assert (found.host.first, found.problem) == (first, "")


@pytest.mark.parametrize(
    ("argv", "environ", "named"),
    [
        ([APP, "--lm", "not a model"], {}, "not a model"),
        ([APP, "--lm"], {}, "--lm"),
        ([APP, "--model", "smollm2"], {}, "--model"),
        ([APP], {"ONE_LOOP_LM": "../climbing"}, "climbing"),
        ([APP], {"ONE_LOOP_MAX_MODEL_MB": "lots"}, "ONE_LOOP_MAX_MODEL_MB"),
    ],
)
def test_what_cannot_be_read_is_said_and_pocket_is_there(argv, environ, named):
    found = choices(argv, environ)
    assert found.host.first == "pocket"
    assert named in found.problem
    assert found.problem.endswith((".", "!"))


def test_visits_start_with_the_hosts_model(monkeypatch):
    monkeypatch.setattr("sys.argv", [APP, "--lm", "smollm2"])
    assert host_model() == "smollm2"


def test_the_host_names_a_server_and_its_key_is_not_told():
    environ = {"ONE_LOOP_LM": "openai:http://10.0.0.1:8000/v1#some/name", "ONE_LOOP_LM_KEY": " sk-secret "}
    host = choices([APP], environ).host
    assert host.first == "served"
    assert host.server is not None
    assert (host.server.url, host.server.model, host.server.key) == (
        "http://10.0.0.1:8000/v1",
        "some/name",
        "sk-secret",
    )
    assert "sk-secret" not in repr(host)
    assert choices([APP, "--lm", "pocket"], environ).host.server is None


@pytest.mark.parametrize("lm", ["openai:ftp://10.0.0.1", "openai:http://u:sk-secret@10.0.0.1/v1", "served"])
def test_a_server_that_cannot_be_is_said_without_its_address(lm):
    found = choices([APP, "--lm", lm], {})
    assert (found.host.first, found.host.server) == ("pocket", None)
    assert "10.0.0.1" not in found.problem
    assert found.problem.endswith(".")
