"""The host: what the machine that One Loop runs on grants to its visitors when they ask for a language model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs

from mdp_core.tokens.served.address import FORM, ServerAddress, names_server, read_address
from mdp_core.tokens.sources.model_id import SERVED, read_model_id

BYTES_PER_PARAMETER = 4  # as a model is read, in float32; a device may hold it in half of that
MEGABYTE = 1_000_000
DEVICES = ("auto", "cpu", "cuda", "mps")


def default_cache() -> Path:
    """The user's cache folder for One Loop, by the customs of the operating system."""
    return Path(platformdirs.user_cache_dir("one-loop", appauthor=False))


@dataclass(frozen=True)
class Host:
    """What visitors may load. The defaults are a laptop's, where the visitor and the owner are one person.

    On a server for a class they are not: a link could then name any folder of the server, and tell from the answer
    whether it exists, and thirty visitors could fill its disk with models. Such a host switches `allow_folders` off,
    and `allow_hub` too unless it wants that; Pocket and SmolLM2, whose size is known, stay.
    """

    allow_folders: bool = True  # local folders, by absolute path
    allow_hub: bool = True  # any "owner/name" of the hub, also one that is already in the hub's local cache
    max_bytes: int = 4_000 * MEGABYTE  # of memory for one model's weights in float32: 4 bytes a parameter
    cache: Path = field(default_factory=default_cache)  # where the converted SmolLM2 is kept
    first: str = "pocket"  # the model id that the app starts with
    server: ServerAddress | None = None  # where the model "served" runs
    device: str = "auto"  # one of DEVICES: where models run; see mdp_core.tokens.placement

    def running_on(self, device: str) -> Host:
        """This host with its models on `device`. Raises ValueError for what is none of DEVICES."""
        wish = device.strip().lower()
        if wish not in DEVICES:
            known = f"{', '.join(DEVICES[:-1])} or {DEVICES[-1]}"
            raise ValueError(f"ONE_LOOP_DEVICE or --device is “{device.strip()[:20]}”, which is none; write {known}.")
        return replace(self, device=wish)

    def starting_with(self, model: str, key: str) -> Host:
        """This host with the model, or the server, that `model` names at the start; `key` is for a server.

        Raises UnknownModel for what names no model, ValueError for an address that is none.
        """
        if names_server(model):
            return replace(self, first=SERVED, server=read_address(model, key))
        if str(read_model_id(model)) == SERVED:
            raise ValueError(f"A server needs its address: {FORM}.")
        return replace(self, first=str(read_model_id(model)))


def host_from(environ: Mapping[str, str]) -> Host:
    """The host that these environment variables describe; what they leave out is as in `Host()`.

    ONE_LOOP_LM             the model id to start with: pocket, smollm2, owner/name, a folder, or a server's address
    ONE_LOOP_LM_KEY         the key that such a server is asked with
    ONE_LOOP_MAX_MODEL_MB   the most memory for one model in float32, in megabytes (10^6 bytes); above zero
    ONE_LOOP_ALLOW_FOLDERS  1 or 0: may visitors load models from folders of this machine
    ONE_LOOP_ALLOW_HUB      1 or 0: may visitors download models from the hub by id
    ONE_LOOP_CACHE          an absolute folder to keep the converted SmolLM2 in
    ONE_LOOP_DEVICE         where models run: auto, cpu, cuda or mps

    Raises ValueError, which names the variables, for values that cannot be read.
    """
    host, problems = readable_host(environ)
    if problems:
        raise ValueError(" ".join(problems))
    return host


def readable_host(environ: Mapping[str, str]) -> tuple[Host, tuple[str, ...]]:
    """The host as `host_from` reads it, but for values that cannot be read: for each of these a sentence, which names its
    variable, and all the others hold. A switch that cannot be read is off, for nobody writes one to allow more; a device
    is the CPU; everything else is as in `Host()`.
    """
    host, problems = Host(first=environ.get("ONE_LOOP_LM", "").strip() or Host.first), []
    for name, read in _READERS.items():
        text = environ.get(name, "").strip()
        try:
            host = read(host, text, name) if text else host
        except ValueError as error:
            problems.append(str(error))
            host = replace(host, **_UNREAD.get(name, {}))
    return host, tuple(problems)


def _folders(host: Host, text: str, name: str) -> Host:
    return replace(host, allow_folders=_switch(text, name))


def _hub(host: Host, text: str, name: str) -> Host:
    return replace(host, allow_hub=_switch(text, name))


def _largest(host: Host, text: str, name: str) -> Host:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= 10_000_000:
        raise ValueError(f"{name} is not a whole number of megabytes above zero; 4000 would be one.")
    return replace(host, max_bytes=int(text) * MEGABYTE)


def _cached_in(host: Host, text: str, name: str) -> Host:
    if not Path(text).expanduser().is_absolute():
        raise ValueError(f"{name} is not an absolute folder; write one that begins at the root or with ~.")
    return replace(host, cache=Path(text).expanduser())


def _running(host: Host, text: str, name: str) -> Host:
    return host.running_on(text)


def _switch(text: str, name: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"{name} is neither 1 nor 0; write one of them.")


_READERS: Mapping[str, Callable[[Host, str, str], Host]] = {
    "ONE_LOOP_ALLOW_FOLDERS": _folders,
    "ONE_LOOP_ALLOW_HUB": _hub,
    "ONE_LOOP_MAX_MODEL_MB": _largest,
    "ONE_LOOP_CACHE": _cached_in,
    "ONE_LOOP_DEVICE": _running,
}
_UNREAD: Mapping[str, dict[str, Any]] = {
    "ONE_LOOP_ALLOW_FOLDERS": {"allow_folders": False},
    "ONE_LOOP_ALLOW_HUB": {"allow_hub": False},
    "ONE_LOOP_DEVICE": {"device": "cpu"},
}
