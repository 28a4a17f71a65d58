"""Samples are drawn a few trajectories at a time, and what is drawn is what the Stage would play."""

import pytest

from mdp_core.grid.maps import MapError
from mdp_core.scenarios import GridScenario, TextScenario
from mdp_core.stage.samples import Sample, draw_texts, draw_walks, limit_of
from mdp_core.work import Work

RIGHT = GridScenario(world="corridor", policy="right")  # its goal is twenty moves away


def walks(count, limit):
    return Work(draw_walks(Sample("right", count, limit), RIGHT, 7)).finish()


def test_a_certain_walk_is_the_same_every_time():
    sample = walks(300, 50)
    assert len(sample) == 300
    assert set(sample.lengths.tolist()) == {20}
    assert sample.cut == 0.0
    assert sample.payments.returns(0.5).tolist() == pytest.approx([0.5**19] * 300)
    assert len(sample.ways[0]) == 21


def test_walks_are_cut_off_at_the_limit():
    sample = walks(10, 19)
    assert (sample.cut, set(sample.lengths.tolist())) == (1.0, {19})


def test_what_cannot_be_drawn_is_said_before_anything_is():
    with pytest.raises(MapError):
        limit_of(GridScenario(own_map="S..X"))
    with pytest.raises(MapError):
        draw_walks(Sample("bad", 1, 10), GridScenario(own_map="S..X"), 0)


def test_a_report_tells_how_many_texts_are_there(pocket):
    work = Work(draw_texts(Sample("texts", 8, 3), pocket, TextScenario(max_tokens=3), 7, batch=4))
    seen = []
    while work.step():
        seen.append((work.share, 0 if work.result is None else len(work.result)))
    assert all(share == drawn / 8 for share, drawn in seen)
    assert sorted({n for _, n in seen}) == [0, 1, 3, 7, 8]  # the first one soon, then twice as many each time, up to 4
    assert len(work.result) == 8
    assert all(text.startswith("the movie was") for text, _ in work.result.texts)
