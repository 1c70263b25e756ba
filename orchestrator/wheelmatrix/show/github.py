"""The screen of GitHub Actions: plain lines, a fold for each failure's log, annotations in the diff."""

from collections.abc import Iterator
from typing import TextIO

from wheelmatrix.events import Diagnosed, Stamped, StepFinished, Warned
from wheelmatrix.show.plain import Plain, told
from wheelmatrix.show.words import clean

_LEVELS = {"error": "error", "warning": "warning"}


class GitHub(Plain):
    """Lines with workflow commands. Source: GitHub docs, "Workflow commands for GitHub Actions"."""

    def __init__(self, out: TextIO, *, width: int = 100, quiet: bool = False) -> None:
        super().__init__(out, width=width, quiet=quiet)
        self._annotated: set[tuple[str, str, int]] = set()

    def lines(self, stamped: Stamped) -> Iterator[str]:
        """Yield what one event is worth; the same diagnosis of several cells once."""
        match stamped.event:
            case Diagnosed() as event:
                key = (event.message, event.file, event.line)
                if key not in self._annotated:
                    self._annotated.add(key)
                    yield _command(_LEVELS.get(event.level, "notice"), event.message, event.file, event.line)
            case Warned(message=message):
                yield _command("warning", message)
            case StepFinished(state="failed", tail=tail) if tail:
                first, *rest = told(self.board, stamped, 200)
                yield first
                yield f"::group::{_value(clean(first))}"
                yield from rest
                yield "::endgroup::"
            case _:
                yield from super().lines(stamped)


def _command(level: str, message: str, file: str = "", line: int = 0) -> str:
    place = ",".join(
        [*([f"file={_property(file)}"] if file else []), *([f"line={line}"] if line else [])]
    )  # fmt: skip
    return f"::{level}{' ' + place if place else ''}::{_value(clean(message))}"


def _value(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _value(clean(text)).replace(":", "%3A").replace(",", "%2C")
