"""How screens spell things: glyphs, cleaned text, cells of width, seconds, sizes. Pure; knows no terminal."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

from wheelmatrix.values import dataclass

Style = Literal["", "dim", "bold", "good", "bad", "warn", "busy"]
"""What a span means; each screen decides what that looks like, and none relies on it."""

Span = tuple[str, Style]
Line = tuple[Span, ...]
"""One row of a screen, from left to right; holds no line break and no control character."""

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # ECMA-48 5.4: control sequences, colours among them
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)"  # ECMA-48 5.6: strings (titles, hyperlinks), to their terminator
    r"|\x1b[ -/]*[0-~]?"  # ECMA-48 5.3: two-character escapes, and an escape that was cut off
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories that a terminal obeys instead of showing; Cf has the marks that turn text around (CVE-2021-42574)."""
_IN_ASCII = str.maketrans({"…": "...", "·": "-", "│": "|", "─": "-", "–": "-", "—": "-", "→": "->", "×": "x",
                           "“": '"', "”": '"', "‘": "'", "’": "'", "•": "*", "≤": "<=", "≥": ">="})  # fmt: skip
_UNITS = {"kB": 1e3, "MB": 1e6, "GB": 1e9}
_SGR: dict[Style, str] = {"dim": "2", "bold": "1", "good": "32", "bad": "31;1", "warn": "33", "busy": "36"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """The signs of a screen; told apart by their shape, never by colour alone. All one cell wide but `ellipsis`."""

    done: str
    failed: str
    skipped: str
    running: str
    waiting: str
    warning: str
    bar: str
    bar_half: str
    bar_rest: str
    divider: str
    rule: str
    dot: str
    ellipsis: str
    is_ascii: bool

    def text(self, found: str) -> str:
        """Return one line of text that comes from outside, safe to print: see `clean`."""
        safe = clean(found)
        return safe.translate(_IN_ASCII).encode("ascii", "replace").decode() if self.is_ascii else safe

    def fit(self, line: Line, width: int | None) -> Line:
        """Return the line cut to `width` cells, ending in the ellipsis if something was cut; None: as it is."""
        if width is None or sum(width_of(text) for text, _ in line) <= width:
            return line
        room = max(width - len(self.ellipsis), 0)
        kept: list[Span] = []
        for text, style in line:
            part = _head(text, room)
            kept.append((part, style))
            room -= width_of(part)
            if part != text:
                return (*kept, (self.ellipsis[:width], "dim"))
        return tuple(kept)

    def column(self, text: str, width: int) -> str:
        """Return the text cut or filled to `width` cells."""
        lacking = width - width_of(text)
        if lacking >= 0:
            return text + " " * lacking
        head = _head(text, max(width - len(self.ellipsis), 0))
        return (
            (head + self.ellipsis)[:width] if width < len(self.ellipsis) else self.column(head + self.ellipsis, width)
        )


UNICODE = Glyphs(
    done="✔", failed="✘", skipped="–", running="▶", waiting="◦", warning="!", bar="━", bar_half="╸", bar_rest="─",
    divider="│", rule="─", dot="·", ellipsis="…", is_ascii=False,
)  # fmt: skip
ASCII = Glyphs(
    done="+", failed="x", skipped="-", running=">", waiting=".", warning="!", bar="#", bar_half="#", bar_rest="-",
    divider="|", rule="-", dot="-", ellipsis="...", is_ascii=True,
)  # fmt: skip


def glyphs_for(encoding: str | None) -> Glyphs:
    """Return the signs that a stream of this encoding can carry; None: unknown, so ASCII."""
    return UNICODE if (encoding or "").lower().replace("-", "").replace("_", "") in ("utf8", "utf8sig") else ASCII


def clean(found: str) -> str:
    """Return one line that a terminal only shows: escape sequences and invisible characters are gone.

    A line break or tab becomes spaces; half a surrogate (a byte of a path that is no UTF-8) becomes U+FFFD.
    """
    if found.isascii() and found.isprintable():
        return found
    bare = _ESCAPE.sub("", found).replace("\t", "    ").replace("\r\n", " ").replace("\n", " ")
    return "".join(_shown(char) for char in bare)


def wrapped(text: str, width: int | None) -> tuple[str, ...]:
    """Return cleaned text in lines of at most `width` cells, broken at blanks where there are any; None: one line."""
    if width is None or width_of(text) <= width:
        return (text,)
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        while width_of(longer) > width:
            if line:
                lines.append(line)
                line, longer = "", word
                continue
            head = _head(longer, max(width, 2))
            lines.append(head)
            longer = longer[len(head) :]
        line = longer
    return tuple([*lines, line] if line else lines)


def capped(found: str, most: int = 2000) -> str:
    """Return a text of at most `most` characters: what a server says of itself is told, but not at any length."""
    return found if len(found) <= most else found[: most - 1] + "…"


def told(text: str, glyphs: Glyphs, width: int | None, style: Style) -> Iterator[Line]:
    """Yield a text, cleaned and wrapped; nothing if it is empty."""
    yield from (((part, style),) for part in wrapped(glyphs.text(text), width) if text)


def rows(found: str) -> tuple[str, ...]:
    """Return the lines of a text, without the empty ones at its end."""
    return tuple(found.rstrip().splitlines()) if found.strip() else ()


def width_of(text: str) -> int:
    """Return the cells that cleaned text takes. Source: Unicode TR 11 (wide and full width are two), Mn and Me none."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def plain(line: Line) -> str:
    """Return the line without its styles, and without blanks at its end."""
    return "".join(text for text, _ in line).rstrip()


def painted(line: Line) -> str:
    """Return the line with ECMA-48 colours."""
    spans = list(line)
    while spans and not spans[-1][0].strip():
        spans.pop()
    if spans:
        spans[-1] = (spans[-1][0].rstrip(), spans[-1][1])
    return "".join(f"\x1b[{_SGR[style]}m{text}\x1b[0m" if style and text else text for text, style in spans)


def seconds(value: float) -> str:
    """Return a duration: `0.3s`, `38.8s`, `2:05`, `1:02:09`."""
    return f"{max(value, 0.0):.1f}s" if value < 99.95 else clock(value)


def clock(value: float) -> str:
    """Return a duration in minutes and seconds: `0:41`, `1:02:09`."""
    minutes, rest = divmod(int(max(value, 0.0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def about(value: float) -> str:
    """Return an estimate: `<1s`, `~19s`, `~2:05`."""
    if value < 0.5:
        return "<1s"
    return f"~{round(value)}s" if value < 99.5 else f"~{clock(value)}"


def size(size_bytes: int) -> str:
    """Return a size in decimal units: `812 B`, `1.2 MB`."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    value = float(size_bytes)
    for unit in ("kB", "MB"):
        value /= 1000
        if value < 999.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:.1f} GB"


