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

HERE = Path(__file__).parent
FRAME = 1000 / 60  # ms
DRAGS = 120

# From each move of the hand on gamma to the end of the frame that shows its sum.
DRAG = """() => {
    const root = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.stage')).shadowRoot;
    const sum = root.querySelector('.sum .side.grid output');
    window.times = [];
    let before = sum.textContent;
    root.querySelector('input.gamma').addEventListener('input', () => {
        const began = performance.now();
        requestAnimationFrame(() => {
            if (sum.textContent !== before) window.times.push(performance.now() - began);
            before = sum.textContent;
        });
    });
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

# From the key that moves the slider to the chart that shows it.
PLOTLY = """() => {
    const seen = () => document.querySelector('.js-plotly-plot .trace path')?.getAttribute('d');
    window.took = new Promise((done) => {
        const start = () => {
            const [before, began] = [seen(), performance.now()];
            const look = () => (seen() && seen() !== before ? done(performance.now() - began) : requestAnimationFrame(look));
            look();
        };
        document.addEventListener('keydown', start, { once: true, capture: true });
    });
}"""


def long_run():
    """A link to 200 steps in both halves, as far as the text goes."""
    wide = "\n".join(["step: -1", "", "S" + "." * 24, *["." * 25] * 24])
    scenario = Scenario(7, GridScenario(own_map=wide, policy="random"), TextScenario(max_tokens=200))
    query = to_query(scenario, View())
    return "/stage?" + urllib.parse.urlencode(query)


def percentile(values, share):
    return sorted(values)[int(share * (len(values) - 1))]


def test_gamma_follows_the_hand(page):
    page.goto(long_run())
    page.locator(".side.text .bars .bar.chosen").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    assert re.search(r"t 0/200", page.locator(".clock .readout").inner_text())
    page.evaluate(DRAG)
    slider = page.locator("input.gamma").bounding_box()
    middle = slider["y"] + slider["height"] / 2
    page.mouse.move(slider["x"] + slider["width"] * 0.9, middle)
    page.mouse.down()
    for i in range(DRAGS):
        page.mouse.move(slider["x"] + slider["width"] * (0.3 + 0.6 * (i * 0.618 % 1)), middle)
    page.mouse.up()
    drawn = page.evaluate("window.times")
    assert len(drawn) > DRAGS / 2
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
            page.evaluate(PLOTLY)
            page.get_by_role("slider").first.press("ArrowLeft")
            times.append(page.evaluate("window.took"))
            page.wait_for_timeout(300)
        return times
    finally:
        server.terminate()
        server.wait(10)
