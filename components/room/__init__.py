"""Page Room: a class is the human of reinforcement learning from human feedback."""
