"""Page Tune, the section of the shelf: keep a policy, play it, compare it, take it along, bring one."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from components.server.models import models
from components.shell.address import visit
from components.shell.bringing import ask_file
from components.shell.navigation import go_to
from components.shell.plain import plain
from components.shell.shelf import LONGEST, MOST, ShelfError, TunedPolicy, language_model, shelf
from components.shell.takeaway import conclude
from components.shell.ticker import part
from components.shell.wanted_model import choose
from components.tune.memory import tune_memory
from components.tune.policy_row import show_policy
from components.tune.uploads import shelve
from mdp_core.scenarios import SCORES

HALVES = (".json", ".safetensors")  # of an adapter: what one of them lacks may come yet
PRESS = (
    3.0  # seconds in which busy cores may tell of one press twice: a run has gone on meanwhile, and has another policy
)
UPLOAD_MB = 17  # of the largest adapter that the shelf holds


def show_tuned_policies() -> None:
    """The section."""
    part(_section)


def _section() -> None:
    current, kept = visit(), shelf()
    if kept.news:
        # Said here: what a callback says in a run of this section alone would take the place of the page's frame.
        st.toast(plain(kept.news))
        kept.news = ""
    st.header("2 · Your tuned policies: keep, compare, take along", anchor="policies")
    _keeping()
    for policy in kept:
        on_stage = current.scenario.text.model == policy.id
        model = language_model(policy.id, models())
        play, compare = show_policy(
            policy,
            model=policy.base if model is None else model.name.removesuffix(", tuned"),
            on_stage=on_stage,
            archive=_archive(policy),
            rename=lambda name, id=policy.id: _rename(id, name),  # type: ignore[misc]
            delete=lambda policy=policy: _delete(policy),  # type: ignore[misc]
        )
        if play or compare:
            _to_the_stage(policy, compares=compare)
    if kept.refused:
        st.error(plain(kept.refused))
    _bringing()
    conclude(
        "What was learned is a small adapter beside weights that all visitors share: the model itself has not changed, and "
        "the same draws through both policies show what learning did."
    )


# Keep


def _keeping() -> None:
    run = tune_memory().run
    if run is None:
        st.caption("A run's policy can be kept here, and played on the Stage.")
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="keep_row"):
        st.text_input(
            "Name the policy under the run's step cursor",
            key="keep_name",
            max_chars=LONGEST,
            placeholder=f"tuned by {run.principle.name}"[:LONGEST],
            width=340,
        )
        st.button("Keep it", key="keep", icon=":material/bookmark_add:", on_click=_keep)
        st.caption(f"{len(shelf())} of {MOST} kept. They live in this tab: save what you want to take along.")


def _keep() -> None:
    memory, policies = tune_memory(), shelf()
    run, cursor = memory.run, memory.step
    if time.monotonic() - memory.kept[0] < PRESS and (memory.is_live or memory.kept[1] == cursor):
        return
    policies.refused = ""
    if run is None:
        return
    adapters = run.film.adapters
    steps = [n for n in adapters if n > 0]
    if not steps:
        policies.refused = "No step is done yet: a policy can be kept after the first one."
        return
    step = max(steps) if cursor is None else min(steps, key=lambda n: abs(n - cursor))
    name = st.session_state.get("keep_name", "").strip() or f"tuned by {run.principle.name}"
    try:
        kept = policies.keep(
            name,
            run.model.id,
            adapters[step],
            spec=run.spec,
            score=run.principle.spec if run.principle.model is None else None,
            scored_by=run.principle.name,
            step=step,
            start=run.start_name,
        )
    except ShelfError as error:
        policies.refused = str(error)
        return
    memory.kept = time.monotonic(), cursor
    st.session_state["keep_name"] = ""
    policies.news = f"“{kept.name}” is kept: the policy after {step} steps."
    st.rerun()  # what a run can start from is shown by the rest of the page


# Play, compare, save, rename, delete


def _to_the_stage(policy: TunedPolicy, *, compares: bool) -> None:
    """Its prompt, its temperature and its score with it, so that what was tuned is what is seen."""
    current = visit()
    if policy.spec is not None:
        current.change_text(prompt=policy.spec.prompt, temperature=policy.spec.temperature)
    if policy.score is not None and policy.score.kind in SCORES:
        score = policy.score
        current.change_text(score=score.kind, word=score.word, length=score.length, formula=score.formula)
    current.compares = compares
    choose(current, policy.id, models())
    go_to("Stage")


def _archive(policy: TunedPolicy) -> Callable[[], bytes] | None:
    model = models().get(policy.base)
    if model is None:
        return None

    def pack() -> bytes:
        from mdp_core.rlhf.adapter_archive import archive_of

        return archive_of(policy.adapter, model.model)

    return pack


def _rename(id: str, name: str) -> None:
    policies = shelf()
    policies.refused = ""
    try:
        policies.rename(id, name)
    except ShelfError as error:
        policies.refused = str(error)
    st.rerun()


def _delete(policy: TunedPolicy) -> None:
    """What is on the Stage goes on with the model that it began as."""
    current, policies = visit(), shelf()
    policies.refused = ""
    policies.delete(policy.id)
    if policy.id in (current.asked.text.model, current.scenario.text.model):
        current.change_text(model=policy.base)
    st.rerun()


# Bring


def _bringing() -> None:
    policies = shelf()
    key = f"adapter files {policies.brought}"
    ask_file(
        "Bring an adapter: the zip that was saved here, or peft's adapter_config.json and adapter_model.safetensors",
        accept_multiple_files=True,
        max_upload_size=UPLOAD_MB,
        key=key,
        on_change=lambda: _bring(key),
    )
    if policies.refused_file:
        st.error(plain(policies.refused_file))


def _bring(key: str) -> None:
    current, policies = visit(), shelf()
    files = st.session_state.get(key) or []
    policies.refused_file = ""
    if not files:
        return
    try:
        shelve({file.name: file.getvalue() for file in files}, policies.base_of(current.scenario.text.model), models())
    except ValueError as error:
        policies.refused_file = str(error)
        if len(files) > 1 or not files[0].name.lower().endswith(HALVES):  # no other file would make it whole
            policies.brought += 1
            if files[0].name not in str(error):
                policies.refused_file = f"“{files[0].name[:60]}”: {error}"
        return
    policies.brought += 1  # an empty field for the next one
    st.rerun()
