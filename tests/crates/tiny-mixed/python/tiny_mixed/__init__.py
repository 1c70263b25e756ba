"""A Python package around a Rust module."""

from tiny_mixed._native import says

__all__ = ["main", "says"]


def main() -> None:
    print(says())
