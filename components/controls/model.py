"""Which language model writes, how its words are drawn, and what the finished text is scored by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.controls.control import control, drop_draft, field, keep_draft
from components.controls.reading import ask_reading
from components.instruments.formula_field import formula_field
from components.server.models import Models, spelling
from components.shell.plain import plain
from components.shell.shelf import language_model, shelf, writer
from components.shell.visit import READY, Visit
from components.shell.wanted_model import choose, described, leave
from mdp_core.scenarios import SCORES
from mdp_core.tokens.formula import Formula, FormulaError
from mdp_core.tokens.sources import facts
from mdp_core.tokens.sources.errors import UnknownModel
from mdp_core.tokens.sources.model_id import QUICK, SERVED, SMOLLM2, SUMS, base_id, reads_chats

if TYPE_CHECKING:
    from mdp_core.tokens.device import Device

OTHER = "other"
KINDS = {
    READY: "Pocket",
    SUMS: "Sums",
    SMOLLM2: "SmolLM2-135M-Instruct",
    QUICK: "SmolLM2 quick",
    OTHER: "Another model",
}
LIVES_HERE = (
    "This tuned policy lives in this tab, and the link names the model under it: save its adapter on page Tune to take "
    "it along."
)
ONLY_TOLD = (
    "It runs on a server, which tells its likeliest next tokens. Temperature, top-k and top-p act on these; the others stay "
    "together with the probability that the model gives them, or are cut off whole. Where the draw falls on them, the "
    "server draws tokens until one is none of those it told. What the bars leave to 1 is the bar of the others."
)
PADDED = (
    "Its network has {outputs:,} outputs and its tokenizer {tokens:,} tokens: the other ids are no tokens. The model can "
    "choose them all the same, and they write nothing; where one is named, it is an unused id."
)
ROUNDED = (
    "Its weights have 4 and 8 bits, so that it writes in about half the time. The numbers are its own policy's: over "
    "{tokens} next tokens of a sentence its distributions are {distance:.3f} away from SmolLM2's (total variation, 0 to 1; "
    "at most {farthest:.3f})."
)
SHORT = 16  # characters of a name on a button
EXAMPLE = 'Such as sentiment(text) - 0.1 * count(text, "!")'
SCORE_NAMES = {
    "sentiment": "Sentiment",
    "word": "A wished-for word",
    "length": "A wished-for length",
    "formula": "A formula",
    "sum": "The right answer to a sum",
    "form": "Any answer to a sum",
}


def ask_model(visit: Visit, models: Models) -> None:
    """The language model's half of the controls."""
    text = visit.scenario.text
    label = f"Model: {_name(text.model, models)}, T {text.temperature:.2f}"
    with st.popover(plain(label), key="model", width=216):
        st.caption("The policy is the language model, an action is its next token.")
        _choice(visit, models)
        left, right = st.columns(2)
        with left:
            _sampling(visit)
        with right:
            _score(visit)
        if text.score == "formula":
            _formula(visit)


def _name(model: str, models: Models) -> str:
    """Short enough for a button: the last part of an id or a path."""
    policy = shelf().get(model)
    if policy is not None:
        return policy.name if len(policy.name) <= SHORT else policy.name[: SHORT - 1] + "…"
    if reads_chats(model):
        return f"{_name(base_id(model), models)} chat"
    if model in KINDS:
        return KINDS[model].removesuffix("-135M-Instruct")
    if model == SERVED:
        return _served_name(models)[:SHORT]
    loaded = models.writer(model)
    return (loaded.name if loaded is not None else model).rsplit("/", 1)[-1][:SHORT]


def _served_name(models: Models) -> str:
    served = models.writer(SERVED)
    return "The model server's" if served is None else served.name


