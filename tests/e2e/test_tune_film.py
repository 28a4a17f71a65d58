"""The tuning film in a browser, for who wants no motion and for who has it read aloud."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.runs import stop

PATIENCE = 60_000  # ms, on cores that other tests may use
FIRST_AND_LAST = """async (cursor) => {
    // What the bars show on the first frame after the cursor went to the reference, and when they have come to rest.
    const bars = () => [...cursor.getRootNode().querySelectorAll(".bars .fill")].map((fill) => fill.style.transform);
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const before = bars();
    cursor.value = "0";
    cursor.dispatchEvent(new Event("input"));
    await frame();
    const first = bars();
    let last = first;
    for (let still = 0; still < 10; still += 1) {
        await frame();
        if (bars().some((bar, i) => bar !== last[i])) [last, still] = [bars(), 0];
    }
    return [before, first, last];
}"""


@pytest.fixture(autouse=True)
def on_a_page_of_its_own(page, errors):
    """Streamlit looks for its own files under every page's address first, which the console calls an error."""
    yield
    errors[:] = [error for error in errors if "404" not in error]


@pytest.fixture
def cursor(page):
    """The cursor of a run of three steps that is over, and all of whose policies were read."""
    page.goto("/tune?seed=7&tune_steps=3&tune_texts=8")
    page.get_by_role("button", name="Start", exact=True).click(timeout=PATIENCE)
    found = page.get_by_role("slider", name="Updates that the policy has had")
    expect(found).to_have_value("3", timeout=PATIENCE)
    expect(stop(page)).to_have_count(0, timeout=PATIENCE)
    expect(page.locator(".tuning .after")).not_to_contain_text("read", timeout=PATIENCE)
    return found


def test_bars_glide_or_jump_and_are_said_in_the_order_in_which_they_are_seen(page, cursor):
    before, first, last = cursor.evaluate(FIRST_AND_LAST)
    assert first not in (before, last)  # on its way
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="To the newest policy").click()
    expect(cursor).to_have_value("3")
    before, first, last = cursor.evaluate(FIRST_AND_LAST)
    assert first == last != before

    # All that is drawn is said. Nothing glides now, so every bar is where it belongs.
    page.get_by_role("button", name="To the newest policy").click()
    expect(cursor).to_have_attribute("aria-valuetext", "after 3 of 3 updates")
    expect(page.get_by_role("group", name="The policy over training")).to_be_visible()
    for n in (2, 1):
        cursor.press("ArrowLeft")
        expect(cursor).to_have_attribute("aria-valuetext", f"after {n} of 3 updates")
        expect(page.locator(".tuning .live")).to_have_text(re.compile(f"^After {n} updates?: mean sentiment "))
        for curve in page.locator(".tuning .curve").all():
            shown = curve.locator("h3 b").inner_text()
            name = curve.locator("h3 span").first.inner_text()
            expect(curve.get_by_role("img")).to_have_accessible_name(
                re.compile(f"^{name} over the updates; here {shown} ")
            )
        plane = page.locator(".tuning .plane")
        score, against = plane.locator("h3 b").inner_text(), plane.locator("h3 .quiet").inner_text()
        most, kl = re.fullmatch(r"of (\S+) possible at KL (\S+)", against).groups()
        expect(plane.get_by_role("img")).to_have_accessible_name(
            f"This policy has KL {kl} and score {score}; the most possible there is {most}."
        )
    shares = page.get_by_role("img", name="After “the movie was”: ")
    expect(shares).to_have_accessible_name(re.compile(r"others 0\.\d\d \(reference 0\.\d\d\)\.$"))
    # Another place, with some of the same tokens and some others.
    page.locator(".tuning .words .token").nth(1).click()  # what comes in its place, behind the text's first token
    shares = page.get_by_role("img", name=re.compile("^After “the movie was .+”: "))
    expect(shares).to_be_visible()
    bars = shares.evaluate(
        """(list) => [...list.children].map((bar) =>
            [bar.querySelector(".label").textContent, bar.getBoundingClientRect().top, bar.matches(".rest")])"""
    )
    tops = [top for _, top, _ in bars]
    assert tops == sorted(tops)
    assert [rest for _, _, rest in bars] == [False] * (len(bars) - 1) + [True]
    said = shares.get_attribute("aria-label").split("”: ", 1)[1]
    assert re.findall(r"(\S.*?) \d\.\d\d \(reference \d\.\d\d\)[,.] ?", said) == [label for label, _, _ in bars]
