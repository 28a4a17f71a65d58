"""What the player is measured against: the discounted rewards of 200 steps with a native slider and a Plotly chart."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from mdp_core.returns import discounts, returns_to_go

rewards = np.random.default_rng(7).normal(size=200)
gamma = st.slider("gamma", 0.0, 1.0, 0.9, 0.01)
figure = go.Figure()
figure.add_scatter(y=rewards * discounts(200, gamma), mode="lines")
figure.add_scatter(y=returns_to_go(rewards, gamma), mode="lines")
st.plotly_chart(figure, key="returns")
