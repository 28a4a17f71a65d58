"""Page Score: any principle, a person, a reward model."""
