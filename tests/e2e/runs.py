"""A tuning run in a browser: what the tests of the page Tune press and look at."""


def stop(page):
    """The run's own button Stop; Streamlit's, in the head of the page while a script runs, is called the same."""
    return page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Stop", exact=True)
