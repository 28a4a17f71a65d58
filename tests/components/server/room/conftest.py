"""Both databases that a room may be kept in: a file, and a PostgreSQL of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from components.server.room.store import RoomStore
from components.server.room.tables import open_database


def _programs():
    """The folder of PostgreSQL's programs; None on a machine without them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = str(found[-1]) if found else shutil.which("initdb")
    return Path(path).parent if path else None


@pytest.fixture(scope="session")
def postgresql():
    """The address of a PostgreSQL that lives as long as the tests."""
    programs = _programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is missing: CI installs it with apt-get")
        pytest.skip("PostgreSQL is not installed")
    place = Path(tempfile.mkdtemp(prefix="one-loop-"))  # not below pytest's own folder, which others may not enter
    user = []
    if os.geteuid() == 0:  # it refuses to run as the administrator
        user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(place, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program, *arguments):
        with (place / f"{program}.log").open("w") as log:
            subprocess.run([*user, programs / program, *arguments], check=True, cwd="/", stdout=log, stderr=log)

    data = place / "data"
    run("initdb", "-D", data, "-U", "loop", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    run(
        "pg_ctl",
        "-D",
        data,
        "-w",
        "-o",
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=",
        "start",
    )
    yield f"postgresql+psycopg://loop@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(place)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rooms.sqlite'}"
        return
    from sqlalchemy import create_engine, text

    server = request.getfixturevalue("postgresql")
    name = f"rooms_{os.urandom(6).hex()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    yield server.replace("/postgres", f"/{name}")


@pytest.fixture
def store(database):
    """Rooms in an empty database."""
    engine = open_database(database)
    yield RoomStore(engine)
    engine.dispose()
