"""The child that fetches one wheel from a package index: `python -m mdp_core.tokens.sources.index_client REQUEST`.

pip cannot go on with a download that broke off, so that this is tried first: it knows one plain index, the one that pip is
told of. REQUEST is JSON: {"project", "file", "size", "part"}, the last a path that may have a beginning of the file already.
Every answer is one line of JSON on standard output; the last one holds "whole" or "error": index, where that could not be
asked or has no such file, network, where the connection broke off, file, where what came is not it.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx2

from mdp_core.tokens.sources.parent import obey, tell
from mdp_core.tokens.sources.part import complete

PYPI = "https://pypi.org/simple"
LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
QUIET = 15.0  # seconds without an answer
LONGEST = 5_000_000  # characters of an index's page


def main(project: str, file: str, size: int, part: Path) -> None:
    """Complete `part`, and tell how far it is."""
    told = 0.0

    def report(done: int) -> None:
        nonlocal told
        if time.monotonic() - told > 0.05:
            told = time.monotonic()
            tell(done=done)

    with httpx2.Client(timeout=QUIET) as client:
        try:
            at = address(client, project, file)
        except (httpx2.HTTPError, httpx2.InvalidURL, LookupError) as error:
            tell(error="index", detail=str(error)[:500])
            return
        try:
            complete(client, at, part, size, report)
            tell(whole=True)
        except httpx2.TransportError as error:
            tell(error="network", detail=str(error)[:500])
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            tell(error="file", detail=str(error)[:500])


def address(client: httpx2.Client, project: str, file: str) -> str:
    """Where the index has the file. Raises LookupError."""
    page = client.get(f"{index().rstrip('/')}/{project}/", headers={"Accept": "text/html"}, follow_redirects=True)
    page.raise_for_status()
    for link in LINK.findall(page.text[:LONGEST]):
        at, _ = urldefrag(urljoin(str(page.url), html.unescape(link)))
        if at.rpartition("/")[2] == file:
            return at
    raise LookupError(f"{page.url} has no {file}")


def index() -> str:
    """The address of the index that pip is told of, by its own account."""
    if given := os.environ.get("PIP_INDEX_URL"):
        return given
    told = subprocess.run([sys.executable, "-P", "-m", "pip", "config", "list"], capture_output=True, text=True)
    named = re.findall(r"^(?:global|site|user|download)\.index-url='(.+)'$", told.stdout, re.MULTILINE)
    return named[-1] if named else PYPI


if __name__ == "__main__":
    obey()
    request = json.loads(sys.argv[1])
    main(request["project"], request["file"], request["size"], Path(request["part"]))
