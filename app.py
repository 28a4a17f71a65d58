"""One Loop: page config, warm-up, navigation. No logic."""

import streamlit as st

from components.session.chrome import chrome
from components.session.warmup import first_imports

st.set_page_config(page_title="One Loop", layout="wide")
chrome()
with st.spinner("Setting up the Stage"), first_imports():
    from components.pages import learn, mdp, returns_page, stage, tune

st.navigation(
    [
        st.Page(stage.page, title="Stage", url_path="stage", default=True),
        st.Page(mdp.page, title="MDP", url_path="mdp"),
        st.Page(returns_page.page, title="Return", url_path="return"),
        st.Page(learn.page, title="Learn", url_path="learn"),
        st.Page(tune.page, title="Tune", url_path="tune"),
    ],
    position="top",
).run()
