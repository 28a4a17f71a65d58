"""Page Score, its last sections: a person who says which text is better, and a reward model that learns from it."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import streamlit as st

from components.controls.question import ask_question
from components.score.choices_file import offer_choices_file
from components.score.preference import ask_preference, count_choices
from components.score.preferences import AT_ONCE, Preferences, preferences
from components.score.reward_curves import draw_agreement, draw_calibration, draw_loss
from components.score.reward_texts import list_best_and_worst, list_strengths
from components.score.saved_choices import Coming, saved, take_in
from components.score.simulated_rater import ask_simulated_rater
from components.server.models import models
from components.server.pictures import is_slow
from components.shell.address import visit
from components.shell.brought_choices import brought_choices
from components.shell.made_choices import show_made
from components.shell.messages import tell_problem
from components.shell.navigation import go_to
from components.shell.plain import plain
from components.shell.served import without_weights
from components.shell.shelf import writer
from components.shell.take_along import Souvenir, offer_to_take_along
from components.shell.takeaway import conclude
from components.shell.ticker import part
from components.shell.waiting import show_waiting
from mdp_core.rlhf.preference_files import MAX_BYTES
from mdp_core.rlhf.raters import TASTES, Comparison
from mdp_core.stage.text_pool import TextPool
from mdp_core.tokens.served.model import ServedModel

if TYPE_CHECKING:
    from mdp_core.rlhf.learned_reward import LearnedReward
    from mdp_core.tokens.language_model import LanguageModel

TICK = 0.3  # seconds between two slices of writing
ENOUGH = 2 * AT_ONCE  # texts that are ready ahead


def show_people() -> None:
    """The sections "A person" and "A reward model": a part of page Score."""
    current, choices = visit(), preferences()
    model = writer(current.scenario.text.model, models())
    pool = None if model is None else choices.see(model, current.scenario.text, is_slow(model))
    if pool is not None and not is_slow(pool.model):
        while pool.needs(choices.at + ENOUGH):
            pool.work()
            choices.say_on()
    choices.say_on()
    show_made(choices.comparisons)
    _show_person(choices, pool)
    _show_reward_model(choices, pool)


# 2. A person


def _show_person(choices: Preferences, pool: TextPool | None) -> None:
    st.header("2 · A person: say which text is better, and nothing else", anchor="person")
    left, right = st.columns([7, 5], gap="medium")
    with left:
        if pool is None:
            st.info("The language model is not here yet; its texts come with it, and your choices stay.")
        else:
            if pool.needs(choices.at + ENOUGH):
                part(lambda: _write(choices), ticks=lambda: TICK)
            elif pool.problem and choices.asked() is None:
                again = choices.write_again if isinstance(pool.model, ServedModel) else None
                tell_problem(pool.problem, "", again, "Ask again", "_pool")
            ask_preference(choices)
        count_choices(choices)
        _offer_file(choices)
        if pool is not None and choices.comparisons and not isinstance(pool.model, ServedModel):
            _offer_to_trl(choices.comparisons, pool.model)
        conclude("Nobody can say what a text is worth in numbers; everybody can say which of two is better.")
    with right:
        ask_simulated_rater(choices, choices.pair() is not None)
        if st.button("Open a room", key="score_room", icon=":material/groups:", help="Let a class vote on its phones."):
            go_to("Room")


def _offer_file(choices: Preferences) -> None:
    coming: Coming = st.session_state.setdefault("coming choices", Coming())
    brought = brought_choices()
    if brought is not None:
        _load(choices, coming, BytesIO(brought))
    if coming.news:  # said here: a callback's would take the place of the page's frame in a run of the fragment alone
        st.toast(plain(coming.news))
        coming.news = ""

    offer_choices_file(
        partial(saved, choices) if choices.choices or choices.stars else None,
        partial(_load, choices, coming),
        files=coming.files,
        most_mb=MAX_BYTES // 1_000_000,
        refused=coming.refused,
        left=coming.left,
    )


def _offer_to_trl(comparisons: tuple[Comparison, ...], model: LanguageModel) -> None:
    def pack() -> bytes:
        from mdp_core.rlhf.trl.bundle import adapted_ends
        from mdp_core.rlhf.trl.choices import choices_bundle

        return choices_bundle(comparisons, model.id.partition("+")[0], adapted_ends(model.model, ()))

    offer_to_take_along(
        Souvenir(
            "Take them to TRL",
            "The choices as JSON lines, and programs for TRL: a reward model, and a policy that learns without one.",
            "one-loop-choices-for-TRL.zip",
            pack,
        ),
        key="take_choices",
    )


def _load(choices: Preferences, coming: Coming, file: BinaryIO | None) -> None:
    coming.refused, coming.left = "", ()
    if file is None:
        return
    try:
        coming.news, coming.left = take_in(choices, file)
    except ValueError as error:
        coming.refused = str(error)
        return
    coming.files += 1


def _write(choices: Preferences) -> None:
    """A token of a slow model's texts a tick."""
    pool = choices.pool
    if pool is None or not pool.needs(choices.at + ENOUGH):
        st.rerun()
    most = pool.text.max_tokens
    show_waiting(
        f"The model writes: {len(pool.texts)} texts are there, token {pool.tokens} of {most} of the next",
        pool.tokens / most,
        key="pool_writing",
    )
    before = len(pool.texts)
    pool.work()
    if len(pool.texts) > before or pool.problem:
        choices.read_ahead(pool.texts[before:])
        st.rerun()


