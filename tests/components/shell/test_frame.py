"""The frame: what Streamlit takes in pixels grows with the window all the same."""

import re
from pathlib import Path

from components.shell.frame import WIDTHS, widths

COMPONENTS = Path(__file__).parents[3] / "components"


def test_every_width_that_a_page_gives_to_a_widget_grows_with_the_window():
    sources = [path.read_text() for path in COMPONENTS.rglob("*.py")]
    given = {int(px) for source in sources for px in re.findall(r"\bwidth=(\d+)\b", source)}
    assert given == set(WIDTHS)


def test_a_width_in_pixels_becomes_as_many_sixteenths_of_a_rem():
    assert ':root [width="340px"] { width: 21.25rem; min-width: min(21.25rem, 100%); }' in widths()
