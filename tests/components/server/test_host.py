"""What the app was started with, and what the page says where that cannot be."""

import pytest
import torch

from components.server.devices import tell_host
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
    ],
)
def test_what_cannot_be_read_is_said_and_pocket_is_there(argv, environ, named):
    found = choices(argv, environ)
    assert found.host.first == "pocket"
    assert named in found.problem
    assert found.problem.endswith((".", "!"))


@pytest.mark.parametrize(
    ("argv", "environ", "device"),
    [
        ([APP], {}, "auto"),
        ([APP, "--device", "cuda"], {}, "cuda"),
        ([APP, "--device=CPU", "--lm", "smollm2"], {}, "cpu"),
        ([APP], {"ONE_LOOP_DEVICE": " mps "}, "mps"),
        ([APP, "--device", "cpu"], {"ONE_LOOP_DEVICE": "cuda"}, "cpu"),
        ([APP, "--device", "cpu"], {"ONE_LOOP_DEVICE": "toaster"}, "cpu"),
    ],
)
def test_the_host_says_where_models_run(argv, environ, device):
    found = choices(argv, environ)
    assert (found.host.device, found.problem, found.no_device) == (device, "", "")


@pytest.mark.parametrize(
    ("argv", "environ"),
    [([APP, "--lm", "smollm2", "--device", "tpu"], {}), ([APP, "--lm", "smollm2"], {"ONE_LOOP_DEVICE": "tpu"})],
)
def test_a_device_that_is_none_takes_nothing_else_along(argv, environ):
    found = choices(argv, {**environ, "ONE_LOOP_ALLOW_FOLDERS": "0"})
    assert (found.host.device, found.host.first, found.host.allow_folders) == ("cpu", "smollm2", False)
    assert found.no_device == "ONE_LOOP_DEVICE or --device is “tpu”, which is none; write auto, cpu, cuda or mps."
    assert found.problem == ""


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("ONE_LOOP_MAX_MODEL_MB", "lots"),
        ("ONE_LOOP_CACHE", "somewhere/here"),
        ("ONE_LOOP_ALLOW_HUB", "perhaps"),
        ("ONE_LOOP_ALLOW_FOLDERS", "nope"),
    ],
)
def test_a_setting_that_cannot_be_read_takes_no_other_along_and_is_named(capsys, monkeypatch, name, wrong):
    asked = {
        "ONE_LOOP_ALLOW_FOLDERS": "0",
        "ONE_LOOP_ALLOW_HUB": "0",
        "ONE_LOOP_MAX_MODEL_MB": "600",
        "ONE_LOOP_CACHE": "/srv/one-loop",
        "ONE_LOOP_DEVICE": "cuda",
        "ONE_LOOP_LM": "smollm2",
        name: wrong,
    }
    found = choices([APP], asked)
    host = found.host
    assert found.unread.startswith(name)
    assert (found.problem, found.no_device) == ("", "")
    assert (host.first, host.device, host.allow_folders, host.allow_hub) == ("smollm2", "cuda", False, False)
    assert host.max_bytes == (4_000 if wrong == "lots" else 600) * 10**6
    assert (str(host.cache) == "/srv/one-loop") == (wrong != "somewhere/here")
    assert choices([APP, "--lm", "not a model"], asked).host.allow_folders is False
    monkeypatch.setattr("components.server.devices.choices", lambda: choices([APP], asked | {"ONE_LOOP_DEVICE": "cpu"}))
    tell_host()
    assert f"One Loop: {name} is" in capsys.readouterr().err


def test_two_settings_that_cannot_be_read_are_both_named():
    found = choices([APP], {"ONE_LOOP_MAX_MODEL_MB": "lots", "ONE_LOOP_CACHE": "here"})
    assert [name in found.unread for name in ("ONE_LOOP_MAX_MODEL_MB", "ONE_LOOP_CACHE")] == [True, True]


def test_a_device_without_a_name_is_said():
    assert choices([APP, "--device"], {}).problem.endswith("write -- --device cuda.")


@pytest.mark.parametrize(
    ("arguments", "built", "said"),
    [
        ([], None, ""),
        (["--device", "cpu"], None, ""),
        (["--device", "tpu"], None, "“tpu”, which is none; write auto, cpu, cuda or mps. Models run on the CPU."),
        (["--device", "cuda"], None, "README says which one to install. Models run on the CPU."),
        (["--device", "cuda"], "13.0", "no driver for it. Models run on the CPU."),
    ],
)
def test_the_terminal_says_what_came_of_the_device(monkeypatch, capsys, arguments, built, said):
    monkeypatch.setattr("sys.argv", [APP, *arguments])
    monkeypatch.delenv("ONE_LOOP_DEVICE", raising=False)
    monkeypatch.setattr(torch.version, "cuda", built)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    tell_host()
    line = capsys.readouterr().err.strip()
    assert line.endswith(said) if said else line == ""


def test_a_device_that_the_environment_named_is_not_said_to_be_the_command_lines(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", [APP])
    monkeypatch.setenv("ONE_LOOP_DEVICE", "cuda")
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    tell_host()
    assert capsys.readouterr().err.startswith(
        "One Loop: ONE_LOOP_DEVICE or --device is cuda. The torch that is installed"
    )


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
