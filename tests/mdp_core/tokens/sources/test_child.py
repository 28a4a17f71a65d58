import os
import sys
import time

import pytest

from mdp_core.tokens.sources import child
from mdp_core.tokens.sources.progress import Progress, drain


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_reports_its_last_line_and_how_it_ended():
    code = "import sys; print('half'); print('whole'); print('oh', file=sys.stderr); sys.exit(3)"
    ended = drain(child.run([sys.executable, "-c", code], Progress, patience=60))
    assert ended == child.Ended(3, ("half", "whole"), ("oh",))


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
    # The grandchild has no parent left to collect it but the system's first process, which may take a moment.
    state = f"/proc/{pid}/stat"
    assert not _is_alive(pid) or not os.path.exists(state) or open(state).read().rpartition(")")[2].split()[0] == "Z"


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
