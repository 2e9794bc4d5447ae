"""Attacks on identity, each on a running system: who is there, guesses, races, stolen tokens, recovery links."""
