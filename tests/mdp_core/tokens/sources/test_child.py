import os
import sys
import time
from pathlib import Path

import pytest

from mdp_core.tokens.sources import child
from mdp_core.tokens.sources.progress import Progress, drain


def _is_alive(pid: int) -> bool:
    """True for a process that runs; one that has ended stays listed until the system's first process collects it."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


def test_a_child_reports_its_last_line_and_how_it_ended():
    code = "import sys; print('half'); print('whole'); print('oh', file=sys.stderr); sys.exit(3)"
    ended = drain(child.run([sys.executable, "-c", code], Progress, patience=60))
    assert ended == child.Ended(3, ("half", "whole"), ("oh",))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no list of processes to look into here")
def test_closing_ends_the_child_and_the_children_of_the_child():
    inner = "import time; time.sleep(600)"
    code = (
        "import subprocess, sys, time\n"
        f"inner = subprocess.Popen([sys.executable, '-c', {inner!r}])\n"
        "print(inner.pid, flush=True)\n"
        "time.sleep(600)"
    )
    running = child.run([sys.executable, "-c", code], Progress, patience=60)
    pid = next(int(report.message) for report in running if report.message)
    assert _is_alive(pid)
    running.close()
    for _ in range(200):  # it was told; it is not ours to wait for
        if not _is_alive(pid):
            break
        time.sleep(0.05)
    assert not _is_alive(pid)


def test_a_child_whose_report_does_not_change_is_given_up():
    with pytest.raises(child.Stalled):
        drain(child.run([sys.executable, "-c", "import time; time.sleep(600)"], Progress, patience=0.3))


def test_our_children_clear_up_when_they_are_told_to_end(tmp_path):
    code = (
        "import sys, time\n"
        "from mdp_core.tokens.sources.parent import obey, tell\n"
        "obey()\n"
        "try:\n"
        "    tell(ready=1)\n"
        "    time.sleep(600)\n"
        "finally:\n"
        "    open(sys.argv[1], 'w').close()\n"
    )
    running = child.run([sys.executable, "-c", code, str(tmp_path / "cleared")], Progress, patience=60)
    next(report for report in running if child.message(report.message) == {"ready": 1})
    running.close()
    assert (tmp_path / "cleared").exists()


def test_our_children_end_with_their_parent(tmp_path):
    """The parent is killed without a word; the child notices by its standard input."""
    grandchild = (
        "import sys, time\n"
        "from mdp_core.tokens.sources.parent import obey, tell\n"
        "obey()\n"
        "try:\n"
        "    tell(ready=1)\n"
        "    time.sleep(600)\n"
        "finally:\n"
        "    print('cleared', file=open(sys.argv[1], 'w'))\n"
    )
    parent = (
        "import os, signal, sys\n"
        "from mdp_core.tokens.sources import child\n"
        "from mdp_core.tokens.sources.progress import Progress\n"
        f"running = child.run([sys.executable, '-c', {grandchild!r}, sys.argv[1]], Progress, patience=60)\n"
        "next(report for report in running if report.message)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    cleared = tmp_path / "cleared"
    drain(child.run([sys.executable, "-c", parent, str(cleared)], Progress, patience=60))
    for _ in range(200):
        if cleared.exists() and cleared.read_text():
            break
        time.sleep(0.05)
    assert cleared.read_text() == "cleared\n"


def test_a_line_that_is_not_json_is_no_message():
    assert child.message('{"done": 3}') == {"done": 3}
    assert child.message("[1]") == child.message("loading...") == child.message("") == {}