def portion(part_bytes: int, whole_bytes: int) -> str:
    """Return a part of a size, and the size, in the unit of the whole: `12.3/80.0 MB`, `0/812 B`."""
    whole = size(whole_bytes)
    unit = whole.rpartition(" ")[2]
    return f"{part_bytes}/{whole}" if unit == "B" else f"{part_bytes / _UNITS[unit]:.1f}/{whole}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 cell`, `2 cells`."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def listed(names: Sequence[str], most: int, separator: str = ", ") -> str:
    """Return the first `most` names, and how many there are beside them: `a, b +3`."""
    more = len(names) - most
    return separator.join(names[:most]) + (f" +{more}" if more > 0 else "")


def listed_within(names: Sequence[str], room: int) -> str:
    """Return as many names as fit into `room` cells, and how many there are beside them; empty if not one fits."""
    found, used = "", 0
    for shown, name in enumerate(names, start=1):
        used += width_of(name) + 2 * (shown > 1)
        more = f" +{len(names) - shown}" if shown < len(names) else ""
        if used > room:
            break
        if used + len(more) <= room:
            found = ", ".join(names[:shown]) + more
    return found


def short_tag(platform_tag: str) -> str:
    """Return one tag of a compressed set: the perennial one (PEP 600), which is longer than its legacy alias."""
    return max(platform_tag.split("."), key=len)


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    return "" if category in _UNSEEN else char


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _head(text: str, room: int) -> str:
    if text.isascii():
        return text[:room]
    used = 0
    for at, char in enumerate(text):
        used += _cells(char)
        if used > room:
            return text[:at]
    return text
