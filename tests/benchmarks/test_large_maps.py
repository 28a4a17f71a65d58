"""Maps of 100 by 100 cells beside maps of 10 by 10: what a stroke costs the server and the browser, and a learner's slice.

    python -m pytest -q -s tests/benchmarks/test_large_maps.py --override-ini addopts=--import-mode=importlib

The server's figures are CPU time of the page's own code, from what the browser sends to the page's last word, so that they
hold on a machine that has other work; medians, of strokes alike on both maps. Nothing is asserted of the clock.
"""

import statistics
import time
from urllib.parse import urlencode

import numpy as np
from streamlit.testing.v1 import AppTest

from components.mdp.memory import load_text, paint_cells
from mdp_core.link import to_query
from mdp_core.scenarios import GridScenario, Scenario, View

LARGE, SMALL = 100, 10
STROKES = 12
BRUSHES = ("wall", "reward", "pit", "free")

# Paint from one cell to another, and wait until the page says what that changed.
STROKE = """async ([[x0, y0], [x1, y1]]) => {
    const root = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.board.painting')).shadowRoot;
    const svg = root.querySelector('svg.map');
    const said = () => document.body.innerText.match(/Your last edit.*/)?.[0];
    const send = (type, clientX, clientY) => svg.dispatchEvent(new PointerEvent(type, { clientX, clientY, bubbles: true }));
    svg.setPointerCapture = () => {};
    const [before, long] = [said(), []];
    const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration)));
    observer.observe({ entryTypes: ['longtask'] });
    send('pointerdown', x0, y0);
    const [dragged, frame] = [performance.now(), () => new Promise((done) => requestAnimationFrame(done))];
    send('pointermove', x1, y1);
    await frame();
    const own = performance.now() - dragged;
    const began = performance.now();
    send('pointerup', x1, y1);
    while (said() === before && performance.now() - began < 20000) await frame();
    const seen = performance.now() - began;
    await new Promise((done) => setTimeout(done, 1500));
    observer.disconnect();
    return [seen, long.reduce((sum, one) => sum + one, 0), own];
}"""


def text(size):
    """A map with a fifth of its cells walls."""
    signs = np.where(np.random.default_rng(0).random((size, size)) < 0.2, "#", ".")
    signs[0, 0], signs[-1, -1] = "S", "G"
    return "slip: 0.2\n\n" + "\n".join("".join(row) for row in signs) + "\n"


def mdp():
    import time

    import streamlit as st

    from components.mdp import page

    began = time.thread_time()
    page.page()
    st.session_state["spent"] = time.thread_time() - began


def learn():
    import time

    import streamlit as st

    from components.learn import page

    began = time.thread_time()
    page.page()
    st.session_state["spent"] = time.thread_time() - began


def strokes(size):
    """CPU seconds of each of some strokes on page MDP: what the event does, and the page after it."""
    app = AppTest.from_function(mdp, default_timeout=120).run()
    visit, memory = app.session_state["visit"], app.session_state["mdp"]
    load_text(visit, memory, text(size))
    app.run()
    rng, spent = np.random.default_rng(1), []
    for i in range(STROKES):
        cells = [(int(r), int(c)) for r, c in rng.integers(1, size - 1, (4, 2))]
        began = time.thread_time()
        paint_cells(visit, memory, cells, BRUSHES[i % len(BRUSHES)])
        painted = time.thread_time() - began
        app.run()
        assert not app.exception
        spent.append(painted + app.session_state["spent"])
    return spent


def lesson(size):
    """CPU seconds of what is learned at once, and of the page that shows it."""
    app = AppTest.from_function(learn, default_timeout=120)
    for name, value in to_query(Scenario(grid=GridScenario(own_map=text(size))), View()).items():
        app.query_params[name] = value
    app.run()
    memory = app.session_state["learn"]
    memory.begin()
    steps, pages = [], []
    for i in range(200):
        began = time.thread_time()
        memory.course.step()
        steps.append(time.thread_time() - began)
        if i % 40 == 39:
            app.run()
            assert not app.exception
            pages.append(app.session_state["spent"])
    return steps, pages


def test_a_stroke_costs_the_server():
    large, small = (1000 * statistics.median(strokes(size)) for size in (LARGE, SMALL))
    print(
        f"\na stroke on page MDP, server: {LARGE} x {LARGE} {large:.0f} ms, {SMALL} x {SMALL} {small:.0f} ms, "
        f"ratio {large / small:.1f}"
    )


def test_a_learners_slice_costs_the_server():
    for size in (SMALL, LARGE):
        steps, pages = ([1000 * second for second in part] for part in lesson(size))
        print(
            f"\nlearning, {size} x {size}: at once median {statistics.median(steps):.1f} ms, longest {max(steps):.0f} ms; "
            f"the page that shows it {statistics.median(pages):.0f} ms"
        )


def test_a_stroke_costs_the_browser(page):
    figures = {}
    for size in (LARGE, SMALL):
        page.goto("/mdp?" + urlencode(to_query(Scenario(grid=GridScenario(own_map=text(size))), View())))
        page.get_by_text("Markov: the past").wait_for(timeout=120_000)
        page.get_by_role("radio", name="wall").click()
        page.wait_for_timeout(8000)
        box = page.locator("svg.map").first.bounding_box()
        side = min(box["width"], box["height"]) / (size + 0.1)
        left, top = (box[at] + box[long] / 2 - side * size / 2 for at, long in (("x", "width"), ("y", "height")))
        times = []
        for i in range(6):
            r = 1 + i * (size - 2) // 6
            ends = [[left + side * (c + 0.5), top + side * (r + 0.5)] for c in (2, 5)]
            page.get_by_role("radio", name=("wall", "free")[i % 2]).first.click()
            times.append(page.evaluate(STROKE, ends))
        figures[size] = [statistics.median(part) for part in zip(*times, strict=True)]
    for size, (seen, long, own) in figures.items():
        print(
            f"\na stroke on page MDP, {size} x {size}: in the map after {own:.0f} ms, answered after {seen:.0f} ms, "
            f"the browser was busy for {long:.0f} ms in long tasks"
        )
    print(f"answered: ratio {figures[LARGE][0] / figures[SMALL][0]:.1f}")
