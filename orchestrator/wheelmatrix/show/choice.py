"""Which screen it is: by what was asked for, the variables, and what the streams are."""

from collections.abc import Mapping, Sequence
from typing import TextIO

from rich.console import Console

from wheelmatrix.events import Screen, Stamped
from wheelmatrix.show.dashboard import Dashboard
from wheelmatrix.show.github import GitHub
from wheelmatrix.show.jsonl import JsonLines
from wheelmatrix.show.plain import Plain

_WIDTH = 100


class _Nothing:
    """No screen at all."""

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Leave nothing."""


def choose(
    progress: str,
    environ: Mapping[str, str],
    *,
    is_terminal: bool,
    out: TextIO,
    err: TextIO,
    quiet: bool = False,
) -> Screen:
    """Return the screen: `live`, `plain`, `github`, `json` (on `out`), `none`, or by the surroundings with `auto`.

    NO_COLOR, FORCE_COLOR and TERM=dumb are obeyed; where `err` is not UTF-8 the signs are ASCII.
    """
    kind = progress if progress != "auto" else _surroundings(environ, is_terminal=is_terminal, quiet=quiet)
    match kind:
        case "json":
            return JsonLines(out)
        case "none":
            return _Nothing()
        case "github":
            return GitHub(err, width=_WIDTH, quiet=quiet)
        case "live":
            console = Console(file=err, force_terminal=True, highlight=False, _environ=environ)
            return Dashboard(console, is_unicode=is_utf8(err))
        case _:
            return Plain(err, width=_WIDTH, quiet=quiet)


def is_utf8(stream: TextIO) -> bool:
    """Return whether a stream takes every character."""
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "") in ("utf8", "utf8sig")


def _surroundings(environ: Mapping[str, str], *, is_terminal: bool, quiet: bool) -> str:
    if environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "live" if is_terminal and environ.get("TERM") != "dumb" and not quiet else "plain"
