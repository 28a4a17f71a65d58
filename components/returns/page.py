"""Return: trajectories, gamma, and the objective, in both worlds."""

from __future__ import annotations

import streamlit as st

from components.controls.model import model
from components.controls.prompt import prompt
from components.controls.robot import robot
from components.controls.seed import seed
from components.controls.world import world
from components.returns import sample as returns_sample
from components.returns import values as returns_values
from components.returns.choice import choice, line_controls, verdict
from components.returns.guess import prediction
from components.returns.memory import returns
from components.returns.sparse import corridor_controls, found_curve, sparse_verdict, the_corridor
from components.server.models import models
from components.server.warmup import warmup
from components.shell.address import follow_address, visit, write_link
from components.shell.messages import model_messages
from components.shell.takeaway import takeaway
from components.shell.visit import Visit
from components.shell.wanted_model import settle
from mdp_core.grid.maps import MapError
from mdp_core.stage.grid import world_of

CSS = """
.sampled-texts { max-height: 340px; overflow: auto; font-size: 16px; line-height: 1.35; }
.sampled-texts td { padding: 4px 8px; border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent);
  overflow-wrap: anywhere; vertical-align: top; }
.sampled-texts td:first-child { font-weight: 700; white-space: nowrap; font-variant-numeric: tabular-nums; }
.sampled-texts .gain { border-left: 6px solid #009e73; }
.sampled-texts .loss { border-left: 6px dashed #d55e00; }
"""


def page() -> None:
    """The page "Return"."""
    here, mine = follow_address(visit()), returns()
    if warmup().done:
        settle(here, models())
    st.html(f"<style>{CSS}</style>")
    unreadable = _unreadable(here)
    _controls(here, unreadable)
    model_messages(here, models(), warmup(), stays="The model that was here stays.", meanwhile="Pocket writes")
    returns_sample.bring_up(here, mine)
    st.fragment(returns_sample.sample)()
    st.fragment(_choice)()
    st.fragment(_sparse)()
    returns_values.bring_up(here, mine)
    st.fragment(returns_values.values)()
    write_link(here)


def _unreadable(here: Visit) -> str:
    try:
        world_of(here.scenario.grid)
    except MapError as error:
        return str(error)
    except ValueError:
        pass
    return here.drafts["map"].problem if "map" in here.drafts else ""


def _controls(here: Visit, unreadable: str) -> None:
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        world(here)
        robot(here, unreadable)
        prompt(here)
        model(here, models())
        seed(here)


# 2. What gamma decides


def _choice() -> None:
    here, mine = visit(), returns()
    st.subheader("2 · Gamma decides: the near reward or the far one?", anchor="gamma")
    left, right = st.columns([5, 7], gap="medium")
    with left:
        line_controls(here, mine.line, lambda: mine.guesses.pop("flip", None))
        st.latex(r"G_0=\gamma^{k}\,r_{k+1}")
        st.caption("k moves go before the one that pays.", text_alignment="center")
        said = "Predict: at which gamma does the best first move flip?"
        prediction(mine, "flip", said, 0.0, 1.0, 0.01, lambda: None)
        verdict(mine)
        takeaway("Gamma is the price of waiting: whoever chooses it chooses what is best.")
    with right:
        choice(mine)
        if "flip" not in mine.revealed:
            st.info("Commit to a guess first: then gamma is yours to drag, and the arrows turn.")


# 3. One reward, far away


def _sparse() -> None:
    here, mine = visit(), returns()
    line = mine.line
    st.subheader("3 · Sparse and long: will chance ever find the reward?", anchor="sparse")
    left, right = st.columns([5, 7], gap="medium")
    with left:
        corridor_controls(here, line, lambda: mine.guesses.pop("sparse", None))
        said = f"Predict: how many of {line.walks:,} random walks find it?"
        prediction(mine, "sparse", said, 0, line.walks, 1, lambda: None)
        sparse_verdict(mine, here.scenario.seed)
        takeaway(
            "There is not a reward for every action: until the first one is found, "
            "nothing tells a good action from a bad one."
        )
    with right:
        the_corridor(line)
        if "sparse" in mine.revealed:
            found_curve(line, here.scenario.seed, height=280)
        else:
            st.info("Commit to a guess first: then the exact curve and the sampled one are drawn.")
