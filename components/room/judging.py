"""Before or after? The phones compare both, blind, and the room sees whether its taste was met, or gamed."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from components.room.memory import BLIND, Desk
from components.room.pictures import draw_win_rate
from components.room.voting import ask_or_stop
from components.room.writing import AT_ONCE, Writing, write_before_and_after
from components.server.adapted import adapted
from mdp_core.rlhf.win_rate import WinRate, win_rate
from mdp_core.scenarios import TextScenario
from mdp_core.work import Report, Work

if TYPE_CHECKING:
    from components.shell.queued_run import QueuedRun
    from mdp_core.tokens.language_model import LanguageModel


def show_judging(desk: Desk) -> None:
    """The blind comparison that came last, and its win rate."""
    batch = desk.seen.blinds[-1] if desk.seen.blinds else ""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="room_judge_row"):
        if batch:
            ask_or_stop(desk, batch, "Which is better?")
        _ask_for_texts(desk)
    if not batch:
        st.html(
            '<p class="room-says">The model writes by the same draws before and after the tuning. The phones see both texts '
            "of a pair and not which is which.</p>"
        )
        return
    pairs, votes = desk.seen.batch(batch), desk.seen.votes_on(batch)
    left_out = AT_ONCE - len(pairs)
    count = f"{len(votes):,} {'vote' if len(votes) == 1 else 'votes'}"
    same = f" {left_out} of {AT_ONCE} texts came out the same, and are left out." if left_out > 0 else ""
    st.html(
        f'<p class="room-says">“{batch.capitalize()}”: {count} on {len(pairs)} pairs of'
        f"  before and after, by the same draws.{same}</p>"
    )
    rate = desk.memory.work_out(batch, desk.seen, lambda: win_rate(votes))
    if rate is None:
        return
    foretold = _foretold(desk, batch)
    says = says_verdict(rate, foretold)
    draw_win_rate(rate, foretold, says)
    st.html(f'<p class="room-says">{says}</p>')
    if not desk.seen.asks(batch):
        _show_examples(desk, batch)


def says_verdict(rate: WinRate, foretold: float | None) -> str:
    """What the room says, and what its reward model said it would."""
    between = f"{_percent(rate.low)} to {_percent(rate.high)}"
    share = f"Win rate: {_percent(rate.rate)} of the votes are for after the tuning (95\N{NO-BREAK SPACE}%: {between})"
    if not rate.told:
        verdict = "one half lies inside: the room has not decided yet"
    elif rate.rate > 0.5:
        verdict = "the texts became better by the room's own judgement"
    else:
        verdict = "the texts became worse by the room's own judgement"
    says = f"{share}: {verdict}."
    if foretold is None:
        return says
    says += f" The reward model foretold {_percent(foretold)}"
    if foretold > rate.high:
        return (
            f"{says}, more than the room says: the stand-in was gamed. Its score rose, and the room's liking did not."
        )
    if foretold < rate.low:
        return f"{says}, less than the room says: the texts pleased more than their score."
    return f"{says}, and that is no contradiction: the stand-in held, as far as these votes can tell."


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def _ask_for_texts(desk: Desk) -> None:
    model, run = desk.model, desk.workshop.run
    if desk.seen.closed or desk.memory.writing is not None:
        return
    if model is None or run is None or run.last_good is None or run.model is not model:
        if not desk.seen.blinds:
            st.caption("There is no after yet: tune on the room's taste first.")
        return
    if run.is_live:
        st.caption("The run is on its way; its last policy can be compared when it is over.")
        return
    number = len(desk.seen.blinds) + 1

    def begin() -> None:
        desk.memory.problem = ""
        desk.memory.batch = f"{BLIND} {number}"
        desk.memory.writing = Work(_written(model, run, desk.text, number))
        st.rerun()

    label = "Write texts of before and after" if number == 1 else "Compare anew, with other draws"
    st.button(label, key="room_blind", type="primary" if number == 1 else "secondary", on_click=begin)


def _written(model: LanguageModel, run: QueuedRun, text: TextScenario, number: int) -> Writing:
    """The texts; what the reward model stands on is read with them, so that nobody waits for it when votes come."""
    texts = yield from write_before_and_after(model, _after(model, run), text, number)
    every = list(dict.fromkeys(one for both in texts for one in both))
    if run.principle.model is not None:
        for i, one in enumerate(every, start=1):
            yield Report(1.0, f"the reward model reads text {i} of {len(every)}")
            with suppress(ValueError):  # a text that cannot be read: nothing is foretold then
                run.reward(one)
    return texts


def _after(model: LanguageModel, run: QueuedRun) -> LanguageModel:
    adapter = run.last_good
    assert adapter is not None
    return adapted(model, f"{model.id}+{adapter.digest()}", adapter)


def _foretold(desk: Desk, batch: str) -> float | None:
    """By the reward model that was tuned on, where this server still has it; else by what the votes teach now."""
    from mdp_core.rlhf.taste import chance_of_second

    run, taste = desk.workshop.run, desk.workshop.taste
    model = run.principle.model if run is not None else taste.model if taste is not None else None
    voted = {vote.pair for vote in desk.seen.votes_on(batch)}
    texts = [(pair.one, pair.other) for pair in desk.seen.batch(batch) if pair.id in voted]
    try:
        return chance_of_second(model, texts) if model is not None and texts else None  # type: ignore[arg-type]
    except ValueError:  # a text that cannot be read
        return None


def _show_examples(desk: Desk, batch: str) -> None:
    rows = "".join(
        f'<div class="stranger" dir="auto">{escape(pair.one)}</div><div class="counts">→</div>'
        f'<div class="stranger" dir="auto">{escape(pair.other)}</div>'
        for pair in desk.seen.batch(batch)[:3]
    )
    st.html(f'<div class="versus"><b>before</b><span></span><b>after</b>{rows}</div>')
