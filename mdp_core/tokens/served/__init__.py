"""A language model that a server runs: an OpenAI-compatible one that tells log-probabilities. Light to import."""
