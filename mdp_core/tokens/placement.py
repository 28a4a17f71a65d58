"""Which device a model gets, of what the host asked for."""

from __future__ import annotations

from dataclasses import replace

from mdp_core.tokens.device import CPU, Device, NoDeviceError, accelerator
from mdp_core.tokens.language_model import SMALL

SPARE = 1.25  # times the weights: what a forward pass and torch's own needs take beside them


class NoPlaceError(ValueError):
    """A model that does not fit on the device that the host insists on; the message is a sentence for the visitor."""


def device_for(wish: str, parameters: int, name: str) -> Device:
    """Where the model called `name` of so many parameters runs. `wish` is one of "auto", "cpu", "cuda" and "mps".

    "auto" takes a GPU with CUDA where there is one, but for models below SMALL parameters, of which a pass is quicker on a
    CPU than the way to a GPU and back, and for those that do not fit. Another device is taken whatever the model, but
    where it is not there: then the CPU does the work, since a talk that is slow is better than none, and says why.
    Raises NoPlaceError for a model that does not fit on a device that was asked for by name.
    """
    if wish == "cpu":
        return CPU
    try:
        found = accelerator("cuda" if wish == "auto" else wish)
    except NoDeviceError as error:
        return CPU if wish == "auto" else replace(CPU, why=f"{error} {name} runs on the CPU.")
    if wish == "auto" and parameters < SMALL:
        return replace(CPU, why=f"{name} runs on the CPU: a model this small is faster there than on {found.title}.")
    needed, free = int(SPARE * parameters * found.dtype.itemsize), found.free()
    if free is not None and needed > free:
        short = f"{name} needs about {needed / 1e9:.1f} GB, and {found.title} has {free / 1e9:.1f} GB free"
        if wish != "auto":
            raise NoPlaceError(f"{short}: take a smaller model.")
        return replace(CPU, why=f"{short}: it runs on the CPU.")
    return found
