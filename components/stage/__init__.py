"""Page Stage: both worlds on one clock."""
