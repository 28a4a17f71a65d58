"""A stranger's words stay words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.shell.plain import LONGEST, plain

JOINER = "\u2060"


@pytest.mark.parametrize(
    ("hostile", "markdown"),
    [
        ("[x](javascript:1)", rf"\[x\]\(javascript:{JOINER}1\)"),
        ("<script>", r"\<script\>"),
        ("$x$", r"\$x\$"),
        (":material/delete:", rf":{JOINER}material\/delete:"),
        (":red[x]", rf":{JOINER}red\[x\]"),
        ("https://x.org", rf"https:{JOINER}\/\/x\.org"),
        ("WWW.x.org", rf"WWW{JOINER}\.x\.org"),
        ("a@x.org", rf"a\@{JOINER}x\.org"),
        ("pass@8 of 9.", r"pass\@8 of 9\."),
        ("**bold** _it_ `code` ~~no~~", r"\*\*bold\*\* \_it\_ \`code\` \~\~no\~\~"),
        ("# no heading", r"\# no heading"),
        ("1. no list", r"1\. no list"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("a\x00b\x1b[2J", r"a�b�\[2J"),
        ("abc\u202etxt.exe", r"abc�txt\.exe"),
        ("schön, 漢字 🙂", r"schön\, 漢字 🙂"),
    ],
)
def test_signs_that_mean_something_are_made_plain(hostile, markdown):
    assert plain(hostile) == markdown


def test_a_page_of_text_is_no_message():
    assert plain("x" * 1_000) == "x" * (LONGEST - 1) + "…"


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S"), include_characters=" "), max_size=200))
def test_read_as_markdown_it_is_the_text(text):
    made = plain(text)
    assert re.sub(r"\\([!-/;-@\[-`{-~])", r"\1", made).replace(JOINER, "") == re.sub(" +", " ", text).strip()
    assert not re.search(r"[!-/;-@\[-`{-~]", re.sub(r"\\[!-/;-@\[-`{-~]", "", made))
    assert not re.search(r":(\w|\\[/+-])|@[\w-]+\\\.[\w-]|www\\\.", made, re.IGNORECASE)
