"""What of a run is offered to be taken along: a program for TRL where it has the algorithm, else a sentence."""

import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from components.shell import take_along
from components.shell.queued_run import QueuedRun
from components.tune import souvenirs
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.spec import preset


@pytest.fixture
def offered(pocket, monkeypatch):
    """The files that are offered of a run that has not begun, by what they are called, and the page."""

    def of(algorithm):
        files = {}

        def offer(*shown, key, also):
            files.update({souvenir.label: souvenir for souvenir in shown})
            take_along.offer_to_take_along(*shown, key=key, also=also)

        monkeypatch.setattr(souvenirs, "offer_to_take_along", offer)
        run = QueuedRun(pocket, preset(algorithm, prompt="the movie was", texts=8, tokens=2, steps=2), Principle())

        def script(run):
            from components.tune.souvenirs import offer_the_film

            offer_the_film(run)

        at = AppTest.from_function(script, kwargs={"run": run}, default_timeout=60).run()
        assert [error.value for error in at.exception] == []
        return files, at

    return of


def test_a_run_goes_on_in_trl(offered):
    files, at = offered("rloo")
    souvenir = files["Take it to TRL"]
    assert souvenir.name == "one-loop-tuning-rloo-seed-0-for-TRL.zip"
    with zipfile.ZipFile(io.BytesIO(souvenir.make())) as archive:
        script = archive.read("tune.py").decode()
    assert 'target_modules=json.loads("[\\"q_proj\\", \\"v_proj\\"]")' in script
    assert "RLOOTrainer(" in script
    assert len(at.get("download_button")) == 3


def test_what_trl_does_not_have_is_said_instead(offered):
    files, at = offered("ppo")
    assert "Take it to TRL" not in files
    assert any(caption.value.startswith("TRL has removed its trainer for PPO") for caption in at.caption)
