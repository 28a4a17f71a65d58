"""Page Score, its last sections: a person who says which text is better, and a reward model that learns from it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.controls.question import question
from components.score.choices_file import choices_file
from components.score.preference import preference, said_so_far
from components.score.preferences import AT_ONCE, Learned, Pool, Preferences, preferences
from components.score.reward_curves import agreement_curve, calibration_curve, loss_curve
from components.score.reward_texts import best_and_worst, strengths
from components.score.saved_choices import Coming, saved, take_in
from components.score.simulated_rater import simulated_rater
from components.server.models import models
from components.server.pictures import is_slow
from components.shell.address import visit
from components.shell.messages import problem
from components.shell.plain import plain
from components.shell.shelf import language_model
from components.shell.takeaway import takeaway
from components.shell.waiting import waiting
from mdp_core.rlhf.preference_files import MAX_BYTES
from mdp_core.rlhf.raters import TASTES

TICK = 0.3  # seconds between two slices of writing
ENOUGH = 2 * AT_ONCE  # texts that are ready ahead


def people() -> None:
    """The sections "A person" and "A reward model"; page Score calls this once a run."""
    st.fragment(_people)()


def _people() -> None:
    if st.session_state.get("to_tune"):
        st.rerun()
    here, mine = visit(), preferences()
    found = language_model(here.scenario.text.model, models())
    pool = None if found is None else mine.see(found, here.scenario.text, is_slow(found))
    if pool is not None and not is_slow(pool.model):
        while pool.needs(mine.at + ENOUGH):
            pool.work()
    _person(mine, pool)
    _reward_model(mine, pool)


# 2. A person


def _person(mine: Preferences, pool: Pool | None) -> None:
    st.subheader("2 · A person: say which text is better, and nothing else", anchor="person")
    left, right = st.columns([7, 5], gap="medium")
    with left:
        if pool is None:
            st.info("The language model is not here yet; its texts come with it, and your choices stay.")
        else:
            if pool.needs(mine.at + ENOUGH):
                st.fragment(_writing, run_every=TICK)()
            elif pool.problem and mine.asked() is None:
                problem(pool.problem, "")
            preference(mine)
        said_so_far(mine)
        _file(mine)
        takeaway("Nobody can say what a text is worth in numbers; everybody can say which of two is better.")
    with right:
        simulated_rater(mine, mine.pair() is not None)


def _file(mine: Preferences) -> None:
    coming: Coming = st.session_state.setdefault("coming choices", Coming())
    if coming.news:  # said here: a callback's would take the place of the page's frame in a run of the fragment alone
        st.toast(plain(coming.news))
        coming.news = ""

    def load(content: bytes | None) -> None:
        coming.refused = ""
        if content is None:
            return
        try:
            coming.news = take_in(mine, content)
        except ValueError as error:
            coming.refused = str(error)
            return
        coming.files += 1

    choices_file(
        partial(saved, mine) if mine.choices or mine.stars else None,
        load,
        files=coming.files,
        most_mb=MAX_BYTES // 1_000_000,
        refused=coming.refused,
    )


def _writing() -> None:
    """A slice of a slow model's texts a tick."""
    mine = preferences()
    pool = mine.pool
    if pool is None or not pool.needs(mine.at + ENOUGH):
        st.rerun()
    waiting(
        f"The model writes: {len(pool.texts)} texts are there, token {pool.tokens} of {pool.text.max_tokens} of the next",
        pool.tokens / pool.text.max_tokens,
        key="pool_writing",
    )
    before = len(pool.texts)
    pool.work()
    if len(pool.texts) > before or pool.problem:
        mine.read_ahead(pool.texts[before:])
        st.rerun()


# 3. A reward model


def _reward_model(mine: Preferences, pool: Pool | None) -> None:
    st.subheader("3 · A reward model: learn the score from the choices", anchor="reward-model")
    _guess(mine)
    learned = None
    if pool is None:
        st.info(
            "A reward model stands on a language model's features, and that is not here yet: your choices are kept."
        )
    else:
        try:
            learned = mine.learn(pool.model)
        except ValueError as error:
            st.info(plain(str(error)))
    if learned is not None:
        _shown(mine, learned)
    takeaway(
        "A reward model is a guess at what people like, made from a few choices: good near the texts that were compared, "
        "and anybody's guess elsewhere."
    )


def _guess(mine: Preferences) -> None:
    if not any(choice.simulated for choice in mine.choices):
        return
    titles = [taste.title for taste in TASTES.values()]

    def answer() -> tuple[int, str]:
        weights = ", ".join(f"{name} × {weight:g}".replace("-", "−") for name, weight in TASTES[mine.taste].weights)
        return list(TASTES).index(mine.taste), f"Its hidden score is the sum of {weights}."

    key = f"taste_{mine.rater}"
    question(mine.guesses, key, "what does the simulated rater like? The lists below tell.", titles, answer)


def _shown(mine: Preferences, learned: Learned) -> None:
    from mdp_core.rlhf.reward_model import remarks  # knows torch

    choices = len(learned.examples)
    if learned.unread:
        name = learned.examples.features.model.name
        st.info(
            plain(f"{learned.unread} choices are of texts that {name} cannot read: they are kept, and left out here.")
        )
    for remark in remarks(learned.examples.comparisons):
        st.info(plain(remark))
    best_and_worst(*learned.ranked(5), len(learned.pool))
    found = mine.recovery()
    loss, agreement, calibration = st.columns(3, gap="medium")
    with loss:
        st.latex(r"-\log\sigma\big(r_{\text{chosen}}-r_{\text{rejected}}\big)")
        loss_curve(learned.steps, height=250)
    with agreement:
        st.markdown("**Agreement on choices it never saw**", text_alignment="center")
        agreement_curve(learned.growth, learned.held, choices, None if found is None else found.ceiling, height=272)
    with calibration:
        st.markdown("**Calibration: does 70 % mean 70 %?**", text_alignment="center")
        calibration_curve(learned.held.calibration(), height=272)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        strengths(learned.examples.comparisons, learned.strengths)
    with right:
        last = learned.steps[-1]
        st.markdown(f"**{plain(learned.model.name)}**")
        st.caption(
            plain(
                f"{choices} choices, {learned.examples.features.size} features of "
                f"{learned.examples.features.model.name}: linear, the rest of the model frozen. "
                f"{last.agreement:.0%} of the choices that it learned from are as it says."
            )
        )
        if found is not None and f"taste_{mine.rater}" in mine.guesses:
            st.success(
                plain(
                    f"On {found.texts} texts that nobody compared, its order and the hidden taste's have rank correlation "
                    f"{found.rank:.2f}. It would foretell {found.agreement:.0%} of the rater's choices; the taste itself "
                    f"{found.ceiling:.0%}."
                )
            )
        st.button(
            "Tune with this reward model",
            key="reward_tune",
            type="primary",
            on_click=lambda: (mine.take(), st.session_state.update(to_tune=True)),
        )
        if not mine.purely_simulated:
            st.caption("What it stands for is in your head: no curve on page Tune can show the true score.")
