"""Page MDP: its world, its two functions, its states."""
