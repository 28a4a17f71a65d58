"""What of a run is offered to be taken along: a program for TRL where it has the algorithm, else a sentence."""

import csv
import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from components.shell import take_along
from components.shell.queued_run import QueuedRun
from components.tune import souvenirs
from mdp_core.rlhf.passing import Exam
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.spec import preset
from mdp_core.tokens.scores import ScoreSpec
from mdp_core.tokens.sums.problems import longest, problems
from tests.offered import offered


def begun(model, algorithm):
    return QueuedRun(model, preset(algorithm, prompt="the movie was", texts=8, tokens=2, steps=2), Principle())


@pytest.fixture
def taken(monkeypatch):
    """The files that are offered of a run, by what they are called, and the page."""

    def of(run):
        files = {}

        def offer(*shown, key, also):
            files.update({souvenir.label: souvenir for souvenir in shown})
            take_along.offer_to_take_along(*shown, key=key, also=also)

        monkeypatch.setattr(souvenirs, "offer_to_take_along", offer)

        def script(run):
            from components.tune.souvenirs import offer_the_film

            offer_the_film(run)

        at = AppTest.from_function(script, kwargs={"run": run}, default_timeout=60).run()
        assert [error.value for error in at.exception] == []
        return files, at

    return of


def test_a_run_goes_on_in_trl(taken, pocket):
    files, at = taken(begun(pocket, "rloo"))
    souvenir = files["Take it to TRL"]
    assert souvenir.name == "one-loop-tuning-rloo-seed-0-for-TRL.zip"
    with zipfile.ZipFile(io.BytesIO(souvenir.make())) as archive:
        script = archive.read("tune.py").decode()
    assert 'target_modules=json.loads("[\\"q_proj\\", \\"v_proj\\"]")' in script
    assert "RLOOTrainer(" in script
    assert list(offered(at)) == list(files)
    assert len(files) == 3


def test_what_trl_does_not_have_is_said_instead(taken, pocket):
    files, at = taken(begun(pocket, "ppo"))
    assert "Take it to TRL" not in files
    assert any(caption.value.startswith("TRL has removed its trainer for PPO") for caption in at.caption)


def test_what_a_run_on_problems_passed_is_in_its_table_though_it_was_stopped(taken, sums):
    exam = Exam("3 digits", problems(3, most=4), longest(3))
    spec = preset("grpo", prompts=problems(2, most=20), texts=16, group=8, tokens=24, steps=50)
    run = QueuedRun(sums, spec, Principle(ScoreSpec("sum")), exams=(exam,))
    while run.steps < 3:
        run.step()
    run.close()
    files, _ = taken(run)
    rows = list(csv.DictReader(io.StringIO(files["The curves, a table"].make()[1:], newline="")))
    assert [row["step (updates)"] for row in rows] == ["0", "1", "2"]
    for row, passing in zip(rows, run.film.passing.values(), strict=True):
        assert {k: float(row[f"pass@{k}"]) for k in (1, 2, 4, 8)} == passing.at
        assert float(row["share of groups with equal scores"]) == passing.equal
    held = run.marks["3 digits"][0]
    assert [row["pass@1, held out: 3 digits"] for row in rows] == [repr(held.one), "", ""]
    assert float(rows[0]["pass@4, held out: 3 digits"]) == held.at[4]
