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
