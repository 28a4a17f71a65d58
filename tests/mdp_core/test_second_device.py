"""Everything that a language model does here, on a second device that every machine has (tests/elsewhere.py)."""

import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).with_name("second_device_cases.py")


def test_a_second_device_gives_the_numbers_of_the_first():
    """In a process of its own: torch counts its devices once, before the first gradient."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(CASES)],
        capture_output=True,
        text=True,
        cwd=CASES.parents[2],
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "17 passed" in done.stdout
