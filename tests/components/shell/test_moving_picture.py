"""A film: the pictures that are asked for, one after another, and whatever else a browser may send."""

import base64
import io
import itertools

import pytest
from PIL import Image

from components.server.gif import MOST_PICTURES
from components.shell.moving_picture import Film, Scene, steps_to_show
from mdp_core.scenarios import View


def film_of(*lengths, number=1):
    frames = {"key": "run", "worlds": [{"steps": [{}] * length} for length in lengths]}
    return Film(Scene(frames, View(0, 0.9), "Seed 7", "run.gif"), number)


def picture(shade):
    file = io.BytesIO()
    Image.new("L", (40, 30), shade).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize("length", [1, 2, 10, MOST_PICTURES - 1, MOST_PICTURES, 100, 200, 1000])
def test_a_film_goes_from_the_first_step_to_the_last_in_even_strides(length):
    steps = steps_to_show(length)
    assert (steps[0], steps[-1]) == (0, length)
    assert len(steps) <= MOST_PICTURES
    strides = [after - before for before, after in itertools.pairwise(steps)]
    assert set(strides[:-1]) <= {strides[0]}
    assert 0 < strides[-1] <= strides[0]
    assert (strides[0] == 1) == (length < MOST_PICTURES)


def test_a_run_that_has_no_step_yet_is_one_picture():
    assert steps_to_show(0) == (0,)
    assert film_of(0, 0).scene.leaves_out == ""


def test_a_long_run_says_what_it_leaves_out():
    assert film_of(64, 10).scene.leaves_out == ""
    assert film_of(10, 200).scene.leaves_out == " Of 200 steps, one in 4 and the last."


def test_the_last_picture_makes_the_file():
    film = film_of(3, 1)
    for at in range(4):
        assert film.busy
        film.take(1, at, picture(60 * at))
    assert not film.busy
    image = Image.open(io.BytesIO(film.file))
    assert (image.n_frames, image.size) == (4, (40, 30))
    assert film.says == "Seed 7: 4 pictures of 40 × 30, 6 s, 0.0 MB."


@pytest.mark.parametrize(
    ("film", "at"), [(1, 1), (1, 3), (1, -1), (2, 0), ("1", 0), (None, None), ([1], {"at": 0})], ids=repr
)
def test_a_picture_that_is_not_the_next_one_changes_nothing(film, at):
    film_begun = film_of(3, number=1)
    film_begun.take(film, at, picture(0))
    assert film_begun.busy
    assert film_begun.pictures == []


def test_a_picture_that_comes_twice_counts_once():
    film = film_of(3)
    film.take(1, 0, picture(0))
    film.take(1, 0, picture(9))
    assert len(film.pictures) == 1


@pytest.mark.parametrize("hostile", ["", "<img src=x>", 7, None, {"png": 1}])
def test_a_broken_picture_ends_the_film_with_a_sentence(hostile):
    film = film_of(3)
    film.take(1, 0, picture(0))
    film.take(1, 1, hostile)
    assert not film.busy
    assert film.problem.endswith(".")
    assert film.file == b""
    film.take(1, 1, picture(0))  # and it stays ended
    assert film.pictures == []


def test_a_stopped_film_takes_no_more_pictures():
    film = film_of(1)
    film.take(1, 0, picture(0))
    film.stop()
    film.take(1, 1, picture(9))
    assert not film.busy
    assert (film.pictures, film.file) == ([], b"")
