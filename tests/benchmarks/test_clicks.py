"""How long a click takes that needs Python: a chosen action, alone, in a class, and in a class where somebody tunes."""

import statistics

from tests.e2e.conftest import serving

CLICKS = 20
SESSIONS = 10

# Choose another token at step 0 and wait until the new future is drawn; `pause` ms between two clicks.
CHOOSE = """async ([clicks, pause]) => {
    const root = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.stage')).shadowRoot;
    const times = [];
    const page = () => root.querySelector('.page').textContent;
    await new Promise((done) => setTimeout(done, Math.random() * pause));
    for (let i = 0; i < clicks; i += 1) {
        const bars = [...root.querySelectorAll('.policy .side.text button.bar:not(.chosen)')];
        const before = page();
        const began = performance.now();
        bars[i % bars.length].click();
        while (page() === before) {
            await new Promise((done) => requestAnimationFrame(done));
            if (performance.now() - began > 10000) throw new Error('the click was lost');
        }
        times.push(performance.now() - began);
        await new Promise((done) => setTimeout(done, pause));
    }
    return times;
}"""


def percentile(values, share):
    return sorted(values)[int(share * (len(values) - 1))]


def ready(context, address="/stage"):
    page = context.new_page()
    page.goto(address)
    page.locator(".side.text .bars .bar.chosen").wait_for(timeout=120_000)
    page.wait_for_timeout(1000)
    return page


def clicks_of_all(pages):
    """The times of a class, in which everybody clicks every two seconds."""
    for page in pages:
        page.evaluate(f"() => {{ window.times = ({CHOOSE})([{CLICKS}, 2000]); }}")
    return [time for page in pages for time in page.evaluate("() => window.times")]


def test_a_chosen_action_alone_and_in_a_class(browser, server):
    alone = ready(browser.new_context(base_url=server)).evaluate(CHOOSE, [CLICKS, 400])
    together = clicks_of_all([ready(browser.new_context(base_url=server)) for _ in range(SESSIONS)])
    print(
        f"\nforce an action (Pocket): median {statistics.median(alone):.0f} ms, p95 {percentile(alone, 0.95):.0f} ms"
        f"\n{SESSIONS} sessions, a click every 2 s each: median {statistics.median(together):.0f} ms, "
        f"p95 {percentile(together, 0.95):.0f} ms; p95 is {percentile(together, 0.95) / percentile(alone, 0.95):.1f} "
        "times that of one alone"
    )


def test_a_class_while_somebody_tunes_smollm2(browser, smollm2, tmp_path):
    """Ten visitors with Pocket, before and while another one's run of SmolLM2 is worked on."""
    with serving(tmp_path / "log", "--lm", "smollm2") as url:
        pages = [ready(browser.new_context(base_url=url), "/stage?model=pocket") for _ in range(SESSIONS)]
        quiet = clicks_of_all(pages)
        tuner = browser.new_context(base_url=url, viewport={"width": 1280, "height": 720}).new_page()
        tuner.goto("/tune")
        tuner.get_by_role("button", name="Start", exact=True).click(timeout=120_000)
        stop = tuner.get_by_role("button", name="Stop", exact=True)
        stop.wait_for(timeout=120_000)
        busy = clicks_of_all(pages)
        assert stop.count() == 1, "the run was over too soon"
    before, during = percentile(quiet, 0.95), percentile(busy, 0.95)
    print(
        f"\n{SESSIONS} sessions: median {statistics.median(quiet):.0f} ms, p95 {before:.0f} ms; while SmolLM2 is tuned "
        f"median {statistics.median(busy):.0f} ms, p95 {during:.0f} ms, {during / before:.1f} times"
    )
