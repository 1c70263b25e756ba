"""How often Python looks for garbage in a process that begins by loading much."""

THRESHOLD = 100_000
"""Objects between two collections: starting makes many and no garbage; Python's 700 cost a quarter of the start."""
