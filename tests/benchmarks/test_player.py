"""How fast the player follows a hand, beside the same change made with a slider and a Plotly chart."""

import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

from mdp_core.link import to_query
from mdp_core.scenarios import GridScenario, Scenario, TextScenario, View
from tests.e2e.conftest import *  # noqa: F403  the server and the browser of the browser tests

HERE = Path(__file__).parent
FRAME = 1000 / 60  # ms
DRAGS = 120

DRAG = """async (drags) => {
    const root = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.stage')).shadowRoot;
    const slider = root.querySelector('input.gamma');
    const sum = root.querySelector('.sum .side.grid b');
    const times = [];
    for (let i = 0; i < drags; i += 1) {
        await new Promise((done) => setTimeout(done, 30 + (i % 7)));
        const before = sum.textContent;
        const began = performance.now();
        slider.value = String(0.3 + 0.6 * ((i * 0.618) % 1));
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((done) => requestAnimationFrame(done));
        times.push(performance.now() - began);
        if (sum.textContent === before) throw new Error('the sum did not follow');
    }
    return times;
}"""

PLAY = """async (seconds) => {
    const root = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.stage')).shadowRoot;
    root.querySelector('button.play').click();
    let frames = 0;
    const began = performance.now();
    while (performance.now() - began < seconds * 1000) {
        await new Promise((done) => requestAnimationFrame(done));
        frames += 1;
    }
    return frames / seconds;
}"""

PLOTLY = """async () => {
    const seen = () => document.querySelector('.js-plotly-plot .trace path, .js-plotly-plot .point path')?.getAttribute('d');
    const thumb = document.querySelector('[role=slider]');
    const before = seen();
    thumb.focus();
    const began = performance.now();
    thumb.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }));
    while (seen() === before || !seen()) {
        await new Promise((done) => requestAnimationFrame(done));
        if (performance.now() - began > 10000) throw new Error('the chart did not follow');
    }
    return performance.now() - began;
}"""


def long_run():
    """A link to 200 steps in both halves, as far as the text goes."""
    wide = "\n".join(["S" + "." * 24, *["." * 25] * 24])
    scenario = Scenario(7, GridScenario(own_map=wide, policy="random"), TextScenario(max_tokens=200))
    query = to_query(scenario, View())
    return "/?" + urllib.parse.urlencode(query)


def percentile(values, share):
    return sorted(values)[int(share * (len(values) - 1))]


def test_gamma_follows_the_hand(page):
    page.goto(long_run())
    page.locator(".side.text .bars .bar.chosen").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    assert re.search(r"t 0/200", page.locator(".clock .readout").inner_text())
    drawn = page.evaluate(DRAG, DRAGS)
    page.locator("select.speed").select_option("30")
    fps = page.evaluate(PLAY, 5)
    plotly = slider_and_plotly(page)
    ours = statistics.median(drawn)
    print(
        f"\ngamma to drawn frame, 200 steps: median {ours:.1f} ms, p95 {percentile(drawn, 0.95):.1f} ms "
        f"({percentile(drawn, 0.95) / FRAME:.2f} of a 60 Hz frame)"
        f"\nplay at 30 steps/s: {fps:.1f} frames/s"
        f"\nst.slider + st.plotly_chart, the same change: median {statistics.median(plotly):.0f} ms, "
        f"ratio {statistics.median(plotly) / ours:.0f}"
    )


def slider_and_plotly(page):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    app = [sys.executable, "-m", "streamlit", "run", str(HERE / "plotly_app.py"), "--server.port", str(port)]
    server = subprocess.Popen([*app, "--server.headless", "true"], cwd=HERE.parents[1], stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.2)
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator(".js-plotly-plot").wait_for(timeout=30_000)
        page.wait_for_timeout(1000)
        times = []
        for _ in range(15):
            times.append(page.evaluate(PLOTLY))
            page.wait_for_timeout(300)
        return times
    finally:
        server.terminate()
        server.wait(10)
