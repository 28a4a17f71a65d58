"""What a run is said to need of memory beside what it takes: a process of its own for each, two steps, Linux only.

python -m pytest -q -s tests/benchmarks/test_memory.py
"""

from __future__ import annotations

import subprocess
import sys

import pytest

RUN = """
import gc, sys
from pathlib import Path
from mdp_core.rlhf.memory import needed
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.scores import Sentiment
from mdp_core.tokens.sources import drain, load

def kilobytes(name):
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))

name, algorithm, *numbers = sys.argv[1:]
texts, tokens, sentences = map(int, numbers)
model = drain(load(name))
prompt = " ".join(["the movie was"] + ["long and the movie was"] * sentences)
list(tune(model, preset(algorithm, prompt="the movie was", texts=2, tokens=2, steps=1), Sentiment()))
model.forget()
gc.collect()
before = kilobytes("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
spec = preset(algorithm, prompt=prompt, texts=texts, tokens=tokens, steps=2)
list(tune(model, spec, Sentiment()))
print(needed(model, spec) / 1e6, (kilobytes("VmHWM") - before) * 1024 / 1e6)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
@pytest.mark.parametrize(
    "run",
    [
        ("smollm2", "rloo", 16, 16, 0),
        ("smollm2", "ppo", 16, 16, 0),
        ("smollm2", "rloo", 64, 8, 0),
        ("smollm2", "rloo", 4, 128, 0),
        ("smollm2", "rloo", 16, 16, 40),
        ("pocket", "ppo", 512, 32, 0),
    ],
)
def test_a_run_takes_no_more_than_it_is_said_to_need(run):
    done = subprocess.run([sys.executable, "-c", RUN, *map(str, run)], capture_output=True, text=True, check=True)
    said, taken = map(float, done.stdout.split()[-2:])
    print(f"\n{run}: said to need {said:.0f} MB, took {taken:.0f} MB")
    assert taken < said
