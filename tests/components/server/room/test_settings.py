"""The host's decisions, from the environment."""

import pytest

from components.server.room.settings import RoomSettings, default_database, room_settings_from


def test_nothing_said_is_a_laptop():
    assert room_settings_from({}) == RoomSettings(on=True, database="", url="", keep=24.0)
    assert default_database().startswith("sqlite:///")
    assert default_database().endswith("rooms.sqlite")


def test_everything_said():
    assert room_settings_from(
        {
            "ONE_LOOP_ROOMS": "0",
            "ONE_LOOP_DATABASE": "postgresql+psycopg://loop:secret@db/loop",
            "ONE_LOOP_URL": "https://example.org/loop/",
            "ONE_LOOP_ROOM_HOURS": "1.5",
        }
    ) == RoomSettings(False, "postgresql+psycopg://loop:secret@db/loop", "https://example.org/loop", 1.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONE_LOOP_ROOMS", "2"),
        ("ONE_LOOP_DATABASE", "mysql://host/name"),
        ("ONE_LOOP_DATABASE", "postgresql://host/name"),
        ("ONE_LOOP_DATABASE", "rooms.sqlite"),
        ("ONE_LOOP_DATABASE", "postgresql+psycopg://loop:secret@db:port/loop"),
        ("ONE_LOOP_DATABASE", "sqlite://"),
        ("ONE_LOOP_DATABASE", "sqlite:///:memory:"),
        ("ONE_LOOP_URL", "example.org"),
        ("ONE_LOOP_URL", "ftp://example.org"),
        ("ONE_LOOP_URL", "https://example.org/?a=1"),
        ("ONE_LOOP_URL", "https://[bad"),
        ("ONE_LOOP_ROOM_HOURS", "0"),
        ("ONE_LOOP_ROOM_HOURS", "nan"),
        ("ONE_LOOP_ROOM_HOURS", "a day"),
    ],
)
def test_what_cannot_be_read_is_named(name, value):
    with pytest.raises(ValueError, match=name):
        room_settings_from({name: value})
