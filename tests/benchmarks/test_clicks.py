"""How long a click takes that needs Python: a chosen action, alone and in a class."""

import statistics

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


def ready(context):
    page = context.new_page()
    page.goto("/")
    page.locator(".side.text .bars .bar.chosen").wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    return page


def test_a_chosen_action_alone_and_in_a_class(browser, server):
    alone = ready(browser.new_context(base_url=server)).evaluate(CHOOSE, [CLICKS, 400])
    pages = [ready(browser.new_context(base_url=server)) for _ in range(SESSIONS)]
    for page in pages:
        page.evaluate(f"() => {{ window.times = ({CHOOSE})([{CLICKS}, 2000]); }}")
    together = [time for page in pages for time in page.evaluate("() => window.times")]
    print(
        f"\nforce an action (Pocket): median {statistics.median(alone):.0f} ms, p95 {percentile(alone, 0.95):.0f} ms"
        f"\n{SESSIONS} sessions, a click every 2 s each: median {statistics.median(together):.0f} ms, "
        f"p95 {percentile(together, 0.95):.0f} ms; p95 is {percentile(together, 0.95) / percentile(alone, 0.95):.1f} "
        "times that of one alone"
    )
