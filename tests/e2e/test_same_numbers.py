"""The same link on two servers gives the same numbers: another process, another seed of Python's hashes."""

import re

import pytest
from playwright.sync_api import expect

STAGE = "/stage?seed=11&world=cliff&policy=epsilon&epsilon=0.3&temperature=1.2&gamma=0.83&step=3"
RETURN = "/return?seed=11&side=text&tokens=6&n=100&gamma=0.83&guess_flip=0.5&guess_sparse=3&revealed=flip~sparse"
SCORE = "/score?seed=11&said=s50&rater=2&tastes=taste_2.1"


def file_of(page, label):
    """The text of the file that this button of "Take along" gives."""
    page.get_by_role("button", name="Take along").click()
    with page.expect_download(timeout=60_000) as coming:
        page.get_by_role("link", name=label).click()
    return coming.value.path().read_text(encoding="utf-8")


def stage(page):
    """All frames of both worlds, and the view."""
    expect(page.locator(".side.text .bars .bar.chosen")).to_be_visible()
    expect(page.locator(".clock .readout")).to_have_text(re.compile("^t 3/"))
    return file_of(page, "The run, to play")


def returns(page):
    """The sample, and what was worked out for both guesses."""
    expect(page.get_by_text(re.compile("100 texts, .* tokens on average"))).to_be_visible()
    told = page.get_by_text(re.compile("flips at gamma|Sampled: "))
    expect(told).to_have_count(2)
    return [file_of(page, "The returns"), *told.all_inner_texts()]


def reward_model(page):
    expect(page.get_by_text(re.compile("50 choices, "))).to_be_visible()
    expect(page.get_by_text(re.compile("have rank correlation"))).to_be_visible()
    return page.get_by_text(re.compile("50 choices, |have rank correlation")).all_inner_texts()


@pytest.mark.parametrize(("link", "numbers"), [(STAGE, stage), (RETURN, returns), (SCORE, reward_model)])
def test_the_same_link_gives_the_same_numbers_on_two_servers(page, own_page, other_server, link, numbers):
    page.goto(link)
    here = numbers(page)
    own_page.goto(f"{other_server.url}{link}")
    assert here == numbers(own_page)
    assert len(here) > 1
