"""Whether there is colour."""

from collections.abc import Mapping


def has_color(environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Return whether to use colours. Source: no-color.org, force-color.org (empty is not set; NO_COLOR wins)."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "") not in ("", "0"):
        return True
    return is_terminal and not is_dumb(environ)


def is_dumb(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal cannot redraw."""
    return environ.get("TERM", "").lower() in ("dumb", "unknown")
