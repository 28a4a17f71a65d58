"""What a room may refuse, in sentences for who asked."""

from __future__ import annotations


class RoomError(ValueError):
    """Something a room does not do; the message is a sentence for the visitor or the phone."""


class RoomsOffError(RoomError):
    """This server has no rooms: its host wants none, or has made a setting that cannot be read."""


class NoRoomError(RoomError):
    """No room of that code, or none any more."""

    def __init__(self) -> None:
        super().__init__("There is no room of this code. Look at the screen again, or ask whether it is still open.")


class ClosedRoomError(RoomError):
    """The room takes no more votes."""

    def __init__(self) -> None:
        super().__init__("This room is closed. What was counted stays counted.")


class NotYoursError(RoomError):
    """Only the browser that opened a room may steer it."""

    def __init__(self) -> None:
        super().__init__("This room was opened in another browser, and only that one can steer it.")


class FullRoomError(RoomError):
    """As many phones, pairs or rooms as there may be."""


class NoSuchPairError(RoomError):
    """A vote for what this room did not ask."""

    def __init__(self) -> None:
        super().__init__("This vote is for something that this room did not ask.")


class NoSenseError(RoomError):
    """What no phone of this room's sends."""

    def __init__(self) -> None:
        super().__init__("This is not what was asked for. Reload the page and answer again.")


class TooLateError(RoomError):
    """A reply to what is already shown, or was asked again."""

    def __init__(self) -> None:
        super().__init__("This answer came too late: the room has gone on.")


class TooManyError(RoomError):
    """More requests than a phone, or all newcomers together, may send."""

    def __init__(self) -> None:
        super().__init__("Too much at once. This is tried again in a moment.")


class DatabaseAwayError(Exception):
    """The database is away, locked, full or not to be written to: what was to be kept is not, and may be sent again."""

    def __init__(self, why: str = "does not answer") -> None:
        super().__init__(f"The room's database {why}. Nothing that was counted is lost; this will be tried again.")
