"""What all tests share: who runs them, no time limits in property tests, and the two real language models, loaded once."""

import gc
import os

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from mdp_core.tokens.sources import Host, drain, load
from mdp_core.tokens.sources.errors import NoNetwork

# A busy machine would break a time limit.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

BROWSER = "tests/e2e/"  # one server and one browser serve all of a half
SECOND = "tests/e2e/test_player"  # where the second half begins
TOUR = "tests/e2e/test_tour"  # in the first one, whose server has learned all beats for test_accessibility
LONG = (
    BROWSER,
    "tests/mdp_core/tokens/sources/test_wheel",
    "tests/mdp_core/test_second_device",
    "tests/components/room/",
    "tests/components/tour/test_page",
    "tests/mdp_core/rlhf/test_trainer",
)


def pytest_configure():
    """One core for each worker's arithmetic: the threads of two would wait for each other longer than they calculate."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is imported and collected stays: no garbage is looked for meanwhile, and none in it later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="module", autouse=True)
def _settled():
    """Streamlit collects garbage after every run of a page, and would look through all that is imported each time."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items):
    """What takes long begins first, lest one worker still does it when the other has nothing left."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


class ByFile(LoadScopeScheduling):
    """Each file stays with one worker, which makes its fixtures once; the browser's are in two halves."""

    def _split_scope(self, nodeid):
        file = nodeid.split("::")[0]
        second = file >= SECOND and not file.startswith(TOUR)
        return f"{BROWSER}, {second}" if file.startswith(BROWSER) else file


def pytest_xdist_make_scheduler(config, log):
    """Marks would do as well (`--dist loadgroup`), but xdist 3.8 puts them where pytest 9.2 does not look."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def pocket():
    """The model that comes with the project."""
    return drain(load("pocket"))


@pytest.fixture(scope="session")
def sums():
    """The built-in model that adds."""
    return drain(load("sums"))


@pytest.fixture(scope="session")
def smollm2():
    """SmolLM2-135M-Instruct on the CPU, from the user's cache or the network; a machine that has neither may do without."""
    try:
        return drain(load("smollm2", Host(device="cpu")))
    except NoNetwork as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"SmolLM2 is neither in the cache nor to be had: {error}")
