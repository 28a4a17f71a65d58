"""Preferences, reward models, losses and tuning."""
