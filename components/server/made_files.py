"""Files that are made when their button is pressed, held until the browser has fetched them.

Streamlit drops such a file at the second end of a run of any visitor's page. Where parts of pages tick that is within a
second, and a browser that is slower asks for what is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count

from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

HELD = 16  # of one tab, the newest ones; a few MB each

_numbers = count()


def lasting(make: Callable[[], str | bytes], name: str, kind: str) -> Callable[[], str | bytes]:
    """`make`, whose file, of that name and that media type, stays while only parts of the visitor's page run again."""
    visit = get_script_run_ctx()

    def hold(content: bytes) -> None:
        place = f"made {next(_numbers) % HELD}"
        files = runtime.get_instance().media_file_mgr
        files.add(content, kind, place, file_name=name, is_for_static_download=True)

    def made() -> str | bytes:
        content = make()
        if runtime.exists():  # Streamlit finds a file by what is in it: what it stores next is this one
            thread = threading.Thread(target=hold, args=(content.encode() if isinstance(content, str) else content,))
            add_script_run_ctx(thread, visit)
            thread.start()
            thread.join()
        return content

    return made
