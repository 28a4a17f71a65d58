"""The Streamlit half: pages of panels around one player. Everything that it shows is computed in mdp_core."""
