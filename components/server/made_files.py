"""Files that are made when they are asked for, at addresses that stay the same while the page runs again and again.

Streamlit's own buttons call a file anew in every run, and drop an answer that a run overtakes: whoever presses one just then
gets nothing, or waits for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.server.base_path import prefixes
from components.server.cloakroom import new_ticket

PLACE = "made"  # below the app's address
KINDS = {  # of what a file's name may end with
    ".csv": "text/csv",
    ".gif": "image/gif",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".txt": "text/plain",
    ".zip": "application/zip",
}
GONE = "This file is no longer here: load the page that offered it again."

_tabs: WeakValueDictionary[str, TabFiles] = WeakValueDictionary()  # by ticket; a tab's go with its session


@dataclass(frozen=True)
class MadeFile:
    """A file that `make` gives, in a thread of its own, where there is no session state."""

    name: str  # letters, digits, hyphens and a dot; it ends with one of KINDS
    make: Callable[[], str | bytes]


class TabFiles:
    """The files that one tab is offered, in its own thread, and asked for in the server's."""

    def __init__(self) -> None:
        self._ticket = new_ticket()
        self._numbers: dict[str, int] = {}  # a key's stays: whoever has an address keeps it
        self._files: dict[int, MadeFile] = {}
        self._offered: set[int] = set()  # since the last sweep
        self._making = asyncio.Lock()
        _tabs[self._ticket] = self

    def offer(self, key: str, file: MadeFile) -> str:
        """Offer `file` in the place of what had that key. Returns its address, below the app's."""
        number = self._numbers.setdefault(key, len(self._numbers))
        self._files[number] = file
        self._offered.add(number)
        return f"{PLACE}/{self._ticket}/{number}/{file.name}"

    def sweep(self) -> None:
        """Let go of what was not offered since this was called last: at the end of a run of the whole page."""
        for number in self._files.keys() - self._offered:
            del self._files[number]
        self._offered.clear()

    async def get(self, number: int) -> tuple[MadeFile, bytes] | None:
        """The file and what is in it now, None where there is none. One at a time: whoever presses often waits, and holds
        one thread of those that all visitors share, by which the app's own pages are sent too."""
        async with self._making:
            file = self._files.get(number)
            if file is None:
                return None
            content = await run_in_threadpool(file.make)
            return file, content.encode() if isinstance(content, str) else content


def file_routes(base: str = "") -> list[Route]:
    """Starlette's routes for the files, also below the path `base`."""
    return [Route(f"{prefix}/{PLACE}/{{tab}}/{{number:int}}/{{name}}", _send) for prefix in prefixes(base)]


async def _send(request: Request) -> Response:
    tab = _tabs.get(request.path_params["tab"])
    found = None if tab is None else await tab.get(request.path_params["number"])
    # Nothing that a visitor or a model wrote is ever opened as a page of this server.
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if found is None:
        return Response(GONE, 404, headers, "text/plain")
    file, content = found
    headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return Response(content, headers=headers, media_type=KINDS[PurePath(file.name).suffix])
