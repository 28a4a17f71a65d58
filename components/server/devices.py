"""What the host asked for, looked at when the server begins: the terminal says what came of it."""

from __future__ import annotations

import sys

from components.server.host import choices


def tell_host() -> None:
    """A line in the terminal for all that could not be read, and one where the host named an accelerator, or what is none.

    The server begins all the same: with a GPU that is missing a talk is slower, and without a server there is none. Under
    "auto" nothing was asked for, so nothing is said, and torch, which takes seconds, is not asked.
    """
    asked = choices()
    for sentence in filter(None, (asked.problem, asked.unread)):
        _say(sentence)
    if asked.no_device:
        _say(f"{asked.no_device} Models run on the CPU.")
    elif asked.host.device not in ("auto", "cpu"):
        from mdp_core.tokens.device import NoDeviceError, accelerator

        try:
            found = accelerator(asked.host.device)
        except NoDeviceError as error:
            _say(f"ONE_LOOP_DEVICE or --device is {asked.host.device}. {error} Models run on the CPU.")
        else:
            _say(f"Models run on {found.title}, in {str(found.dtype).removeprefix('torch.')}.")


def _say(line: str) -> None:
    print(f"One Loop: {line}", file=sys.stderr, flush=True)
