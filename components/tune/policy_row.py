"""One tuned policy of the shelf: what it is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.shell.file_button import offer_file
from components.shell.plain import plain
from components.shell.shelf import LONGEST, TunedPolicy


def show_policy(
    policy: TunedPolicy,
    *,
    model: str,
    on_stage: bool,
    archive: Callable[[], bytes] | None,
    rename: Callable[[str], None],
    delete: Callable[[], None],
) -> tuple[bool, bool]:
    """Draw the row; `model` is the name of the model under it. Returns whether it is to be played, and to be compared.

    Without `archive` it cannot be saved just now: its model is not here.
    """
    key = policy.id
    with st.container(border=True, horizontal=True, gap="small", vertical_alignment="center", key=f"row {key}"):
        with st.container(width=300, gap=None):
            st.markdown(f"**{plain(policy.name)}**" + (" · on the Stage" if on_stage else ""))
            st.caption(plain(_described(policy, model)))
        play = st.button("Play on the Stage", key=f"play {key}", icon=":material/play_arrow:")
        compare = st.button(
            "Before and after",
            key=f"compare {key}",
            icon=":material/compare:",
            type="primary",
            help="On the Stage, side by side: the same prompt, the same draws.",
        )
        offer_file(
            "Save",
            file_name(policy.name),
            archive,
            key=f"save {key}",
            says="A zip in the layout of the peft library: adapter_config.json and adapter_model.safetensors.",
        )
        with st.popover("Rename", key=f"rename {key}"):
            typed = f"name {key} {policy.name}"
            st.text_input(
                "Its name",
                value=policy.name,
                max_chars=LONGEST,
                key=typed,
                on_change=lambda: rename(st.session_state[typed]),
            )
        st.button("Delete", key=f"delete {key}", icon=":material/delete:", on_click=delete)
    return play, compare


def _described(policy: TunedPolicy, model: str) -> str:
    begun = f" from “{policy.start}”" if policy.start else ""
    how = f"tuned by {policy.scored_by}{begun}, step {policy.step}" if policy.spec is not None else "brought as a file"
    return f"{model} with an adapter of rank {policy.adapter.spec.rank}, {how}"


def file_name(name: str) -> str:
    """A name for a file on any machine: letters, digits and hyphens of the visitor's."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in name)
    return ("-".join(part for part in kept.split("-") if part) or "adapter") + ".zip"
