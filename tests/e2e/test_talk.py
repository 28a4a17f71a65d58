"""A talk in a real browser: the clicker's keys, a moment that comes back, and the speaker's window."""

import json
import re

from playwright.sync_api import expect

STAGE = "/stage?seed=3&world=cliff&step=2"


def ready(page, address=STAGE):
    page.goto(address)
    expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible()
    return page


def talking(page):
    """There while the clicker's keys are a talk's."""
    return page.locator(".clicker.talking")


def test_a_clicker_walks_beats_wherever_the_focus_is_and_types_into_no_field(page):
    page.goto("/?beat=transition&talk=1")
    expect(talking(page)).to_be_attached()
    slider = page.get_by_role("slider", name="Your guess")
    slider.focus()
    value = slider.input_value()
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="Add it up")).to_be_visible()
    page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", name="The world draws, too")).to_be_visible()
    expect(page.get_by_role("slider", name="Your guess")).to_have_value(value)
    blank = page.locator(".clicker .blank")
    page.keyboard.press("b")
    expect(blank).to_be_visible()
    page.keyboard.press("Escape")
    expect(blank).to_be_hidden()
    page.keyboard.press("Escape")
    expect(talking(page)).to_have_count(0)
    expect(page.get_by_role("link", name="Learn")).to_be_visible()


def test_t_begins_a_talk_but_not_from_a_field(page):
    ready(page)
    prompt = page.get_by_label("Prompt")
    prompt.fill("the movie was")
    prompt.press("t")
    expect(prompt).to_have_value("the movie wast")
    expect(talking(page)).to_have_count(0)
    page.locator(".stage").click(position={"x": 5, "y": 5})
    page.keyboard.press("t")
    expect(talking(page)).to_be_attached()
    expect(page.get_by_label("Prompt")).to_be_hidden()


def test_a_moment_is_kept_saved_opened_elsewhere_and_shown_as_it_was(page, context, tmp_path):
    ready(page)
    page.get_by_role("button", name="Talk", exact=True).click()
    page.get_by_label("Title").fill("<b>The cliff")
    page.get_by_label("Notes for the speaker").fill("ask: who falls?")
    page.get_by_role("button", name="Keep this moment").click()
    expect(page.get_by_text("<b>The cliff")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Save", exact=True).click()
    file = tmp_path / "talk.json"
    coming.value.save_as(file)
    saved = json.loads(file.read_text())
    assert saved["items"][0]["page"] == "Stage"
    assert saved["items"][0]["link"]["world"] == "cliff"
    elsewhere = context.new_page()
    elsewhere.goto("/")
    elsewhere.get_by_role("button", name="Talk", exact=True).click()
    elsewhere.locator("input[type=file]").set_input_files(str(file))
    expect(elsewhere.get_by_text("<b>The cliff")).to_be_visible()
    elsewhere.get_by_role("button", name="Give the talk").click()
    expect(talking(elsewhere)).to_be_attached()
    elsewhere.keyboard.press("PageDown")
    expect(elsewhere).to_have_url(re.compile(r"/stage\?.*world=cliff"))
    expect(elsewhere.locator(".clock .readout")).to_have_text(re.compile("^t 2/"))
    before, after = (tab.locator(".sum .side.grid b").inner_text() for tab in (page, elsewhere))
    assert before == after


def test_an_edited_talk_goes_on_past_what_it_cannot_show(page):
    items = [
        {"beat": "nonsense", "title": "<b>gone"},
        {"page": "Stage", "title": "edited", "link": {"seed": "9" * 400, "talk": "1", "follow": "x", "embed": "true"}},
        {"page": "Stage", "title": "half", "link": {"prompt": "\ud800", "gamma": "NaN", "step": "-5"}},
        {"page": "Tour", "title": "the end", "link": {"beat": "surprises"}},
    ]
    content = json.dumps({"one_loop_talk": 1, "items": items}).encode()
    page.goto("/?beat=draw")
    expect(page.get_by_role("button", name="Talk", exact=True)).to_be_visible()
    page.get_by_role("button", name="Talk", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": "talk.json", "mimeType": "application/json", "buffer": content}
    )
    expect(page.get_by_text("the end", exact=True)).to_be_visible()
    page.get_by_role("button", name="Give the talk").click()
    expect(talking(page)).to_be_attached()
    page.keyboard.press("PageDown")
    expect(page.get_by_text("“<b>gone”: there is no beat “nonsense” in this tour.")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(r"/stage\?.*seed=2147483647"))
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(r"/stage\?.*seed=7"))
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="What surprised you")).to_be_visible()
    expect(page).to_have_url(re.compile("beat=surprises"))


