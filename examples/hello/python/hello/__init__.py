"""Counts words: the Python half of the example."""

import sys

from hello._native import count_words

__all__ = ["count_words", "main"]


def main() -> None:
    """Count the words of standard input and print the most frequent first."""
    counts = count_words(sys.stdin.read())
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        print(f"{count:6} {word}")
