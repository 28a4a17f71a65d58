"""A class that votes with its phones while a policy is tuned; and the same class as stock Streamlit sessions."""

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from components.server.room.records import Asking
from components.server.room.store import RoomStore
from components.server.room.tables import open_database
from components.shell.my_room import COOKIE
from tests.benchmarks.test_clicks import CHOOSE, percentile, ready
from tests.e2e.conftest import VIEWPORT, serving

HERE = Path(__file__).parent
SECONDS = 20
CLICKS = 20
PAIRS = 24  # as the model writes them on page Room
LOOK = """() => {
  window.shown = [];
  const look = () => {
    const strip = document.querySelector(".room-strip :last-child b");
    const votes = strip ? Number(strip.textContent.replace(/,/g, "")) : 0;
    if (votes !== (window.shown.at(-1) || [0, 0])[1]) window.shown.push([Date.now() / 1000, votes]);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def load(script, *arguments):
    """What the clients of `script` saw."""
    done = subprocess.run(
        [sys.executable, HERE / script, *map(str, arguments)], capture_output=True, text=True, timeout=SECONDS * 8
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def told(what, times):
    p50, p95 = (1000 * percentile(times, share) for share in (0.5, 0.95))
    return f"{what}: {len(times)} votes, p50 {p50:.0f} ms, p95 {p95:.0f} ms, slowest {1000 * max(times):.0f} ms"


def behind(counted, shown):
    """Seconds from when the n-th vote was counted, as its phone heard it, to the first picture of n votes or more."""
    return [next(at for at, votes in shown if votes >= n) - then for n, then in enumerate(sorted(counted), start=1)]


class Projector:
    """Page Room in the browser of whoever steers that room: it notes down when it shows how many votes."""

    def __init__(self, browser, url, room, secret):
        context = browser.new_context(base_url=url, viewport=VIEWPORT)
        context.add_cookies([{"name": COOKIE, "value": f"{room.code}.{secret}", "url": url}])
        self.page = context.new_page()
        self.page.goto("/room")
        self.page.get_by_text(f"0 votes on 0 of {PAIRS} pairs.").wait_for(timeout=120_000)
        self.page.evaluate(LOOK)

    def shown(self, votes):
        """When it showed how many, once it shows as many."""
        self.page.wait_for_function("(votes) => (window.shown.at(-1) || [])[1] === votes", arg=votes, timeout=120_000)
        shown = self.page.evaluate("() => window.shown")
        self.page.context.close()
        return shown


class Hall:
    """An app with a room, and its database."""

    def __init__(self, url, store, model):
        self.url, self.store, self.model = url, store, model
        port = int(url.rpartition(":")[2])
        owners = (one.pid for one in psutil.net_connections("tcp") if one.status == "LISTEN" and one.laddr.port == port)
        self.process = psutil.Process(next(owners))

    def vote(self, phones, what, browser=None):
        """So many phones in a room of their own; with a browser, what its projector shows, and its taste is learned."""
        room, secret = self.store.open_room({"model": self.model}, time.time(), 3600.0)
        self.store.add_pairs(
            room.id, "pairs", [(f"the movie was good {i}", f"it was bad {i}") for i in range(PAIRS)], shared=6
        )
        self.store.ask(room.id, Asking("pairs", "pairs"))
        projector = Projector(browser, self.url, room, secret) if browser else None
        before = self.process.memory_info().rss
        seen = load("room_phones.py", self.url, room.code, phones, SECONDS)
        grown = (self.process.memory_info().rss - before) / phones / 1000
        kept = self.store.votes(room.id)
        lost = len({(token, pair) for token, pair, _ in seen["counted"]}) - len(kept)
        double = len(kept) - len({(vote.phone, vote.pair) for vote in kept})
        print(f"\n{told(f'{phones} phones, {what}', seen['times'])}; lost {lost}, double {double}, "
              f"refused {len(seen['refused'])}; {grown:.0f} KB a phone")  # fmt: skip
        assert (lost, double, seen["refused"]) == (0, 0, [])
        if projector is not None:
            lags = behind([at for *_, at in seen["counted"]], projector.shown(len(kept)))
            p50, p95 = (percentile(lags, share) for share in (0.5, 0.95))
            print(f"the projector: p50 {p50:.2f} s, p95 {p95:.2f} s, at most {max(lags):.2f} s behind what is counted")
        self.store.delete_room(room.id)


@pytest.mark.parametrize("model", ["pocket", "smollm2"])
def test_a_class_votes_while_a_policy_is_tuned(browser, request, tmp_path, model):
    if model == "smollm2":
        request.getfixturevalue("smollm2")
    address = f"sqlite:///{tmp_path / 'rooms.sqlite'}"
    store = RoomStore(open_database(address))
    with serving(tmp_path / "log", "--lm", model, ONE_LOOP_DATABASE=address) as url:
        hall = Hall(url, store, model)
        lecturer = ready(browser.new_context(base_url=url), "/stage?model=pocket")
        quiet = lecturer.evaluate(CHOOSE, [CLICKS, 400])
        hall.vote(200, "nothing tuned")
        tuner = browser.new_context(base_url=url).new_page()
        tuner.goto("/tune")
        tuner.get_by_role("button", name="Start", exact=True).click(timeout=120_000)
        stop = tuner.get_by_role("button", name="Stop", exact=True)
        stop.wait_for(timeout=120_000)
        lecturer.evaluate(f"() => {{ window.times = ({CHOOSE})([{CLICKS}, 400]); }}")
        hall.vote(200, f"while {model} is tuned", browser)
        busy = lecturer.evaluate("() => window.times")
        hall.vote(500, f"while {model} is tuned")
        going = stop.count() == 1
    before, during = percentile(quiet, 0.95), percentile(busy, 0.95)
    over = "" if going else "; the run was over before the last phones were"
    print(
        f"the lecturer's clicks: p95 {before:.0f} ms quiet, {during:.0f} ms with 200 phones and the run, "
        f"{during / before:.1f} times{over}"
    )


def test_the_same_class_as_stock_sessions(tmp_path):
    """Without any tuning beside it."""
    with serving(tmp_path / "log", script=HERE / "room_sessions_app.py") as url:
        for sessions in (20, 50, 100):
            seen = load("room_sessions.py", url, sessions, SECONDS)
            print(
                f"\n{told(f'{sessions} stock sessions', seen['times'] or [float('nan')])}; {len(seen['lost'])} gave up"
            )
