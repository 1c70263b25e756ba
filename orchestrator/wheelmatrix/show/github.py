"""The screen of GitHub Actions: plain lines, a fold for each failure's log, annotations in the diff.

A tool's output must not command the runner: `::` at the beginning of a line (the runner ignores blanks before it) and
`##[`, which it obeys anywhere, are broken up.
"""

from collections.abc import Iterator

from wheelmatrix.events import Diagnosed, Stamped, StepFinished, Warned
from wheelmatrix.show.board import Board, StepRow
from wheelmatrix.show.failure import headline
from wheelmatrix.show.markdown import markdown
from wheelmatrix.show.plain import Plain, changes
from wheelmatrix.show.words import Line, capped, plain

_LEVELS = {"error": "error", "warning": "warning"}


class GitHub(Plain):
    """Lines with workflow commands. Source: GitHub docs, "Workflow commands for GitHub Actions"."""

    def lines(self, stamped: Stamped) -> Iterator[Line]:
        """Yield what an event is worth; a diagnosis that several builds make is annotated once."""
        event = stamped.event
        match event:
            case Diagnosed():
                if any(event is kept for kept in self.board.diagnosed):
                    level = _LEVELS.get(event.level, "notice")
                    yield self._command(level, event.message, file=event.file, line=event.line)
            case Warned(message=message):
                yield self._command("warning", capped(message))
            case StepFinished(state="failed"):
                yield from self._failed(stamped, self.board.steps[event.step])
            case _:
                yield from self._changes(stamped)

    def _changes(self, stamped: Stamped) -> Iterator[Line]:
        return map(_harmless, changes(self.board, stamped, self.glyphs, is_quiet=self.is_quiet))

    def _failed(self, stamped: Stamped, step: StepRow) -> Iterator[Line]:
        told = tuple(self._changes(stamped))
        yield from told[:1]
        title = f"{step.title}: {step.kind} failed"
        if not self._is_annotated():
            yield self._command("error", headline(step, self.glyphs) or title, title=title)
        if rest := told[1:]:
            yield ((f"::group::{_value(self.glyphs.text(title))}", ""),)
            yield from rest
            yield (("::endgroup::", ""),)

    def _is_annotated(self) -> bool:
        return any(each.level == "error" for each in self.board.diagnosed)

    def _command(self, level: str, message: str, *, file: str = "", line: int = 0, title: str = "") -> Line:
        places = [
            *([f"file={_property(self.glyphs.text(file))}"] if file else []),
            *([f"line={line}"] if line else []),
            *([f"title={_property(self.glyphs.text(title))}"] if title else []),
        ]
        # a line break of the message is kept, as %0A; everything else that is invisible goes
        text = _value("\n".join(map(self.glyphs.text, message.splitlines())))
        return ((f"::{level}{' ' + ','.join(places) if places else ''}::{text.replace('##[', '## [')}", ""),)


def step_summary(board: Board) -> str:
    """Return the Markdown for the file that GITHUB_STEP_SUMMARY names."""
    return markdown(board)


def _harmless(line: Line) -> Line:
    if not any("##[" in text or "::" in text for text, _ in line):
        return line
    text = plain(line).replace("##[", "## [")
    if text.lstrip().startswith("::"):
        text = text.replace("::", ": :", 1)
    return ((text, ""),)


def _value(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _value(text).replace(":", "%3A").replace(",", "%2C")
