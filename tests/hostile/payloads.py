"""A hundred texts that would be more than text: scripts, markup, Markdown, mathematics, icons, formulas of a spreadsheet,
commands of a terminal. Each has a mark of its own, so that it is known where it shows.

What would run calls `hit`, which sets `window.hit`.
"""

from __future__ import annotations

import re
import unicodedata

_FAMILIES = {
    "script": (
        "<script>hit('{}')</script>",
        "<img src=x onerror=hit('{}')>",
        "<svg onload=hit('{}')>",
        "\"><svg/onload=hit('{}')>",
        "'><img src=x onerror=hit('{}')>",
        "javascript:hit('{}')",
        "</script><script>hit('{}')</script>",
        "<iframe srcdoc='<script>parent.hit(1)</script>{}'>",
        "<a href=javascript:hit(1)>{}</a>",
        "<details open ontoggle=hit(1)>{}",
        "<math href=javascript:hit(1)>{}</math>",
        "</title><script>hit('{}')</script>",
        "</style><script>hit('{}')</script>",
        "</textarea><script>hit('{}')</script>",
        "--><script>hit('{}')</script>",
        "]]><script>hit('{}')</script>",
        "<body onload=hit('{}')>",
        "<input autofocus onfocus=hit('{}')>",
        "<video><source onerror=hit('{}')></video>",
        "<object data=javascript:hit('{}')>",
        "<meta http-equiv=refresh content=0;url=//h.example/{}>",
        "${{hit('{}')}}",
        "{{{{constructor.constructor('hit(1)')()}}}} {}",
        "`;hit('{}');`",
        "&lt;img src=x onerror=hit('{}')&gt;",
        "&#60;img src=x onerror=hit('{}')&#62;",
        "<form action=javascript:hit(1)><button>{}",
        "<style onload=hit('{}')></style>",
        "<sCrIpT/x>hit('{}')</sCrIpT>",
        "<x contenteditable autofocus onfocus=hit(1)>{}",
    ),
    "markup": (
        "<b>{}</b>",
        "<h1>{}</h1>",
        "<style>*{{display:none}}</style>{}",
        "<table><tr><td>{}</table>",
        "<font color=red>{}</font>",
        "<a href=//h.example>{}</a>",
        "<br>{}<hr>",
        "<!-- {} -->",
        "&amp;{}&nbsp;",
        "<div style=position:fixed;inset:0>{}</div>",
        "<base href=//h.example/>{}",
        "<link rel=stylesheet href=//h.example/{}.css>",
        "<marquee>{}</marquee>",
    ),
    "markdown": (
        "**{}**",
        "*{}*",
        "__{}__",
        "[{}](https://h.example)",
        "[{}](javascript:hit(1))",
        "![{}](https://h.example/x.png)",
        "`{}`",
        "# {}",
        "- {}",
        "> {}",
        "1. {}",
        "~~{}~~",
        "| {} | b |",
        "<https://h.example/{}>",
        "https://h.example/{}",
        "www.h.example/{}",
        "{}@h.example.org",
        "[^{}]: note",
        "\\*{}\\*",
        "***{}***",
        "```{}```",
    ),
    "mathematics": (
        "${}$",
        "$${}$$",
        "$\\frac{{{}}}{{2}}$",
        "\\({}\\)",
        "\\[{}\\]",
        "$x^{{{}}}$",
        "\\begin{{x}}{}\\end{{x}}",
    ),
    "icons": (
        ":material/skull: {}",
        ":japanese_goblin: {}",
        ":red[{}]",
        ":red-background[{}]",
        ":blue-badge[{}]",
        ":small[{}]",
        ":rainbow[{}]",
        ":streamlit: {}",
        ":material/skull:{}:japanese_goblin:",
    ),
    "spreadsheet": (
        '=HYPERLINK("https://h.example/{}")',
        "=1+{}",
        "+{}",
        "-{}",
        "@SUM({})",
        "=cmd|'/C calc'!{}",
        "＝1+{}",
        "\t=1+{}",
        ";=1+{}",
        '",=1+{}',
    ),
    "terminal": (
        "\x1b[31m{}",
        "\x1b]0;{}\x07",
        "\x1b]8;;https://h.example\x1b\\{}",
        "\x9b31m{}",
        "{}\x07\x08\x08",
        "\x1b[2J{}",
        "\u202e{}",
        "\x1bP1$t{}\x1b\\",
        "{}\r\x1b[A",
        "\u2066{}\u200b",
    ),
}
FAMILY = {family: tuple(texts) for family, texts in _FAMILIES.items()}
PAYLOADS: tuple[str, ...] = tuple(
    text.format(f"h1t{number:03}") for number, text in enumerate(text for texts in _FAMILIES.values() for text in texts)
)
MARK = re.compile(r"h1t(\d{3})")
_NEAR = 6  # characters on both sides of a mark that must be there: all that markup is made of stands next to it


SIGNS = "\ufffd␣⏎⇥␍"  # for what cannot be drawn, and for blanks at the ends of a token


def bare(text: str) -> str:
    """`text` without what cannot be seen, and without blanks, which pages write in several ways."""
    return "".join(c for c in text if c not in SIGNS and unicodedata.category(c)[0] not in "CZ")


def not_plain(page_text: str) -> list[str]:
    """Where a mark stands in a page's text and its payload does not stand around it."""
    seen, wrong = bare(page_text), []
    for found in MARK.finditer(seen):
        whole = bare(PAYLOADS[int(found[1])])
        at = whole.index(found[0])
        before, behind = whole[max(at - _NEAR, 0) : at], whole[at + 6 : at + 6 + _NEAR]
        left = seen[max(found.start() - len(before), 0) : found.start()]
        right = seen[found.end() : found.end() + len(behind)]
        right = re.split(r"[…”]|\.\.\.", right)[0]  # cut, as names are
        if re.search("doesnotknow“[^.]*“$|doesnotknow“$|Thereisno“$", seen[max(found.start() - 80, 0) : found.start()]):
            left = (
                before  # a model that knows words only says which it does not know, one by one, and so does a formula
            )
        if left != before or not behind.startswith(right):
            wrong.append(f"{whole!r} is {seen[max(found.start() - 40, 0) : found.end() + 40]!r}")
    return wrong


def seen_in(page_text: str) -> set[int]:
    """The payloads whose mark is in a text."""
    return {int(number) for number in MARK.findall(bare(page_text))}
