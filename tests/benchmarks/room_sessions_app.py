"""The same vote as a stock Streamlit page, in a process that has imported what ours has. For a benchmark only."""

import sqlite3

import streamlit as st
import torch  # noqa: F401
import transformers  # noqa: F401


@st.cache_resource
def database():
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("CREATE TABLE vote (session INTEGER, answer INTEGER)")
    return connection


st.write("Which text is better?")
for answer, text in enumerate(("good film", "bad film", "The same")):
    if st.button(text):
        database().execute("INSERT INTO vote VALUES (?, ?)", (0, answer))
