"""Page Return: trajectories, gamma, the objective."""
