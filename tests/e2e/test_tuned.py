"""A tuned policy in a real browser: brought, saved, and walked beside the model that it began as."""

from playwright.sync_api import expect

from mdp_core.rlhf.adapter_archive import archive_of
from tests.components.shell.test_shelf import an_adapter
from tests.e2e.runs import stop
from tests.e2e.test_player import at, clock


def test_before_and_after_walk_on_one_clock_with_the_same_draws(page, errors, tmp_path, pocket):
    brought = {
        "name": "a <i>kinder critic.zip",
        "mimeType": "application/zip",
        "buffer": archive_of(an_adapter(pocket), pocket.model),
    }
    page.goto("/tune?seed=7&prompt=the+movie+was")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=60_000)  # Pocket is awake
    page.locator("input[type=file]").set_input_files(brought)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save", exact=True).click()
    saved.value.save_as(tmp_path / "saved.zip")
    assert saved.value.suggested_filename == "a-i-kinder-critic.zip"
    assert (tmp_path / "saved.zip").read_bytes() == brought["buffer"]
    page.get_by_role("button", name="Before and after").click()
    expect(page.locator(".head .side.reference .title")).to_have_text("Pocket, before")
    expect(page.locator(".head .side.text .title")).to_have_text("a <i>kinder critic, after")
    expect(page.locator(".page")).to_have_count(2)
    expect(page.locator("svg.map")).to_have_count(0)
    marks = [page.locator(f".draw .side.{side} .marker") for side in ("reference", "text")]
    page.wait_for_timeout(1_000)  # what a page that has just come still sends
    for _ in range(2):
        assert marks[0].inner_text() == marks[1].inner_text()
        page.keyboard.press("ArrowRight")
    page.locator("select.speed").select_option("30")
    page.locator("button.play").click()
    at(page, clock(page)[1])
    for side in ("reference", "text"):
        expect(page.locator(f".action .side.{side}")).to_contain_text("the end")
        expect(page.locator(f".picture.side.{side} .ending")).to_be_visible()
    before, after = (page.locator(f".picture.side.{side} .page").inner_text() for side in ("reference", "text"))
    assert before != after
    assert "model=pocket&" in page.url
    bottom = page.locator(".returns .sum").bounding_box()
    assert bottom["y"] + bottom["height"] <= 720
    # A choice in one half is one in both; and back to the robot.
    page.keyboard.press("Home")
    page.locator(".policy .side.reference button.bar:not(.chosen)").first.click()
    for side in ("reference", "text"):
        expect(page.locator(f".action .side.{side}")).to_contain_text("chosen by hand")
    page.get_by_role("button", name="Back to the robot").click()
    expect(page.locator(".side.grid svg.map")).to_be_visible()
    errors[:] = [error for error in errors if "404" not in error]  # Streamlit asks below the page's path first


def test_a_run_goes_on_from_a_policy_that_was_brought(page, errors, pocket):
    archive = archive_of(an_adapter(pocket, size=0.1), pocket.model)
    page.goto("/tune?seed=7&prompt=the+movie+was")
    start = page.get_by_role("button", name="Start", exact=True)
    expect(start).to_be_visible(timeout=60_000)  # Pocket is awake
    begin = page.get_by_role("combobox", name="Start from")
    expect(begin).to_have_count(0)
    page.locator("input[type=file]").set_input_files(
        {"name": "a <i>critic.zip", "mimeType": "application/zip", "buffer": archive}
    )
    expect(begin).to_be_visible()  # what the shelf's section has taken in is offered above it
    begin.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name="start from “a <i>critic”").click()
    start.click()
    expect(page.get_by_text("s left")).to_be_visible(timeout=60_000)
    cursor = page.get_by_role("slider", name="Updates that the policy has had")
    expect(cursor).not_to_have_value("0", timeout=60_000)  # the first update has come
    stop(page).click()
    expect(page.get_by_text("stopped after")).to_be_visible(timeout=60_000)
    cursor.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("kept policy · 0 of")).to_be_visible()
    expect(page.locator(".tuning .said")).to_contain_text("“a <i>critic”: mean sentiment")
    # It is not the reference: its probabilities are others, and it stands away from KL 0.
    page.wait_for_function(
        """(list) => [...list.children].some((bar) =>
            bar.querySelector("b.share").textContent !== bar.querySelector("span.share").textContent)""",
        arg=page.locator(".tuning .bars").element_handle(),
    )
    page.wait_for_function(  # in one look: the picture is drawn anew now and then
        """(plane) => {
            const zero = [...plane.querySelectorAll(".tick")].find((tick) => tick.textContent.includes("0"));
            const begun = plane.querySelector(".begun");
            return zero && begun && begun.getBoundingClientRect().x > zero.getBoundingClientRect().x + 10;
        }""",
        arg=page.locator(".tuning .plane").element_handle(),
    )
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“a <i>critic” is no longer kept: the next run starts from the reference.")).to_be_visible()
    expect(begin).to_have_count(0)
    errors[:] = [error for error in errors if "404" not in error]  # Streamlit asks below the page's path first
