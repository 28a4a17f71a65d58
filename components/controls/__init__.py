"""What several pages ask: world, robot, prompt, language model, seed."""
