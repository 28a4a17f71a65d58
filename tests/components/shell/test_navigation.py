"""Addresses that are given away: right below a base path and behind a proxy, whatever page they are asked for on."""

import pytest
from streamlit.testing.v1 import AppTest

from components.shell.navigation import placed

PATHS = ("stage", "learn", "speaker")


@pytest.mark.parametrize(
    ("url", "path", "address"),
    [
        ("http://localhost:8501", None, "http://localhost:8501/?v=1&seed=7"),
        ("http://localhost:8501/", None, "http://localhost:8501/?v=1&seed=7"),
        ("https://school.example/loop", None, "https://school.example/loop/?v=1&seed=7"),
        ("https://school.example/loop/", None, "https://school.example/loop/?v=1&seed=7"),
        ("https://school.example/loop/stage", None, "https://school.example/loop/stage?v=1&seed=7"),
        ("https://school.example/loop/stage/", None, "https://school.example/loop/stage?v=1&seed=7"),
        ("https://school.example/loop/stage", "speaker", "https://school.example/loop/speaker?v=1&seed=7"),
        ("https://school.example/a/loop", "speaker", "https://school.example/a/loop/speaker?v=1&seed=7"),
        ("https://school.example/loop/speaker", "", "https://school.example/loop/?v=1&seed=7"),
        ("http://localhost:8501", "speaker", "http://localhost:8501/speaker?v=1&seed=7"),
    ],
)
def test_an_address_stays_below_the_app_s_own(url, path, address):
    assert placed(url, PATHS, {"v": "1", "seed": "7"}, path) == address


def test_a_page_whose_memory_is_gone_keeps_what_is_there_and_says_so():
    def script():
        import streamlit as st

        from components.shell.navigation import show

        class Page:
            def run(self):
                st.title("Here")
                raise MemoryError("The memory of the NVIDIA H200 did not suffice.")

        show(Page())

    at = AppTest.from_function(script).run()
    assert not at.exception
    assert [title.value for title in at.title] == ["Here"]
    assert [error.value.replace("\\", "") for error in at.error] == ["The memory of the NVIDIA H200 did not suffice."]


def test_what_a_stranger_typed_stays_a_parameter():
    assert placed("http://a/loop", PATHS, {"prompt": "a&b=c #d"}) == "http://a/loop/?prompt=a%26b%3Dc+%23d"
