"""One Loop: page config, warm-up, navigation. No logic."""

import streamlit as st

from components.session.chrome import chrome
from components.session.warmup import first_imports

st.set_page_config(page_title="One Loop", layout="wide")
chrome()
with st.spinner("Setting up the Stage"), first_imports():
    from components.pages import learn, mdp, returns_page, score, stage, tune, why

st.navigation(
    [
        st.Page(stage.page, title="Stage", url_path="stage", default=True),
        st.Page(mdp.page, title="MDP", url_path="mdp"),
        st.Page(returns_page.page, title="Return", url_path="return"),
        st.Page(learn.page, title="Learn", url_path="learn"),
        st.Page(why.page, title="Why RL", url_path="why"),
        st.Page(score.page, title="Score", url_path="score"),
        st.Page(tune.page, title="Tune", url_path="tune"),
    ],
    position="top",
).run()
