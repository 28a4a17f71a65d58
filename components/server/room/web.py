"""The addresses that phones know: `/r` and `/r/CODE` are a page, `/r/CODE/now` is what it says and hears."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.server.base_path import prefixes
from components.server.room.codes import read_code
from components.server.room.desk import RoomDesk
from components.server.room.errors import (
    DatabaseAwayError,
    FullRoomError,
    NoRoomError,
    NoSenseError,
    RoomError,
    RoomsOffError,
    TooManyError,
)
from components.server.room.opened import rooms, rooms_off
from components.server.room.phone_page import phone_headers, phone_page
from components.server.room.sent import MOST_BYTES, read_sent

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def room_routes(base: str = "", desk: Callable[[], RoomDesk] | None = None) -> list[Route]:
    """Starlette's routes for phones, also below the path `base`."""
    get_desk = desk or _desk

    async def now(request: Request) -> Response:
        return await _now(request, get_desk)

    routes = []
    for prefix in prefixes(base):
        routes += [
            Route(f"{prefix}/r", _page),
            Route(f"{prefix}/r/", _page),
            Route(f"{prefix}/r/{{code}}", _page),
            Route(f"{prefix}/r/{{code}}/", _page),
            Route(f"{prefix}/r/{{code}}/now", now, methods=["POST"]),
        ]
    return routes


@cache
def _desk() -> RoomDesk:
    return RoomDesk(rooms)


async def _page(_: Request) -> Response:
    """The page is the same for every code: whether there is a room, it asks."""
    if why := rooms_off():
        return Response(why, 404, HEADERS, "text/plain")
    return Response(phone_page(), headers=phone_headers(), media_type="text/html")


async def _now(request: Request, desk: Callable[[], RoomDesk]) -> Response:
    try:
        if why := rooms_off():
            raise RoomsOffError(why)
        sent = read_sent(await _body(request))
        code = read_code(request.path_params["code"])
        answer = await desk().exchange(code, sent)
    except (RoomError, DatabaseAwayError) as error:
        return _refusal(error)
    except ClientDisconnect:  # nobody is there to be answered
        return Response(status_code=400)
    return Response(status_code=204, headers=HEADERS) if answer is None else JSONResponse(answer, headers=HEADERS)


async def _body(request: Request) -> bytes:
    """What was sent, up to MOST_BYTES. Raises NoSenseError: a page of another site cannot send JSON here unasked."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NoSenseError
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise NoSenseError
    return bytes(body)


def _refusal(error: RoomError | DatabaseAwayError) -> Response:
    headers = dict(HEADERS)
    if isinstance(error, TooManyError | DatabaseAwayError):
        headers["Retry-After"] = "3"
    said: dict[str, Any] = {"sentence": str(error)}
    if isinstance(error, NoRoomError):  # and not only out of reach: what a phone has kept for it is for nobody
        said["gone"] = True
    return JSONResponse(said, _status(error), headers)


def _status(error: RoomError | DatabaseAwayError) -> int:
    if isinstance(error, DatabaseAwayError):
        return 503
    if isinstance(error, TooManyError):
        return 429
    if isinstance(error, NoSenseError):
        return 400
    if isinstance(error, FullRoomError):
        return 403
    return 404  # NoRoomError, and rooms that are off
