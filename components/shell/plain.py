"""Plain text: the one place where a stranger's words become safe for Streamlit, whose labels and messages are Markdown."""

from __future__ import annotations

import re

LONGEST = 400  # characters of one message; a page of somebody's text is no message
_SIGNS = re.compile(r"([!-/;-@\[-`{-~])")  # ASCII punctuation, which a backslash makes plain; the colon is for _NAMED
# How `:material/delete:`, `:smile:`, `:red[...]`, `https://`, `www.` and `a@b.c` begin; a backslash is no help there.
_NAMED = re.compile(r":(?=[\w+/-])|@(?=[\w-]+\.[\w-])|www(?=\.)", re.IGNORECASE)
_BREAK = "\u2060"  # the word joiner: no width, no meaning
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # signs that turn the text around them


def plain(text: str) -> str:
    """Markdown that shows `text` as it is, on one line: no link, tag, icon, formula or emphasis comes of it.

    Line breaks and tabs become blanks, other control characters and signs that reverse the text around them become �,
    and what is longer than LONGEST is cut with an ellipsis.
    """
    line = harmless(re.sub(r"[\t\n\r\v\f\u2028\u2029 ]+", " ", text)).strip()
    if len(line) > LONGEST:
        line = line[: LONGEST - 1] + "…"
    return _SIGNS.sub(r"\\\1", _NAMED.sub(r"\g<0>" + _BREAK, line))


def harmless(text: str) -> str:
    """`text` on one line for where nothing is Markdown: with � for control characters, line breaks among them, and for
    signs that reverse the text around them."""
    return "".join(c if c.isprintable() and not _TURNING.match(c) else "�" for c in text)
