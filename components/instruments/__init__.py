"""The custom components, one instrument each, and what they all draw with."""
