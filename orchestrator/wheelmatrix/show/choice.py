"""Which screen it is: by what was asked for, the variables, and what the streams are."""

from collections.abc import Mapping, Sequence
from typing import TextIO

from rich.console import Console

from wheelmatrix.events import Screen, Stamped
from wheelmatrix.show.color import has_color, is_dumb
from wheelmatrix.show.dashboard import Dashboard
from wheelmatrix.show.github import GitHub
from wheelmatrix.show.jsonl import JsonLines
from wheelmatrix.show.plain import Plain
from wheelmatrix.show.words import glyphs_for


class Silent:
    """No screen at all; whoever chose it tells failures itself."""

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
    width: int | None = None,
    height: int | None = None,
) -> Screen:
    """Return the screen: `live`, `plain`, `github`, `json` (on `out`), `none`, or by the surroundings with `auto`.

    NO_COLOR, FORCE_COLOR, TERM=dumb, TTY_COMPATIBLE and TTY_INTERACTIVE are obeyed; where `err` is not UTF-8 the signs
    are ASCII. A dumb terminal cannot redraw, so `live` is `plain` there. `quiet`: failures and warnings only.
    `width`, `height`: of the terminal, in cells and rows; None: as it is at each frame.
    """
    kind = _kind(progress, environ, is_terminal=is_terminal, quiet=quiet)
    glyphs, is_colored = glyphs_for(getattr(err, "encoding", None)), has_color(environ, is_terminal=is_terminal)
    match kind:
        case "json":
            return JsonLines(out)
        case "none":
            return Silent()
        case "github":
            return GitHub(err, glyphs=glyphs, is_colored=is_colored and not is_terminal, is_quiet=quiet)
        case "live":
            return _live(err, environ, is_colored=is_colored, width=width, height=height)
        case _:
            return Plain(err, glyphs=glyphs, is_colored=is_colored, is_quiet=quiet)


def _kind(progress: str, environ: Mapping[str, str], *, is_terminal: bool, quiet: bool) -> str:
    if progress == "auto":
        if environ.get("GITHUB_ACTIONS") == "true":
            return "github"
        redraws = is_terminal and "0" not in (environ.get("TTY_COMPATIBLE"), environ.get("TTY_INTERACTIVE"))
        return "live" if redraws and not is_dumb(environ) and not quiet else "plain"
    return "plain" if progress == "live" and (is_dumb(environ) or quiet) else progress


def _live(
    err: TextIO, environ: Mapping[str, str], *, is_colored: bool, width: int | None, height: int | None
) -> Screen:
    console = Console(
        file=err,
        force_terminal=True,
        force_interactive=True,
        color_system="standard" if is_colored else None,
        no_color=not is_colored,
        highlight=False,
        width=width,
        height=height,
        _environ=environ,
    )
    return Dashboard(console, is_unicode=not glyphs_for(getattr(err, "encoding", None)).is_ascii)
