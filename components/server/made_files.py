"""Files that are made when their button is pressed, held until the browser has fetched them.

Streamlit drops such a file at the second end of a run of any visitor's page. Where parts of pages tick that is within a
second, and a browser that is slower asks for what is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from streamlit import runtime

HELD = 16  # of all visitors, the newest ones; a few MB each

_numbers = count()


def lasting(make: Callable[[], str | bytes], name: str, kind: str) -> Callable[[], str | bytes]:
    """`make`, whose file, of that name and that media type, stays for a while."""

    def made() -> str | bytes:
        content = make()
        if runtime.exists():
            held = content.encode() if isinstance(content, str) else content
            # Streamlit finds a file by what is in it: what it stores next is this one.
            runtime.get_instance().media_file_mgr.add(
                held, kind, f"made {next(_numbers) % HELD}", file_name=name, is_for_static_download=True
            )
        return content

    return made
