"""Does what was decided: plain functions to the outside, the only async code on the inside.

Each is imported from its own module, so that a command loads what it needs and no more.
"""
