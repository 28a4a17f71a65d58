"""What was said of texts, to be saved as a file and loaded again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

import streamlit as st

from components.shell.bringing import ask_file
from components.shell.file_button import offer_file
from components.shell.plain import plain

FILE = "one-loop-choices.json"


def offer_choices_file(
    save: Callable[[], str] | None,
    load: Callable[[BinaryIO | None], None],
    *,
    files: int,
    most_mb: int,
    refused: str,
    left: Sequence[str],
) -> None:
    """A button that saves, and a field that loads; what is wrong with a file is said at it. Without `save` there is nothing
    to save. `load` also hears of a file that was taken away (None). `files` were loaded so far: each empties the field.
    `left` says what of the last one was not taken."""
    with st.container(horizontal=True, key="choices_file", gap="small", vertical_alignment="bottom"):
        offer_file(
            "Save the choices",
            FILE,
            save,
            key="choices",
            says="All choices and stars, and who made them, as JSON." if save is not None else "Nobody has chosen yet.",
        )
        key = f"choices file {files}"

        def come() -> None:
            file = st.session_state.get(key)
            load(file)

        ask_file(
            "Load choices: saved here, or preferences from elsewhere as JSON or JSON lines",
            type=["json", "jsonl"],
            max_upload_size=most_mb,
            key=key,
            on_change=come,
            help="As TRL's trainers read them: “chosen” and “rejected”, texts or messages, after a prompt or with the same "
            "start; or several answers with their scores.",
        )
    if refused:
        st.error(plain(refused))
    if left:
        st.warning(plain(" ".join(left)))
