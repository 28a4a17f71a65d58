"""Phones for the tests: what they send and hear, through the routes."""

import secrets
import time
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.server.room.desk import RoomDesk
from components.server.room.records import Asking
from components.server.room.web import room_routes


class Phone:
    """One phone in one room, as its page behaves; without its screen."""

    def __init__(self, client, code, token=""):
        self.client, self.code = client, code
        self.token = token or secrets.token_urlsafe(16)
        self.turn = 0
        self.done = []
        self.knows = ""

    def post(self, **message):
        """The bare answer to a message."""
        return self.client.post(f"/r/{self.code}/now", json={"phone": self.token, **message})

    def ask(self, **message):
        """What the room is asked now, or nothing where this phone knows it."""
        answer = self.post(knows=self.knows, done=self.done, **message)
        if answer.status_code == 204:
            return {}
        assert answer.status_code == 200, answer.text
        heard = answer.json()
        self.knows = heard.get("stamp", self.knows)
        return heard

    def pairs(self):
        """The pairs that it would show next."""
        return self.ask(more=True)["asks"]["pairs"]

    def vote(self, pair, answer, turn=None):
        """Say that of a pair."""
        self.turn = turn or self.turn + 1
        heard = self.ask(said=[{"pair": pair, "answer": answer, "turn": self.turn}])
        if self.turn in heard["counted"] and pair not in self.done:
            self.done.append(pair)
        return heard

    def prefer(self, pair, better):
        """Say that the text `better` of a pair is, wherever it stands."""
        return self.vote(pair["id"], pair["texts"].index(better))

    def reply(self, question, answer, round=1):
        """Answer a question."""
        self.turn += 1
        return self.ask(said=[{"question": question, "round": round, "answer": answer, "turn": self.turn}])


class Lectern:
    """A server with a room in it, and phones for it."""

    def __init__(self, store, client):
        self.store, self.client = store, client
        self.room, self.secret = store.open_room({}, time.time(), 3600.0)

    def phone(self, token=""):
        return Phone(self.client, self.room.code, token)

    def ask_pairs(self, texts, batch="taste", shared=0):
        """Ask the phones about these; the pairs as they are kept."""
        self.store.add_pairs(self.room.id, batch, texts, shared=shared)
        self.store.ask(self.room.id, Asking("pairs", batch))
        return self.store.pairs(self.room.id, batch)


def serving(rooms, penalty=0.0, base=""):
    """A client of a server of its own over these rooms; to be entered."""
    desk = RoomDesk(rooms, penalty)

    @asynccontextmanager
    async def lifespan(_):
        yield
        desk.close()

    return TestClient(Starlette(routes=room_routes(base, lambda: desk), lifespan=lifespan))
