"""Panels: one idea each, drawn from data. No panel imports another."""