def test_the_speaker_s_window_and_the_projector_follow_each_other(page, context):
    page.goto("/?beat=draw&talk=1")
    link = page.get_by_role("link", name="Speaker")
    expect(link).to_be_attached()
    speaker = context.new_page()
    speaker.goto(link.get_attribute("href"))
    expect(speaker.get_by_role("heading", name="It is not a decision yet")).to_be_visible()
    expect(speaker.get_by_text("Nearly everybody takes the likeliest.")).to_be_visible()
    expect(speaker.get_by_text("Next: The world draws, too")).to_be_visible()
    audience = speaker.frame_locator("iframe")
    expect(audience.get_by_role("heading", name="It is not a decision yet")).to_be_visible()
    speaker.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="The world draws, too")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(speaker.get_by_role("heading", name="Add it up")).to_be_visible()
    expect(audience.get_by_role("heading", name="Add it up")).to_be_visible()
    page.get_by_role("button", name="Show me").click()
    expect(audience.locator(".lesson")).to_be_visible()


def test_presses_that_follow_each_other_fast_all_count_and_a_held_button_counts_once(page, context):
    page.goto("/?beat=score&talk=1")
    expect(page.get_by_role("heading", name="A score, and no way back")).to_be_visible()
    speaker = context.new_page()
    speaker.goto(page.get_by_role("link", name="Speaker").get_attribute("href"))
    expect(speaker.get_by_text("1 of 19")).to_be_visible()
    for _ in range(10):
        page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="Over, or only out of sight")).to_be_visible()
    expect(speaker.get_by_text("11 of 19")).to_be_visible()
    for _ in range(5):
        speaker.keyboard.press("PageUp")
    expect(speaker.get_by_text("6 of 19")).to_be_visible()
    expect(page.get_by_role("heading", name="Add it up")).to_be_visible()
    for _ in range(4):
        page.keyboard.down("PageDown")  # it repeats while it is held
    page.keyboard.up("PageDown")
    page.keyboard.press("PageDown")
    expect(speaker.get_by_text("8 of 19")).to_be_visible()
    expect(page.get_by_role("heading", name="Near or far")).to_be_visible()


def test_b_in_the_speaker_s_window_blanks_the_projector(page, context):
    page.goto("/?beat=draw&talk=1")
    expect(talking(page)).to_be_attached()
    speaker = context.new_page()
    speaker.goto(page.get_by_role("link", name="Speaker").get_attribute("href"))
    expect(speaker.frame_locator("iframe").get_by_role("heading", name="It is not a decision yet")).to_be_visible()
    speaker.keyboard.press("b")
    expect(page.locator(".clicker .blank")).to_be_visible()
    expect(speaker.get_by_text("The audience sees a black screen")).to_be_visible()
    expect(speaker.locator(".clicker .blank")).to_be_hidden()
    page.keyboard.press("b")
    expect(page.locator(".clicker .blank")).to_be_hidden()
    expect(speaker.get_by_text("The audience sees a black screen")).to_have_count(0)


def test_the_speaker_sees_the_step_and_gamma_that_the_audience_sees_while_they_move(page, context):
    ready(page, f"{STAGE}&talk=1")
    speaker = context.new_page()
    speaker.goto(page.get_by_role("link", name="Speaker").get_attribute("href"))
    audience = speaker.frame_locator("iframe")
    clock, gamma = audience.locator(".clock .readout"), audience.locator(".discount .readout")
    expect(clock).to_have_text(re.compile("^t 2/"))
    page.locator("button.forward").click()
    expect(clock).to_have_text(re.compile("^t 3/"))
    slider = page.locator("input.gamma")
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.9, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, middle, steps=5)
    dragged = f"{float(slider.input_value()):.2f}"
    expect(gamma).to_contain_text(dragged)  # the button is still held
    page.mouse.up()
    page.locator("select.speed").select_option("0.25")
    page.locator("button.play").click()
    expect(clock).to_have_text(re.compile("^t [4-9]/"))
    expect(page.locator("button.play")).to_have_attribute("aria-label", "Pause")
    page.locator("button.play").click()
    page.keyboard.press("PageDown")  # the tour is the talk: its first beat
    expect(audience.locator(".tour-says")).to_be_visible()
