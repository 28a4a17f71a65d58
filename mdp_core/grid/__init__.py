"""Grid worlds: maps that a person can type, and the Markov decision processes that they stand for."""
