"""Exact solutions of tabular Markov decision processes. Every solver is a generator of its iterates."""
