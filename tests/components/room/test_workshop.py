"""The workshop of a room: what it learns from votes beside the pages, and what it tells the store."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from components.room.workshop import Workshop, sizes
from components.server.room.errors import DatabaseAwayError
from components.server.room.records import Vote
from mdp_core.rlhf.raters import TASTES, SimulatedRater
from mdp_core.scenarios import TextScenario
from mdp_core.stage.text_pool import TextPool


@pytest.fixture(scope="module")
def texts(pocket):
    pool = TextPool(pocket, TextScenario(), 64)
    while pool.needs(24):
        pool.work()
    return {i: (pool.texts[2 * i], pool.texts[2 * i + 1]) for i in range(12)}


def votes_of(texts, phones):
    rng, rater = np.random.default_rng(0), SimulatedRater(TASTES["gentle"], 4.0)
    return [
        Vote(pair, phone, rater.choose(*both, rng.random()).chosen, 1)
        for phone in range(phones)
        for pair, both in texts.items()
    ]


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def learned(shop, clock, pocket, texts, votes, tell):
    clock.now += 10
    shop.learn(pocket, texts, votes, tell)
    shop.wait(60)


def test_a_curve_has_about_ten_points_and_keeps_those_it_has():
    assert sizes(7) == []
    assert sizes(101) == [20, 40, 60, 80, 100]
    assert sizes(396) == [50, 100, 150, 200, 250, 300, 350]
    assert all(len(sizes(n)) <= 10 for n in range(0, 100_000, 37))


def test_the_pairs_of_which_least_is_known_are_asked_about_first(pocket, texts):
    clock, told = Clock(), []
    shop = Workshop(clock)
    votes = votes_of(texts, 6)
    learned(shop, clock, pocket, texts, votes, told.append)
    [worth] = told
    p = shop.taste.probabilities
    assert worth == pytest.approx({pair: p[pair] * (1 - p[pair]) / 7 for pair in texts})
    assert shop.taste.model.name == "what the room likes (72 votes)"
    assert [point.votes for point in shop.points(72)] == sizes(72) == [10, 20, 30, 40, 50, 60, 70]


def test_what_is_to_be_scored_besides_is_read_before_there_is_a_taste(pocket, texts, monkeypatch):
    shop, also = Workshop(Clock()), ["the movie was long. long. long.", "a word that Pocket does not know: qwertz"]
    shop.learn(pocket, texts, votes_of(texts, 4), lambda worth: None, also)
    shop.wait(60)
    monkeypatch.setattr(pocket, "in_lane", lambda work: pytest.fail("a page would wait"))
    assert np.isfinite(shop.taste.model.score_many(also[:1])[0].total)


def test_nothing_is_learned_twice_or_too_often(pocket, texts):
    clock, told = Clock(), []
    shop = Workshop(clock)
    votes = votes_of(texts, 4)
    learned(shop, clock, pocket, texts, votes, told.append)
    first = shop.taste
    learned(shop, clock, pocket, texts, votes, told.append)
    assert shop.taste is first
    shop.learn(pocket, texts, votes_of(texts, 5), told.append)
    learned_now = shop.taste
    assert learned_now is first  # a moment ago somebody asked: the next look finds it undone
    learned(shop, clock, pocket, texts, votes_of(texts, 5), told.append)
    assert shop.taste.foretold.votes == 60


def test_newer_votes_do_not_wait_for_older_points_of_the_curve(pocket, texts):
    clock = Clock()
    shop = Workshop(clock)
    few, many = votes_of(texts, 6), votes_of(texts, 9)
    # While the room is told what to ask about, new votes come: the page asks for more, in the middle of the work.
    learned(shop, clock, pocket, texts, few, lambda worth: shop.learn(pocket, texts, many, lambda worth: None))
    assert len(shop.points(len(few))) == 1
    learned(shop, clock, pocket, texts, many, lambda worth: None)
    assert shop.taste.foretold.votes == len(many)
    assert [point.votes for point in shop.points(len(many))] == sizes(len(many))


def test_few_votes_are_waited_for_and_a_database_that_is_away_is_told_later(pocket, texts):
    clock, told = Clock(), []
    shop = Workshop(clock)
    learned(shop, clock, pocket, texts, votes_of(texts, 1)[:3], told.append)
    assert shop.taste is None
    assert shop.too_few

    def away(worth):
        raise DatabaseAwayError

    votes = votes_of(texts, 4)
    learned(shop, clock, pocket, texts, votes, away)
    assert shop.taste.foretold.votes == 48
    learned(shop, clock, pocket, texts, votes, told.append)
    assert len(told) == 1


ENDS = """
import threading
from components.room.workshop import Workshop
from components.server.room.records import Vote
from mdp_core.tokens.sources import drain, load

pocket, read, ended = drain(load("pocket")), threading.Event(), threading.Event()

class Slow(dict):
    def values(self):  # in the thread, right before the model is asked to read
        read.set()
        ended.wait(60)
        return super().values()

Workshop().learn(pocket, Slow({1: ("good", "bad")}), [Vote(1, 1, 0, 1)], lambda worth: None)
read.wait(60)
threading._register_atexit(ended.set)
"""


def test_a_server_that_ends_while_something_is_learned_says_nothing(pocket):
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", ENDS], cwd=root, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
