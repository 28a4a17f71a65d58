"""The parts of the phones' page that can be asked without a browser."""

import base64
import hashlib
import re

import pytest

from components.server.room.phone_page import phone_headers, phone_page
from tests.node import engine


@pytest.fixture(scope="module")
def ask():
    return engine("components/server/room/phone/curve.js")


def test_a_finger_sets_every_place_on_its_way(ask):
    blank = [None] * 5
    there, back, still, level = ask(
        ["drawn", blank, 0, 0, 4, 8],
        ["drawn", blank, 4, 8, 0, 0],
        ["drawn", blank, 2.4, 7, 2.4, 7],
        ["drawn", [1, 1, 1, 1, 1], 0.6, 3, 2.6, 3],
    )
    assert there == back == [0, 2, 4, 6, 8]
    assert still == [None, None, 7, None, None]
    assert level == [1, 3, 3, 3, 1]


def test_a_curve_has_no_gaps(ask):
    whole, one, none = ask(
        ["filled", [None, 1, None, None, 4, None]], ["filled", [None, 2, None]], ["filled", [None, None]]
    )
    assert whole == pytest.approx([1, 1, 2, 3, 4, 4])
    assert one == [2, 2, 2]
    assert none is None


def test_a_number_is_read_aloud_briefly(ask):
    assert ask(["figure", 0.1 + 0.2], ["figure", 100], ["figure", -1e-9]) == ["0.3", "100", "-1e-9"]


def test_the_page_is_one_script_that_its_policy_knows():
    page = phone_page()
    assert page.count("<script>") == page.count("</script>") == 1
    script, style = (re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[1] for tag in ("script", "style"))
    assert not re.search(
        r"^\s*(import|export) |(inner|outer|Adjacent)HTML|document\.write|eval\(", script, re.MULTILINE
    )
    policy = phone_headers()["Content-Security-Policy"]
    for text in (script, style):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
