"""A server that has nothing but the phones' addresses: `uvicorn tests.components.server.room.rooms_app:app`."""

from starlette.applications import Starlette

from components.server.room.web import room_routes

app = Starlette(routes=room_routes())
