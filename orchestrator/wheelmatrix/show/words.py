"""How screens spell things: signs, cleaned text, seconds, sizes."""

import re
import unicodedata

UNICODE = {"done": "✔", "failed": "✘", "running": "▶", "waiting": "◦", "rule": "─", "full": "▓", "empty": "░"}
ASCII = {"done": "+", "failed": "x", "running": ">", "waiting": ".", "rule": "-", "full": "#", "empty": "-"}

_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]?")
"""ECMA-48 5.3, 5.4 and 5.6: escape sequences, control sequences and control strings."""


def clean(text: str) -> str:
    """Return the text without what a terminal obeys instead of showing; line breaks stay, tabs become spaces."""
    bare = _ESCAPE.sub("", text).replace("\r\n", "\n").replace("\t", "    ")
    return "".join(char for char in bare if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))


def cut(text: str, width: int, ellipsis: str = "...") -> str:
    """Return the text, its end replaced by the ellipsis if it is longer than `width`."""
    return text if len(text) <= width else (text[: max(width - len(ellipsis), 0)] + ellipsis)[: max(width, 0)]


def plural(number: int, noun: str) -> str:
    """Return `1 cell`, `2 cells`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def seconds(value: float) -> str:
    """Return a duration: `38.8s`, `2:05`, `1:02:09`."""
    if value < 99.95:
        return f"{max(value, 0.0):.1f}s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(size_bytes: int) -> str:
    """Return a size in decimal units: `812 B`, `1.2 MB`."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    value = size_bytes / 1000
    return f"{value:.1f} kB" if value < 999.95 else f"{value / 1000:.1f} MB"
