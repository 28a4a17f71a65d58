"""A picture in a file of its own: what is in it stays data, however hostile, and the file stays small."""

import base64
import hashlib
import json
import math
import re
from html.parser import HTMLParser

import pytest

from components.instruments.kit.standalone import embedded, standalone
from mdp_core.frames import stage_frames
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import grid_frames

HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)> & \u2028\u2029 ]]>"


def stage(title="Lake"):
    frames = grid_frames(GridScenario(world="cliff", policy="random"), 7) | {"title": title}
    return {
        "frames": stage_frames("k", [frames]),
        "view": {"step": 0, "gamma": 0.9},
        "command": 0,
        "rows": [],
        "fixed": True,
    }


class Page(HTMLParser):
    """The elements of a page and what stands in its scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.title, self._in = [], [], "", None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._in = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._in = None

    def handle_data(self, data):
        if self._in == "script":
            self.scripts[-1] += data
        elif self._in == "title":
            self.title += data


def test_hostile_text_is_data_and_reads_back_the_same():
    written = embedded({HOSTILE: [HOSTILE]})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {HOSTILE: [HOSTILE]}


@pytest.mark.parametrize("name", ["player", "tuning_film"])
def test_hostile_text_adds_no_element(name):
    plain, hostile = (Page(standalone(name, {"text": text}, title=text)) for text in ("kind", HOSTILE))
    assert [tag for tag, _ in plain.elements] == [tag for tag, _ in hostile.elements]
    assert len(hostile.scripts) == 2
    assert json.loads(hostile.scripts[0]) == {"text": HOSTILE}
    assert hostile.title == HOSTILE


def test_only_its_own_script_may_run_and_nothing_may_connect():
    page = Page(standalone("player", stage(HOSTILE), title="a run"))
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    digest = base64.b64encode(hashlib.sha256(page.scripts[1].encode()).digest()).decode()
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert "connect-src" not in rules  # so that default-src holds


def test_nothing_is_loaded_from_elsewhere():
    text = standalone("player", stage(), title="a run")
    # An address that is made of what was drawn is none of a place elsewhere.
    assert not re.search(r"""(src|href)=["']|@import|url\((?!"\$\{)|\bfetch\(""", text)
    assert set(re.findall(r"https?://[^\s\"'`]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_a_run_is_far_below_two_megabytes():
    assert len(standalone("player", stage(), title="a run").encode()) < 500_000


def test_both_themes_are_those_of_the_app():
    text = standalone("player", stage(), title="a run")
    light, dark = text.split("@media (prefers-color-scheme: dark)")[:2]
    assert "--st-background-color: #FFFFFF" in light
    assert "--st-background-color: #10151C" in dark


def test_what_json_cannot_say_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        standalone("player", {"reward": math.nan}, title="a run")
