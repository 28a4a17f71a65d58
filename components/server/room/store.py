"""The store of rooms: every question and every change, each in one transaction. Several processes may share one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from components.server.room import tables as t
from components.server.room.away import away
from components.server.room.codes import digest, new_code, new_secret, opens
from components.server.room.errors import FullRoomError, NoRoomError, NotYoursError
from components.server.room.records import Asking, Pair, Pulse, Question, Reply, Room, Vote

LATELY = 10.0  # seconds since a phone that counts as being here was seen
MOST_ROOMS = 500
MOST_PHONES = 2_000  # in a room
MOST_PAIRS = 600  # in a room
MOST_QUESTIONS = 200  # in a room
LONGEST = 4_000  # characters of a text


class RoomStore:
    """All rooms of one database. Safe to use from several threads.

    Every method may raise DatabaseAwayError; then nothing was changed. Those that name a room, a pair, a question or a
    phone raise NoRoomError where it, or its room, is no longer there.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    # Rooms

    def open_room(self, about: Mapping[str, Any], now: float, seconds: float) -> tuple[Room, str]:
        """A new room that lasts so many seconds, and the secret of who may steer it. Raises FullRoomError."""
        secret = new_secret()
        row = {
            "secret": digest(secret),
            "made": now,
            "ends": now + seconds,
            "about": json.dumps(dict(about)),
            "asks": json.dumps(asdict(Asking())),
            "revision": 1,
        }
        with self._begin() as connection:
            connection.execute(delete(t.room).where(t.room.c.ends <= now))
            if (connection.scalar(select(func.count()).select_from(t.room)) or 0) >= MOST_ROOMS:
                raise FullRoomError("This server has as many rooms as it can have: delete one, or try again tomorrow.")
            while True:  # a code that is taken is drawn anew
                made = self._insert(t.room).values(**row, code=new_code()).on_conflict_do_nothing().returning(t.room)
                if (came := connection.execute(made).one_or_none()) is not None:
                    return _room(came), secret

    def room(self, code: str, now: float) -> Room:
        """The room of that code. Raises NoRoomError, also after its end."""
        with self._begin() as connection:
            row = connection.execute(select(t.room).where(t.room.c.code == code, t.room.c.ends > now)).one_or_none()
        if row is None:
            raise NoRoomError
        return _room(row)

    def steered(self, code: str, secret: str, now: float) -> Room:
        """The room of that code, for who holds its secret. Raises NoRoomError, and NotYoursError for any other secret."""
        with self._begin() as connection:
            row = connection.execute(select(t.room).where(t.room.c.code == code, t.room.c.ends > now)).one_or_none()
        if row is None:
            raise NoRoomError
        if not opens(secret, row.secret):
            raise NotYoursError
        return _room(row)

    def ask(self, room: int, asks: Asking) -> None:
        """Ask the phones this from now on."""
        with self._begin() as connection:
            self._turn(connection, room, asks=json.dumps(asdict(asks)))

    def delete_room(self, room: int) -> None:
        """The room, its phones, pairs, votes and questions are gone."""
        with self._begin() as connection:
            connection.execute(delete(t.room).where(t.room.c.id == room))

    def purge(self, now: float) -> int:
        """Delete the rooms that have ended; how many there were."""
        with self._begin() as connection:
            return connection.execute(delete(t.room).where(t.room.c.ends <= now)).rowcount

    def pulse(self, room: int, now: float) -> Pulse:
        """How many are here, and whether anything came."""
        of_room = t.phone.c.room_id == room
        lately = func.count().filter(t.phone.c.seen > now - LATELY)
        with self._begin() as connection:
            phones, here = connection.execute(select(func.count(), lately).where(of_room)).one()
            counts: list[int] = []
            for said in (t.vote, t.reply):
                stamp = select(func.count(), func.coalesce(func.sum(said.c.turn), 0)).join_from(said, t.phone)
                counts += [int(n) for n in connection.execute(stamp.where(of_room)).one()]
        return Pulse(int(here), int(phones), counts[0], (counts[0], counts[1], counts[2], counts[3]))

    # Phones

    def phone(self, room: int, token: str, now: float) -> int:
        """The number of the phone that holds this token, new or known. Raises FullRoomError."""
        with self._begin() as connection:
            known = select(t.phone.c.id).where(t.phone.c.room_id == room, t.phone.c.token == digest(token))
            if (number := connection.scalar(known)) is not None:
                return int(number)
            count = connection.scalar(select(func.count()).select_from(t.phone).where(t.phone.c.room_id == room)) or 0
            if count >= MOST_PHONES:
                raise FullRoomError("This room is full.")
            row = {"room_id": room, "token": digest(token), "seen": now}
            added = self._insert(t.phone).values(row)
            again = added.on_conflict_do_update(index_elements=["room_id", "token"], set_={"seen": now})
            return int(connection.execute(again.returning(t.phone.c.id)).scalar_one())

    def phones(self, room: int, tokens: Sequence[str], now: float) -> dict[str, int]:
        """The numbers of the phones that hold these tokens, new or known, as far as the room is not full."""
        kept = {token: digest(token) for token in tokens}
        mine = select(t.phone.c.token, t.phone.c.id).where(t.phone.c.room_id == room)
        with self._begin() as connection:
            places = MOST_PHONES - (
                connection.scalar(select(func.count()).select_from(t.phone).where(t.phone.c.room_id == room)) or 0
            )
            wanted = mine.where(t.phone.c.token.in_(kept.values()))
            known = {row.token for row in connection.execute(wanted)}
            new = sorted(set(kept.values()) - known)[: max(places, 0)]
            if new:
                rows = [{"room_id": room, "token": token, "seen": now} for token in new]
                connection.execute(self._insert(t.phone).values(rows).on_conflict_do_nothing())
            numbers = {row.token: row.id for row in connection.execute(wanted)}
        return {token: numbers[secret] for token, secret in kept.items() if secret in numbers}

    def see(self, times: Mapping[int, float]) -> None:
        """These phones were seen at these times."""
        if not times:
            return
        seen = update(t.phone).where(t.phone.c.id == bindparam("number")).values(seen=bindparam("at"))
        with self._begin() as connection:
            connection.execute(seen, [{"number": number, "at": at} for number, at in sorted(times.items())])

    # Pairs and votes

    def add_pairs(self, room: int, batch: str, texts: Sequence[tuple[str, str]], *, shared: int = 0) -> None:
        """Pairs to vote on; those that the batch has stay as they are. Of new ones the first `shared` are for everybody.

        Raises FullRoomError, and ValueError for a text that is too long.
        """
        if any(len(text) > LONGEST for both in texts for text in both):
            raise ValueError(f"A text of more than {LONGEST:,} characters is too long for a phone.")
        rows = [
            {"room_id": room, "batch": batch, "one": one, "other": other, "shared": i < shared, "priority": 0.0}
            for i, (one, other) in enumerate((_kept(one), _kept(other)) for one, other in texts)
        ]
        with self._begin() as connection:
            self._turn(connection, room)
            if rows:
                connection.execute(self._insert(t.pair).values(rows).on_conflict_do_nothing())
            if (connection.scalar(select(func.count()).select_from(t.pair).where(t.pair.c.room_id == room)) or 0) > (
                MOST_PAIRS
            ):
                raise FullRoomError(f"A room has {MOST_PAIRS} pairs at most.")

    def pairs(self, room: int, batch: str | None = None) -> tuple[Pair, ...]:
        """The pairs of a batch, or all, in the order in which they came."""
        wanted = select(t.pair).where(t.pair.c.room_id == room).order_by(t.pair.c.id)
        if batch is not None:
            wanted = wanted.where(t.pair.c.batch == batch)
        with self._begin() as connection:
            return tuple(
                Pair(row.id, row.batch, row.one, row.other, row.shared, row.priority)
                for row in connection.execute(wanted)
            )

    def prioritise(self, room: int, priorities: Mapping[int, float]) -> None:
        """Ask about these pairs in this order: the highest first."""
        if not priorities:
            return
        change = update(t.pair).where(t.pair.c.id == bindparam("number"), t.pair.c.room_id == room)
        rows = [{"number": number, "worth": worth} for number, worth in priorities.items()]
        with self._begin() as connection:
            self._turn(connection, room)
            connection.execute(change.values(priority=bindparam("worth")), rows)

    def record(self, votes: Sequence[Vote], replies: Sequence[Reply] = ()) -> None:
        """Keep these, all or none: one a phone and pair, or phone, question and round; the latest turn stays."""
        said = [{"pair_id": v.pair, "phone_id": v.phone, "answer": v.answer, "turn": v.turn, "at": v.at} for v in votes]
        answered = [
            {
                "question_id": r.question,
                "phone_id": r.phone,
                "round": r.round,
                "answer": json.dumps(r.answer),
                "turn": r.turn,
            }
            for r in replies
        ]
        with self._begin() as connection:
            self._keep_latest(connection, t.vote, said, ("pair_id", "phone_id"), ("answer", "turn", "at"))
            self._keep_latest(connection, t.reply, answered, ("question_id", "phone_id", "round"), ("answer", "turn"))

    def votes(self, room: int, batch: str | None = None) -> tuple[Vote, ...]:
        """What was said of the pairs of a batch, or of all, in the order in which they were first voted on."""
        wanted = select(t.vote).join_from(t.vote, t.pair).where(t.pair.c.room_id == room).order_by(t.vote.c.id)
        if batch is not None:
            wanted = wanted.where(t.pair.c.batch == batch)
        with self._begin() as connection:
            return tuple(
                Vote(row.pair_id, row.phone_id, row.answer, row.turn, row.at) for row in connection.execute(wanted)
            )

    # Questions

    def put_question(self, room: int, name: str, asks: str, how: Mapping[str, Any], round: int = 1) -> Question:
        """Ask the room this, in that round: nothing is revealed then. Where the round has begun already, by a second press
        or in another tab, it goes on as it is. Raises FullRoomError."""
        row = {"asks": asks, "how": json.dumps(dict(how)), "round": round, "revealed": False}
        put = self._insert(t.question).values(row | {"room_id": room, "name": name})
        put = put.on_conflict_do_update(
            index_elements=["room_id", "name"], set_=row, where=t.question.c.round < put.excluded.round
        )
        this = select(t.question).where(t.question.c.room_id == room, t.question.c.name == name)
        with self._begin() as connection:
            connection.execute(put)
            question = _question(connection.execute(this).one())
            count = connection.scalar(select(func.count()).select_from(t.question).where(t.question.c.room_id == room))
            if (count or 0) > MOST_QUESTIONS:
                raise FullRoomError(f"A room has {MOST_QUESTIONS} questions at most.")
            self._turn(connection, room, asks=json.dumps(asdict(Asking("question", question=question.id))))
        return question

    def reveal(self, question: int) -> None:
        """Show the room what it said."""
        shown = (
            update(t.question).where(t.question.c.id == question).values(revealed=True).returning(t.question.c.room_id)
        )
        with self._begin() as connection:
            room = connection.scalar(shown)
            if room is None:
                raise NoRoomError
            self._turn(connection, int(room))

    def questions(self, room: int) -> tuple[Question, ...]:
        """All that the room was asked, in the order in which it was asked first."""
        wanted = select(t.question).where(t.question.c.room_id == room).order_by(t.question.c.id)
        with self._begin() as connection:
            return tuple(_question(row) for row in connection.execute(wanted))

    def replies(self, question: int) -> tuple[Reply, ...]:
        """What was said to a question, round by round."""
        wanted = select(t.reply).where(t.reply.c.question_id == question).order_by(t.reply.c.round, t.reply.c.id)
        with self._begin() as connection:
            return tuple(
                Reply(row.question_id, row.round, row.phone_id, json.loads(row.answer), row.turn)
                for row in connection.execute(wanted)
            )

    # How

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError as error:  # what a row belongs to was deleted
            raise NoRoomError from error
        except (DBAPIError, PoolTimeout) as error:
            raise away(error) from error

    def _turn(self, connection: Connection, room: int, **changes: str) -> None:
        """Phones may be asked something else from now on. It writes first: nobody else then writes before it is done."""
        changed = update(t.room).where(t.room.c.id == room).values(revision=t.room.c.revision + 1, **changes)
        if not connection.execute(changed).rowcount:
            raise NoRoomError

    def _keep_latest(
        self,
        connection: Connection,
        table: Table,
        rows: Sequence[Mapping[str, Any]],
        by: Sequence[str],
        what: Sequence[str],
    ) -> None:
        latest: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        for row in rows:  # PostgreSQL changes no row twice in one statement
            key = tuple(row[name] for name in by)
            if key not in latest or latest[key]["turn"] < row["turn"]:
                latest[key] = row
        if not latest:
            return
        put = self._insert(table).values([latest[key] for key in sorted(latest)])
        later = put.excluded.turn > table.c.turn
        kept = {name: put.excluded[name] for name in what}
        connection.execute(put.on_conflict_do_update(index_elements=list(by), set_=kept, where=later))


def _kept(text: str) -> str:
    """What every database can hold: no NUL, no half of a character."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def _room(row: Row[Any]) -> Room:
    return Room(
        row.id, row.code, row.made, row.ends, row.revision, Asking(**json.loads(row.asks)), json.loads(row.about)
    )


def _question(row: Row[Any]) -> Question:
    return Question(row.id, row.name, row.asks, json.loads(row.how), row.round, row.revealed)
