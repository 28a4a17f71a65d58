"""Photographs as an animated GIF: every one is seen for its time, and what is no picture is refused by a sentence."""

import base64
import io
import zlib

import numpy as np
import pytest
from PIL import Image

from components.server.gif import MOST_PICTURES, TALLEST, WIDEST, moving_picture, read_picture, size_of

SIZE = (120, 80)


def png(colour, size=SIZE, mode="RGB"):
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


def of(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def noise(seed, size=SIZE):
    return of(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8))


def said(data):
    return base64.b64encode(data).decode()


def frames(file):
    """[(pixels, ms)] of every frame."""
    image, found = Image.open(io.BytesIO(file)), []
    assert image.format == "GIF"
    for at in range(image.n_frames):
        image.seek(at)
        found.append((np.asarray(image.convert("RGB")), image.info["duration"]))
    return found


def test_every_picture_is_seen_for_its_time():
    colours = ["#d55e00", "#0072b2", "#009e73"]
    shown = frames(moving_picture([png(colour) for colour in colours], [1000, 500, 3000]))
    assert [ms for _, ms in shown] == [1000, 500, 3000]
    for colour, (pixels, _) in zip(colours, shown, strict=True):
        assert pixels.shape == (SIZE[1], SIZE[0], 3)
        assert "#" + bytes(pixels[40, 60]).hex() == colour
        assert (pixels == pixels[0, 0]).all()


def test_a_picture_that_stays_lasts_as_long_as_both():
    shown = frames(moving_picture([png("white"), png("white"), png("black"), png("black")], [1000, 1000, 1000, 3000]))
    assert [ms for _, ms in shown] == [2000, 4000]


def test_one_picture_is_a_file_too():
    assert len(frames(moving_picture([png("white")], [3000]))) == 1


def test_it_plays_over_and_over():
    assert Image.open(io.BytesIO(moving_picture([png("white"), png("black")], [1000, 1000]))).info["loop"] == 0


def test_flat_colours_stay_as_they_are_beside_thousands_of_others():
    ground, rare = (243, 245, 248), (213, 94, 0)
    pixels = np.random.default_rng(7).integers(0, 256, (80, 120, 3), np.uint8)
    pixels[:, :60] = ground
    last = pixels.copy()
    last[:5, :5] = rare  # in one picture only, and small
    shown = frames(moving_picture([of(pixels), of(last)], [1000, 1000]))
    assert (shown[0][0][:, :60] == ground).all()
    assert np.abs(shown[1][0][:5, :5].astype(int) - rare).max() < 40
    assert (shown[0][0][10:] == shown[1][0][10:]).all()  # what stands still does not flicker


@pytest.mark.parametrize("count", [0, MOST_PICTURES + 1])
def test_no_pictures_and_too_many_are_refused(count):
    with pytest.raises(ValueError, match=f"made of 1 to {MOST_PICTURES} pictures, not of {count}"):
        moving_picture([png("white")] * count, [1000] * count)


def test_as_many_durations_as_pictures():
    with pytest.raises(ValueError, match="2 pictures cannot have 1 durations"):
        moving_picture([png("white"), png("black")], [1000])


def test_several_sizes_are_refused():
    with pytest.raises(ValueError, match="several sizes"):
        moving_picture([png("white"), png("white", (120, 81))], [1000, 1000])


def test_a_file_that_is_too_large_is_refused():
    pictures = [noise(seed, (WIDEST, 720)) for seed in range(7)]
    with pytest.raises(ValueError, match=r"would have \d\.\d MB, and 5 MB is the most"):
        moving_picture(pictures, [1000] * len(pictures))


def test_a_picture_comes_through_as_it_is():
    assert read_picture(said(png("white"))) == png("white")
    assert size_of(read_picture(said(png("white")))) == SIZE
    assert size_of(read_picture(said(png("white", (WIDEST, TALLEST))))) == (WIDEST, TALLEST)


def test_a_browser_that_cannot_draw_is_told_so():
    with pytest.raises(ValueError, match="This browser cannot draw the picture"):
        read_picture("")


@pytest.mark.parametrize("size", [(WIDEST + 1, 10), (10, TALLEST + 1), (60_000, 60_000)])
def test_too_large_a_picture_is_refused_before_it_is_unpacked(size, monkeypatch):
    picture = said(claiming(*size))
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("it was unpacked"))
    with pytest.raises(ValueError, match=r"too large|cannot be read"):
        read_picture(picture)


def claiming(width, height):
    """A PNG that says that it is so large."""
    data = bytearray(png("white", mode="L"))
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def as_kind(kind):
    file = io.BytesIO()
    Image.new("RGB", SIZE).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        7,
        ["iVBORw0KGgo="],
        {"png": ""},
        "not base64 <script>",
        "data:image/png;base64,iVBORw0KGgo=",
        "ünïcode",
        said(b"GIF89a"),
        said(b"\x89PNG\r\n\x1a\n"),
        said(as_kind("JPEG")),
        said(as_kind("GIF")),
        said(noise(7)[:-2000]),
        said(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ],
)
def test_what_is_no_picture_is_refused_by_a_sentence(hostile):
    with pytest.raises(ValueError, match=r"cannot be read\. Make the moving picture again\.|cannot draw the picture\."):
        read_picture(hostile)


def test_too_heavy_a_picture_is_refused_before_it_is_decoded():
    with pytest.raises(ValueError, match="more than 2 MB"):
        read_picture("A" * 3_000_000)


def test_a_picture_with_broken_bytes_is_read_or_refused_and_nothing_else():
    draws = np.random.default_rng(7)
    whole, refused = noise(7), 0
    for _ in range(200):
        data = bytearray(whole)
        for at in draws.integers(0, 400, 4):
            data[at] = draws.integers(0, 256)
        try:
            read_picture(said(bytes(data)))
        except ValueError as error:
            refused += 1
            assert str(error).endswith(("again.", "is the most."))  # noqa: PT017
    assert refused > 150
