"""The core of One Loop: Markov decision processes, grid worlds and language models, stepped by one loop. Knows no UI."""
