"""What a closed tab has left: found with its ticket, by nobody else, and not for ever."""

from components.server.cloakroom import LEFT, MOST, Cloakroom, new_ticket

THINGS = {"shelf": ["a policy"]}


class Tab:
    def __init__(self):
        self.open = True

    def __call__(self):
        return self.open


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_tab_that_comes_back_finds_its_things_once():
    room, tab = Cloakroom(), Tab()
    room.hang("ticket", THINGS, tab)
    assert room.take("ticket") == {}  # the tab is open: this is another one, with a copy of its ticket
    tab.open = False
    assert room.take("another ticket") == {}
    assert room.take("ticket") is THINGS
    assert room.take("ticket") == {}
    assert len(room) == 0


def test_what_was_left_too_long_ago_is_gone_and_an_open_tab_s_is_not():
    clock = Clock()
    room, here, away = Cloakroom(clock), Tab(), Tab()
    room.hang("here", THINGS, here)
    room.hang("away", THINGS, away)
    away.open = False
    room.sweep()
    clock.now += LEFT
    room.sweep()
    assert len(room) == 2
    clock.now += 1
    room.sweep()
    assert len(room) == 1
    here.open = False
    assert room.take("here") is THINGS


def test_a_connection_that_comes_back_begins_anew_to_be_away():
    clock = Clock()
    room, tab = Cloakroom(clock), Tab()
    room.hang("ticket", THINGS, tab)
    for _ in range(3):
        tab.open = False
        room.sweep()
        clock.now += LEFT - 1
        tab.open = True
        room.sweep()
    tab.open = False
    assert room.take("ticket") is THINGS


def test_of_many_closed_tabs_the_last_are_kept():
    clock, room, tabs = Clock(), None, [Tab() for _ in range(MOST + 2)]
    room = Cloakroom(clock)
    for i, tab in enumerate(tabs):
        room.hang(str(i), {"tab": i}, tab)
    for tab in tabs:
        clock.now += 0.1
        tab.open = False
        room.sweep()
    assert len(room) == MOST
    assert [room.take(str(i)) for i in (0, 1, 2)] == [{}, {}, {"tab": 2}]


def test_nobody_guesses_a_ticket():
    assert len({new_ticket() for _ in range(100)}) == 100
    assert min(len(new_ticket()) for _ in range(100)) >= 21  # 128 bits at six a character
