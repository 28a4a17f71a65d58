"""The host's choices: what the machine allows, the model that a talk starts with, and the device that models run on, from
arguments and environment."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mdp_core.tokens.sources.errors import UnknownModel
from mdp_core.tokens.sources.host import Host, readable_host
from mdp_core.tokens.sources.model_id import POCKET

LM, DEVICE = "ONE_LOOP_LM", "ONE_LOOP_DEVICE"


@dataclass(frozen=True)
class Choices:
    """The host, and sentences for the page where something that was asked for could not be read: the rest is as it was
    asked for."""

    host: Host
    problem: str = ""  # then the app starts with Pocket
    unread: str = ""  # settings of the environment; a switch among them is off
    no_device: str = ""  # then models run on the CPU


def choices(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> Choices:
    """What `streamlit run app.py -- --lm MODEL --device DEVICE` and the environment ask for; an argument wins over
    ONE_LOOP_LM and ONE_LOOP_DEVICE.

    Never raises, and every setting stands for itself: who switched folders off and mistyped a number has no folders.
    """
    environment = os.environ if environ is None else environ
    settings = {name: value for name, value in environment.items() if name not in (LM, DEVICE)}
    host, unread = readable_host(settings)
    asked, problem = _Asked(), ""
    try:
        asked = _asked(_own(sys.argv if argv is None else argv))
        lm = asked.lm or environment.get(LM, "").strip() or host.first
        host = host.starting_with(lm, environment.get("ONE_LOOP_LM_KEY", "").strip())
    except argparse.ArgumentError as error:
        problem = error.message
    except UnknownModel as error:
        problem = f"The app was started with a model that it cannot have. {error}"
    except ValueError as error:
        problem = f"The app was started with a setting that it cannot use. {error}"
    no_device = ""
    try:
        host = host.running_on(asked.device or environment.get(DEVICE, "").strip() or host.device)
    except ValueError as error:
        host, no_device = host.running_on("cpu"), str(error)
    return Choices(host, problem, " ".join(unread), no_device)


def host_model() -> str:
    """The id of the model that visits start with where their link names none."""
    return choices().host.first or POCKET


def _own(argv: Sequence[str]) -> Sequence[str]:
    """The app's own arguments: another program's, such as a test runner's, are not for here."""
    return argv[1:] if argv and Path(argv[0]).name == "app.py" else ()


@dataclass(frozen=True)
class _Asked:
    """What the arguments say; empty where they do not."""

    lm: str = ""
    device: str = ""


def _asked(arguments: Sequence[str]) -> _Asked:
    """Raises argparse.ArgumentError for anything but `--lm MODEL` and `--device DEVICE`."""
    parser = argparse.ArgumentParser(prog="app.py", add_help=False, exit_on_error=False, allow_abbrev=False)
    lm = parser.add_argument("--lm", metavar="MODEL", default="", nargs="?")
    device = parser.add_argument("--device", metavar="DEVICE", default="", nargs="?")
    read, unknown = parser.parse_known_args(arguments)
    if unknown or read.lm is None:
        what = f"“{unknown[0][:60]}”, which it does not know" if unknown else "--lm and no model"
        raise argparse.ArgumentError(lm, f"The app was started with {what}; write -- --lm smollm2.")
    if read.device is None:
        raise argparse.ArgumentError(device, "The app was started with --device and no device; write -- --device cuda.")
    return _Asked(str(read.lm).strip(), str(read.device).strip())
