"""The player in a real browser: what a visitor's hand, keyboard and eye get."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.mouse import press

REVIEW = "/stage?seed=7&world=lake&prompt=the+movie+was"


# Nothing has changed on the Stage since it was asked before.
STILL = """() => {
    const { shadowRoot } = [...document.querySelectorAll('*')].find((one) => one.shadowRoot?.querySelector('.stage'));
    const before = window.looked;
    window.looked = shadowRoot.querySelector('.stage').innerHTML;
    return window.looked === before;
}"""


def clock(page):
    """(t, length) as the readout says them."""
    found = re.fullmatch(r"t (\d+)/(\d+)", page.locator(".clock .readout").inner_text().strip())
    return int(found[1]), int(found[2])


def at(page, t):
    expect(page.locator(".clock .readout")).to_have_text(re.compile(rf"^t {t}/\d+$"))


def total(page, side):
    """G_0 as it is written under a world."""
    return float(page.locator(f".sum .side.{side} b").inner_text().replace("=", "").replace("−", "-"))


def open_stage(page, path=REVIEW):
    page.goto(path)
    expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible(timeout=60_000)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_function(STILL, polling=150)  # the first glide is over


def test_play_walks_both_worlds_to_their_ends(page):
    open_stage(page)
    page.locator("select.speed").select_option("30")
    page.get_by_role("button", name="Play").click()
    _, length = clock(page)
    at(page, length)
    expect(page.locator(".action .side.text")).to_contain_text("the end")
    expect(page.locator(".action .side.grid")).to_contain_text("the end")
    expect(page.locator(".page .ending")).to_be_visible()


def test_slow_motion_lights_the_loop_phase_by_phase(page):
    open_stage(page)
    page.locator("select.speed").select_option("1")
    page.evaluate(
        """() => {
            const root = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.stage')).shadowRoot;
            window.lit = [];
            const note = () => {
                const row = root.querySelector('.row.lit');
                const phase = row && row.dataset.phase;
                if (phase && window.lit.at(-1) !== phase) window.lit.push(phase);
            };
            new MutationObserver(note).observe(root, { subtree: true, attributes: true, attributeFilter: ['class'] });
        }"""
    )
    page.locator("button.play").click()
    expect(page.locator(".clock .readout")).to_have_text(re.compile("^t 2/"))
    page.locator("button.play").click()
    cycle = ["observe", "distribution", "draw", "act", "transition", "reward"]
    assert page.evaluate("window.lit")[:9] == [*cycle, *cycle[:3]]


def test_the_keyboard_does_all_of_it(page):
    open_stage(page)
    _, length = clock(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    at(page, 2)
    page.keyboard.press("ArrowLeft")
    at(page, 1)
    page.keyboard.press("End")
    at(page, length)
    page.keyboard.press("Home")
    at(page, 0)
    page.wait_for_url(re.compile("step=0"))
    page.keyboard.press("Space")
    expect(page.locator("button.play")).to_have_attribute("aria-label", "Pause")
    page.keyboard.press("Space")
    expect(page.locator("button.play")).to_have_attribute("aria-label", "Play")


def test_keys_pressed_fast_lose_nothing(page):
    open_stage(page, "/stage?seed=7&world=cliff&policy=epsilon&epsilon=0.5")
    _, length = clock(page)
    for _ in range(3):
        for _ in range(12):
            page.keyboard.press("ArrowRight")
        at(page, min(12, length))
        page.keyboard.press("Home")
    page.keyboard.press("End")
    page.wait_for_url(re.compile(f"step={length}"))
    at(page, length)


def test_the_address_follows_keys_that_are_faster_than_the_network(own_page):
    page = own_page  # nothing takes the ear off its wire again
    asked, late, slow = [], [], False  # what the server is asked, and what it says that the browser has not heard yet

    def between(browser):
        server = browser.connect_to_server()
        browser.on_message(lambda message: (asked.append(message), server.send(message)))
        server.on_message(lambda message: late.append((browser, message)) if slow else browser.send(message))

    def until(happens):
        while not happens():
            page.wait_for_timeout(50)

    page.route_web_socket(re.compile("/_stcore/stream"), between)
    open_stage(page)
    _, length = clock(page)
    for key, t in (("ArrowRight", 1), ("Home", 0)):
        page.keyboard.press(key)
        page.wait_for_url(re.compile(f"step={t}(&|$)"), wait_until="commit")
    addresses = []
    page.on("framenavigated", lambda frame: addresses.append(frame.url))
    slow = True
    page.keyboard.press("End")
    until(lambda: any(f"step={length}".encode() in message for _, message in late))
    before = len(asked)
    page.keyboard.press("Home")
    until(lambda: len(asked) > before)
    for browser, message in late:
        browser.send(message)
    slow = False
    until(lambda: len(addresses) == 2)  # of which one takes the other's place in the history
    for address, t in zip(addresses, (length, 0), strict=True):
        assert re.search(f"step={t}(&|$)", address)


def test_arrows_in_the_prompt_move_the_caret_and_not_the_clock(page):
    open_stage(page)
    page.get_by_role("textbox", name="Prompt").click()
    for key in ("End", "ArrowLeft", "Space", "ArrowRight"):
        page.keyboard.press(key)
    at(page, 0)
    expect(page.locator("button.play")).to_have_attribute("aria-label", "Play")


def test_gamma_moves_the_sums_before_the_mouse_is_released(page):
    open_stage(page)
    before, address = total(page, "text"), page.url
    slider = press(page, page.locator("input.gamma"), 0.9)
    page.mouse.move(slider["x"] + slider["width"] * 0.3, slider["y"] + slider["height"] / 2, steps=5)
    expect(page.locator(".discount .readout")).to_have_text(re.compile(r"gamma 0\.(2|3)\d"))
    gamma = float(page.locator(".discount .readout").inner_text().split()[-1])
    now = total(page, "text")
    assert abs(now) < abs(before)
    formula = page.locator(".sum .side.text .formula")
    assert formula.inner_text().count(f"{gamma:.2f}") >= 1
    assert page.url == address  # nothing has been sent yet
    page.mouse.up()
    page.wait_for_url(re.compile(rf"gamma={gamma:g}"))
    assert total(page, "text") == now


def test_u_lies_inside_the_action_that_was_taken(page):
    page.emulate_media(reduced_motion="reduce")
    open_stage(page)
    for t in range(6):
        at(page, t)
        for side in ("grid", "text"):
            stack = page.locator(f".draw .side.{side} .stack")
            expect(stack.locator(".part.chosen")).to_have_count(1)
            where = stack.evaluate(
                """(stack) => {
                    const x = stack.querySelector('.marker').getBoundingClientRect().x;
                    const part = stack.querySelector('.part.chosen').getBoundingClientRect();
                    return [x, part.left, part.right];
                }"""
            )
            assert where[1] - 0.6 <= where[0] <= where[2] + 0.6
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("side", ["grid", "text"])
def test_another_action_rolls_out_a_new_future_and_undo_takes_it_back(page, side):
    open_stage(page)
    page.keyboard.press("ArrowRight")
    at(page, 1)
    row = page.locator(f".policy .side.{side} .bars")
    old = page.locator(f".sum .side.{side} output").text_content()
    other = row.locator("button.bar:not(.chosen)").last
    name = re.fullmatch("choose (.+) instead", other.get_attribute("title"))[1]
    other.click()
    expect(page.locator(f".action .side.{side}")).to_contain_text("chosen by hand")
    expect(page.locator(f".sum .side.{side} .old")).to_contain_text("before")
    expect(row.locator(".bar.chosen")).to_have_attribute("title", f"{name}: taken")
    expect(page.locator(f".draw .side.{side} .marker")).to_contain_text("not used")
    at(page, 1)
    page.locator(f".action .side.{side}").get_by_role("button", name="undo").click()
    expect(page.locator(f".action .side.{side}")).not_to_contain_text("chosen by hand")
    expect(page.locator(f".sum .side.{side} output")).to_have_text(old)


def test_the_link_brings_the_same_numbers_to_another_browser(page, browser, server):
    open_stage(page)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.locator(".policy .side.text button.bar:not(.chosen)").first.click()
    expect(page.locator(".action .side.text")).to_contain_text("chosen by hand")
    page.wait_for_url(re.compile("words=3"))
    page.wait_for_url(re.compile("step=3"))
    rows = [".page", ".sum .side.grid", ".sum .side.text", ".action .side.text", ".clock .readout"]
    # The ghost needs the choices' history, and one choice is its own history.
    seen = [page.locator(row).inner_text() for row in rows]
    elsewhere = browser.new_context(base_url=server).new_page()
    elsewhere.goto(page.url)
    expect(elsewhere.locator(".action .side.text")).to_contain_text("chosen by hand", timeout=60_000)
    for row, text in zip(rows, seen, strict=True):
        expect(elsewhere.locator(row)).to_have_text(text, use_inner_text=True)
    elsewhere.context.close()


def test_a_reload_in_the_middle_keeps_the_place(page):
    open_stage(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("step=2"))
    page.reload()
    expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible(timeout=60_000)
    at(page, 2)


def test_two_tabs_do_not_know_each_other(page, context):
    open_stage(page)
    other = context.new_page()
    open_stage(other)
    page.keyboard.press("End")
    _, length = clock(page)
    at(page, length)
    at(other, 0)


def test_the_whole_stage_fits_a_projector_in_light_and_dark(page):
    open_stage(page)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(".stage.dark")).to_have_count(int(scheme == "dark"))
        bottom = page.locator(".returns .sum").bounding_box()
        assert bottom["y"] + bottom["height"] <= 720
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("(e) => e.scrollHeight <= e.clientHeight + 1")


def test_the_stage_fills_the_window_and_a_third_of_its_height_is_the_map(page):
    page.emulate_media(reduced_motion="reduce")
    open_stage(page)
    for width, height in ((1920, 1080), (3840, 2160), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        main = page.locator("[data-testid=stMain]")
        expect(main).to_have_js_property("clientWidth", width)
        page.wait_for_function(STILL, polling=150)
        expect(main).to_have_js_property("scrollHeight", main.evaluate("(e) => e.clientHeight"))
        stage, world, text = (page.locator(name).bounding_box() for name in (".stage", "svg.map", ".page"))
        assert world["height"] >= height / 3
        assert text["height"] >= height / 3
        assert 0.9 * height <= stage["y"] + stage["height"] <= height
        assert stage["width"] >= 0.95 * width
        label = page.locator(".bars .bar .label").first
        assert label.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)") >= 0.02 * height


def test_a_phone_gets_one_column_and_nothing_sticks_out(page):
    page.set_viewport_size({"width": 375, "height": 812})
    open_stage(page)
    left, right = (page.locator(f".policy .side.{side}").bounding_box() for side in ("grid", "text"))
    assert left["x"] == right["x"]
    assert left["y"] + left["height"] <= right["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.locator(".stage").evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")


def test_reduced_motion_is_honoured(page):
    page.emulate_media(reduced_motion="reduce")
    open_stage(page)
    page.keyboard.press("ArrowRight")
    at(page, 1)
    share = page.locator(".policy .side.text .bar.chosen .share").inner_text()
    page.wait_for_timeout(400)
    assert page.locator(".policy .side.text .bar.chosen .share").inner_text() == share  # no glide was under way
    page.locator("select.speed").select_option("1")
    page.locator("button.play").click()
    page.wait_for_timeout(500)
    expect(page.locator(".row.lit")).to_have_count(0)


def test_forced_colours_leave_the_bars_the_draw_and_the_lit_token(page):
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    open_stage(page, REVIEW + "&step=1")
    canvas = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for name in (".policy .side.text .fill", ".draw .side.text .part.chosen", ".page .coming .mark"):
        ground = page.locator(name).first.evaluate("(e) => getComputedStyle(e).backgroundColor")
        assert ground not in (canvas, "rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")


def test_the_step_is_read_aloud(page):
    open_stage(page)
    page.keyboard.press("ArrowRight")
    spoken = page.locator(".live")
    expect(spoken).to_have_attribute("aria-live", "polite")
    expect(spoken).to_have_text(re.compile(r"^Step 1 of \d+\. Slippery lake: state row \d+, column \d+, action \w+"))


def test_nothing_is_fetched_from_anywhere_else(page, server):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    open_stage(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    host = server.split("//")[1]
    assert [url for url in asked if not re.match(rf"(https?|ws)://{re.escape(host)}|data:|blob:", url)] == []


def test_every_picture_has_a_text_and_every_control_a_name(page):
    open_stage(page)
    for picture in page.locator(".stage [role=img]").all():
        assert len(picture.get_attribute("aria-label") or "") > 10
    for control in page.locator(".stage button, .stage input, .stage select").all():
        name = control.get_attribute("aria-label") or control.inner_text()
        assert name.strip()
