"""Rooms, on the server: what they keep, who may do what, and the page that phones open."""
