"""The child that renders a chat template: `python -m mdp_core.tokens.sources.rendering request.json`.

The request: {"template", "special", "chats"}, a template of Jinja, the special tokens by name, and lists of messages. The
answer is one line of JSON, "rendered" (a text, or null, for each chat) or "error".

A template is a stranger's program. The library's sandbox keeps it from files and from Python; a process of its own keeps it
from taking the server's time and memory.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from transformers.utils.chat_template_utils import render_jinja_template

from mdp_core.tokens.sources.parent import obey, tell

MEMORY = 2**30  # bytes that a template may take, about
SECONDS = 2  # of a core; a template takes milliseconds
LONGEST = 20_000  # characters of a rendered chat


def render(request: dict[str, Any]) -> list[str | None]:
    """Every chat, rendered with the beginning of an answer where it asks one; None for one that cannot be. Raises what the
    first one raises."""
    rendered: list[str | None] = []
    for chat in request["chats"]:
        try:
            (text,), _ = render_jinja_template(
                conversations=[chat],
                chat_template=request["template"],
                add_generation_prompt=chat[-1]["role"] == "user",
                **request["special"],
            )
        except Exception:
            if not rendered:
                raise
            text = None
        if text is not None and len(text) > LONGEST:
            raise ValueError(f"it writes {len(text):,} characters around a prompt")
        rendered.append(text)
    return rendered


def _bound() -> None:
    """Where the system can: no more memory, and no more of a core's time, than a template may need."""
    try:
        import resource
    except ImportError:  # Windows, where the parent's patience is the bound
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_AS, (4 * used.ru_maxrss * 1024 + MEMORY, resource.RLIM_INFINITY))
    seconds = int(used.ru_utime + used.ru_stime) + SECONDS
    signal.signal(signal.SIGXCPU, _give_up)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, 2 * seconds))


def _give_up(number: int, frame: object) -> None:
    tell(error="it comes to no end")
    os._exit(1)


if __name__ == "__main__":
    obey()
    _bound()
    try:
        tell(rendered=render(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
    except Exception as error:  # of Jinja, or of the template itself, which may raise what it likes
        tell(error=f"{type(error).__name__}: {error}".rstrip(": ")[:500])
