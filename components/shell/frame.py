"""The page's frame: a low header with the name in it, narrow margins, compact controls and messages."""

from __future__ import annotations

import streamlit as st

from components.instruments.drawing.palette import variables

HEADER = 44  # px, the height of Streamlit's header

CSS = f"""
.stApp {{ --one-loop-header: {HEADER}px; }}
[data-testid="stHeader"] {{ height: {HEADER}px; min-height: {HEADER}px; padding-left: 128px; }}
[data-testid="stMainBlockContainer"] {{ max-width: none; padding: {HEADER + 4}px 16px 4px; }}
[data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"] {{ gap: 4px; }}
[data-testid="stPopoverBody"] [data-testid="stVerticalBlock"] {{ gap: 10px; }}
.one-loop-name {{
  position: fixed; top: 0; left: 16px; z-index: 1000000; height: {HEADER}px; margin: 0; padding: 0;
  display: flex; align-items: center; font-size: 20px; font-weight: 750; letter-spacing: -0.01em;
}}
.st-key-controls {{ align-items: center; gap: 8px; }}
.st-key-controls > :last-child {{ flex: 0 0 auto; width: auto; }}
.st-key-controls button, .st-key-controls input {{ min-height: 38px; height: 38px; }}
[class*="st-key-seed"] [data-testid="stNumberInputContainer"]::before {{
  content: "seed"; align-self: center; padding-left: 10px; opacity: 0.75; font-size: 14px;
}}
[data-testid="stAlertContainer"] {{ padding: 6px 12px; min-height: 0; }}
[data-testid="stAlertContainer"] [data-testid="stMarkdownContainer"] {{ margin: 0; }}
[data-testid="stAlertContainer"] p {{ margin: 0; font-size: 15px; line-height: 1.35; }}
[data-testid="stPopoverBody"] {{ width: min(640px, calc(100vw - 32px)); max-height: calc(100vh - 110px); }}
.katex-display {{ overflow-x: auto; overflow-y: hidden; }}
@media (max-width: 640px) {{ .katex-display {{ font-size: 0.78em; }} }}  /* a loss fits a phone; what is longer scrolls */
/* The name takes no room of its own. */
[data-testid="stElementContainer"]:has(.one-loop-name) {{ position: absolute; height: 0; }}
"""


def frame() -> None:
    """Put the frame around the page; call it once a run, right after st.set_page_config."""
    st.html(f"<style>{variables()} {CSS}</style>")
    st.html('<h1 class="one-loop-name">One Loop</h1>')
