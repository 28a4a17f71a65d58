"""Page Tune: a score moves the policy."""