# 3. A reward model


def _show_reward_model(choices: Preferences, pool: TextPool | None) -> None:
    st.header("3 · A reward model: learn the score from the choices", anchor="reward-model")
    _ask_taste(choices)
    learned = None
    if pool is None:
        st.info(
            "A reward model stands on a language model's features, and that is not here yet: your choices are kept."
        )
    elif isinstance(pool.model, ServedModel):
        st.info(plain(without_weights(pool.model, "there are no features for a reward model to stand on")))
    else:
        try:
            learned = choices.learn(pool.model)
        except ValueError as error:
            st.info(plain(str(error)))
    if learned is not None:
        _show_learned(choices, learned)
    conclude(
        "A reward model is a guess at what people like, made from a few choices: good near the texts that were compared, "
        "and anybody's guess elsewhere."
    )


def _ask_taste(choices: Preferences) -> None:
    if not any(choice.simulated for choice in choices.choices):
        return
    titles = [taste.title for taste in TASTES.values()]

    def answer() -> tuple[int, str]:
        weights = ", ".join(f"{name} × {weight:g}".replace("-", "−") for name, weight in TASTES[choices.taste].weights)
        return list(TASTES).index(choices.taste), f"Its hidden score is the sum of {weights}."

    key = f"taste_{choices.rater}"
    ask_question(choices.guesses, key, "what does the simulated rater like? The lists below tell.", titles, answer)


def _show_learned(choices: Preferences, learned: LearnedReward) -> None:
    from mdp_core.rlhf.reward_model import remarks  # knows torch

    count = len(learned.examples)
    if learned.unread:
        name = learned.examples.features.model.name
        st.info(
            plain(f"{learned.unread} choices are of texts that {name} cannot read: they are kept, and left out here.")
        )
    for remark in remarks(learned.examples.comparisons):
        st.info(plain(remark))
    list_best_and_worst(*learned.ranked(5), len(learned.pool))
    recovery = choices.recovery()
    loss, agreement, calibration = st.columns(3, gap="medium")
    with loss:
        st.latex(r"-\log\sigma\big(r_{\text{chosen}}-r_{\text{rejected}}\big)")
        draw_loss(learned.steps, height=250)
    with agreement:
        st.markdown("**Agreement on choices it never saw**", text_alignment="center")
        draw_agreement(learned.growth, learned.held, count, None if recovery is None else recovery.ceiling, height=272)
    with calibration:
        st.markdown("**Calibration: does 70 % mean 70 %?**", text_alignment="center")
        draw_calibration(learned.held.calibration(), height=272)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        list_strengths(learned.examples.comparisons, learned.strengths)
    with right:
        last = learned.steps[-1]
        st.markdown(f"**{plain(learned.model.name)}**")
        st.caption(
            plain(
                f"{count} choices, {learned.examples.features.size} features of "
                f"{learned.examples.features.model.name}: linear, the rest of the model frozen. "
                f"{last.agreement:.0%} of the choices that it learned from are as it says."
            )
        )
        if recovery is not None and f"taste_{choices.rater}" in choices.guesses:
            st.success(
                plain(
                    f"On {recovery.texts} texts that nobody compared, its order and the hidden taste's have rank "
                    f"correlation {recovery.rank:.2f}. It would foretell {recovery.agreement:.0%} of the rater's choices; "
                    f"the taste itself {recovery.ceiling:.0%}."
                )
            )
        if st.button("Tune with this reward model", key="reward_tune", type="primary"):
            choices.take()
            go_to("Tune")
        if not choices.purely_simulated:
            st.caption("What it stands for is in your head: no curve on page Tune can show the true score.")
