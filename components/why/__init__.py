"""Page Why RL: where the gradient ends, and the way around."""
