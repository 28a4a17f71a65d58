"""A reverse proxy on loopback, as hosts put one before the app: it passes on what is below its path, web sockets too."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

MOVED = b"HTTP/1.1 301 Moved\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def proxy(app: str, path: str, *, strips: bool) -> Iterator[str]:
    """The address of a proxy to `app` for all that is below `path`, "/loop"; `strips` says whether the app is asked without.

    What is not below it is answered with 404, so that nothing of the app may be asked for elsewhere.
    """

    def onward(asked: str) -> str | bytes:
        if asked.partition("?")[0] == path:
            return MOVED % f"{path}/".encode()
        if not asked.startswith(f"{path}/"):
            return NOTHING
        return asked.removeprefix(path) if strips else asked

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *fields = head.rstrip("\r\n").split("\r\n")
            method, asked, version = first.split(" ")
            to = onward(asked)
            if isinstance(to, bytes):
                writer.write(to)
                await writer.drain()
                return
            if not any(field.lower().startswith("upgrade:") for field in fields):  # one request a connection
                fields = [field for field in fields if not field.lower().startswith("connection:")] + [
                    "Connection: close"
                ]
            at = urlsplit(app)
            far_reader, far_writer = await asyncio.open_connection(at.hostname, at.port)
            far_writer.write("\r\n".join((f"{method} {to} {version}", *fields, "", "")).encode("latin-1"))
            pumps = [asyncio.create_task(_pump(reader, far_writer)), asyncio.create_task(_pump(far_reader, writer))]
            await pumps[1]
            pumps[0].cancel()
            far_writer.close()
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass  # the browser left
        finally:
            writer.close()

    with _served(serve) as port:
        yield f"http://localhost:{port}{path}"


@contextmanager
def site(html: str) -> Iterator[str]:
    """The address of another site, which answers everything with this page."""
    body = html.encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(
        body
    )

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer + body)
        await writer.drain()
        writer.close()

    with _served(serve) as port:
        yield f"http://localhost:{port}/"


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(65536):
        sink.write(piece)
        await sink.drain()


@contextmanager
def _served(serve) -> Iterator[int]:
    """The port on which `serve` is asked, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    begun = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve, "127.0.0.1", 0), loop)
    yield begun.result(20).sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
