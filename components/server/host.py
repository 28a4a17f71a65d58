"""The host's choices: what the machine allows, and the model that a talk starts with, from arguments and environment."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mdp_core.tokens.sources.errors import UnknownModel
from mdp_core.tokens.sources.host import Host, host_from
from mdp_core.tokens.sources.model_id import POCKET


@dataclass(frozen=True)
class Choices:
    """The host, and a sentence for the page where something that was asked for could not be read."""

    host: Host
    problem: str = ""


def choices(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> Choices:
    """What `streamlit run app.py -- --lm MODEL` and the environment ask for; the argument wins over ONE_LOOP_LM.

    Never raises: what cannot be read is the default, and `problem` says so.
    """
    arguments = _own(sys.argv if argv is None else argv)
    environment = os.environ if environ is None else environ
    try:
        host = host_from(environment)
        key = environment.get("ONE_LOOP_LM_KEY", "").strip()
        return Choices(host.starting_with(_model(arguments) or host.first, key))
    except argparse.ArgumentError as error:
        return Choices(Host(), error.message)
    except UnknownModel as error:
        return Choices(Host(), f"The app was started with a model that it cannot have. {error}")
    except ValueError as error:
        return Choices(Host(), f"The app was started with a setting that it cannot use. {error}")


def host_model() -> str:
    """The id of the model that visits start with where their link names none."""
    return choices().host.first or POCKET


def _own(argv: Sequence[str]) -> Sequence[str]:
    """The app's own arguments: another program's, such as a test runner's, are not for here."""
    return argv[1:] if argv and Path(argv[0]).name == "app.py" else ()


def _model(arguments: Sequence[str]) -> str:
    """Raises argparse.ArgumentError for anything but `--lm MODEL`."""
    parser = argparse.ArgumentParser(prog="app.py", add_help=False, exit_on_error=False, allow_abbrev=False)
    lm = parser.add_argument("--lm", metavar="MODEL", default="", nargs="?")
    read, unknown = parser.parse_known_args(arguments)
    if unknown or read.lm is None:
        what = f"“{unknown[0][:60]}”, which it does not know" if unknown else "--lm and no model"
        raise argparse.ArgumentError(lm, f"The app was started with {what}; write -- --lm smollm2.")
    return str(read.lm).strip()
