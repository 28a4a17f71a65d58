"""One Loop: page config, warm-up, navigation, the phones' addresses and the files'. No logic."""

import streamlit as st

from components.server.devices import tell_host
from components.server.made_files import file_routes
from components.server.room.web import room_routes
from components.server.warmup import first_imports
from components.shell.file_button import let_go_of_files
from components.shell.frame import frame, hear_of_the_tab
from components.shell.navigation import navigation, show
from components.shell.returning import keep_what_came

# The server imports this file for `app`, and runs it as a script for every visit.
BASE = st.get_option("server.baseUrlPath")
app = st.App(__file__, routes=[*room_routes(BASE), *file_routes(BASE)])

if __name__ == "__main__":
    st.set_page_config(page_title="One Loop", layout="wide")
    frame()
    # Which pages there are comes first: a run that the browser asks for while these imports take their seconds would know
    # none but the first, and a link to any other would lead there.
    here = navigation(
        [
            st.Page(lambda: tour.page(), title="Tour", url_path="tour", default=True),
            st.Page(lambda: stage.page(), title="Stage", url_path="stage"),
            st.Page(lambda: mdp.page(), title="MDP", url_path="mdp"),
            st.Page(lambda: returns.page(), title="Return", url_path="return"),
            st.Page(lambda: learn.page(), title="Learn", url_path="learn"),
            st.Page(lambda: why.page(), title="Why RL", url_path="why"),
            st.Page(lambda: score.page(), title="Score", url_path="score"),
            st.Page(lambda: tune.page(), title="Tune", url_path="tune"),
            st.Page(lambda: room.page(), title="Room", url_path="room"),
            st.Page(lambda: speaker.page(), title="Speaker", url_path="speaker", visibility="hidden"),
        ]
    )
    with st.spinner("Setting up the Stage"), first_imports():
        from components.learn import page as learn
        from components.mdp import page as mdp
        from components.returns import page as returns
        from components.room import page as room
        from components.score import page as score
        from components.stage import page as stage
        from components.talk import speaker
        from components.talk.projector import project
        from components.tour import page as tour
        from components.tune import page as tune
        from components.why import page as why

    hear_of_the_tab()
    project(here.title)
    show(here)
    keep_what_came()
    let_go_of_files()
else:
    tell_host()