def _choice(visit: Visit, models: Models) -> None:
    asked, shown = visit.asked.text.model, visit.scenario.text.model
    current = base_id(asked)
    names = {known: KINDS[known] for known in (READY, SUMS, SMOLLM2, QUICK)}
    if models.host.server is not None:
        names[SERVED] = plain(_served_name(models))
    names |= {policy.id: plain(policy.name) for policy in shelf()} | {OTHER: KINDS[OTHER]}
    kind = current if current in names else OTHER
    picked = visit.picked if visit.picked in names else kind
    st.radio(
        "Language model",
        list(names),
        **control(visit, "kind", picked, lambda kind: _pick(visit, kind, models), list(names)),
        format_func=names.__getitem__,
        horizontal=True,
    )
    if visit.model_problem:  # the open menu may lie over the message
        st.error(plain(visit.model_problem))
    if shown in shelf():
        st.toggle(
            "In place of the robot, show the model before tuning: the same prompt, the same draws",
            **control(visit, "compares", visit.compares, lambda on: setattr(visit, "compares", on)),
        )
        st.caption(LIVES_HERE)
    if shown == SERVED:
        st.caption(ONLY_TOLD)
    loaded = language_model(shown, models)
    if loaded is not None and loaded.rounding is not None:
        st.caption(ROUNDED.format(**vars(loaded.rounding)))
    if loaded is not None and (where := _where(loaded.device)):
        st.caption(plain(where))
    if loaded is not None and loaded.unused:
        outputs = loaded.vocabulary_size
        st.caption(PADDED.format(outputs=outputs, tokens=outputs - loaded.unused))
    ask_reading(visit, models)
    wanted = asked if picked == kind else "" if picked == OTHER else picked
    if picked == OTHER:
        st.text_input(
            "Its hub id (owner/name), or a folder of this machine",
            **control(visit, "model_id", wanted, lambda typed: _type(visit, typed, models)),
            placeholder="owner/name",
        )
        draft = visit.drafts.get("model_id")
        if draft is not None:
            wanted = "" if draft.problem else spelling(draft.text)
            if draft.problem:
                st.error(plain(draft.problem))
    if wanted and base_id(wanted) != base_id(shown) and visit.load is None:  # how it reads is asked for above
        base = shelf().base_of(wanted)
        label = plain(f"Load {described(base, models)}")
        st.button(label, key="load", on_click=choose, args=(visit, wanted, models), type="primary")
        st.caption(plain(str(facts(base, models.host))))


def _where(device: Device) -> str:
    """Where the model runs, where that is worth a word; else empty."""
    if device.is_cpu:
        return device.why
    if not device.is_rough:
        return f"It runs on {device.title}, in float32."
    return (
        f"It runs on {device.title}, in bfloat16, which takes less time and is less exact: its probabilities are up to 0.05 "
        "off those of the CPU."
    )


def _pick(visit: Visit, kind: str, models: Models) -> None:
    visit.model_problem = ""
    if kind in (READY, SUMS) or (kind != OTHER and writer(kind, models) is not None):
        choose(visit, kind, models)
    else:
        leave(visit)
        visit.picked = kind


def _type(visit: Visit, typed: str, models: Models) -> None:
    drop_draft(visit, "model_id")
    if not typed.strip():
        return
    try:
        known = spelling(typed)
    except UnknownModel as error:
        keep_draft(visit, "model_id", typed, error)
        return
    keep_draft(visit, "model_id", typed)
    if models.writer(known) is not None:
        choose(visit, known, models)


def _sampling(visit: Visit) -> None:
    text = visit.scenario.text
    st.slider(
        "T temperature: at 0 always the likeliest",
        0.0,
        2.0,
        **control(visit, "temperature", text.temperature, lambda value: visit.change_text(temperature=value)),
        step=0.05,
    )
    st.number_input(
        "top-k: only the k likeliest tokens, 0 for all",
        0,
        1_000_000,
        **control(visit, "top_k", text.top_k, lambda value: visit.change_text(top_k=_whole(value, text.top_k))),
        step=1,
    )
    st.slider(
        "top-p: only the likeliest with this much mass",
        0.01,
        1.0,
        **control(visit, "top_p", text.top_p, lambda value: visit.change_text(top_p=value)),
        step=0.01,
    )


def _score(visit: Visit) -> None:
    text = visit.scenario.text
    st.number_input(
        "Length limit, in tokens",
        1,
        200,
        **control(
            visit, "max_tokens", text.max_tokens, lambda n: visit.change_text(max_tokens=_whole(n, text.max_tokens))
        ),
        step=1,
    )
    st.radio(
        "Reward: how the finished text is rated",
        SCORES,
        **control(visit, "score", text.score, lambda score: visit.change_text(score=score), SCORES),
        format_func=SCORE_NAMES.__getitem__,
    )
    if text.score == "word":
        st.text_input(
            "The word: 1 if it is there, else 0",
            **control(visit, "word", text.word, lambda word: visit.change_text(word=word)),
            max_chars=60,
        )
    if text.score == "length":
        st.number_input(
            "The length in words: 1 if it fits, less the further off",
            1,
            200,
            **control(visit, "length", text.length, lambda n: visit.change_text(length=_whole(n, text.length))),
            step=1,
        )


def _formula(visit: Visit) -> None:
    draft = visit.drafts.get("formula")
    error = draft.error if draft is not None and isinstance(draft.error, FormulaError) else None
    held = field(visit, "formula", visit.scenario.text.formula, lambda typed: _write(visit, typed))
    formula_field(error=error, note=EXAMPLE, key="formula", **held)


def _write(visit: Visit, typed: str) -> None:
    drop_draft(visit, "formula")
    try:
        Formula(typed)
    except FormulaError as error:
        keep_draft(visit, "formula", typed, error)
    else:
        visit.change_text(formula=typed)


def _whole(value: int | None, before: int) -> int:
    """An emptied field keeps what it had."""
    return before if value is None else int(value)
