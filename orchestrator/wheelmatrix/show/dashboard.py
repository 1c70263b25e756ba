"""The live screen: a block of few lines at the bottom, everything that is done above it as ordinary lines.

    ✔ demo-0.1.0-cp310-cp310-manylinux_2_34_x86_64.whl   1.2 MB  38.8s
    ────────────────────────────────────────────────────────────────
    ▶ cp313-linux_x86_64     compile   96/101 ▓▓▓▓▓▓▓▓▓░   6.2s ~8s    pyo3, demo
    ◦ 2 waiting: cp311-linux_x86_64, cp312-linux_x86_64
      1 wheel of 4 │ 1 running │ 2 jobs │ 0:41 of ~1:25

Lines are built as text, not as tables: at four frames a second a table would cost a quarter of a core.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.live import Live
from rich.text import Text

from wheelmatrix.events import RunFinished, Stamped, StepFinished, WheelWritten
from wheelmatrix.show.board import Board, Row, fold, remaining_s, rows_in, wheel_seconds
from wheelmatrix.show.plain import told
from wheelmatrix.show.summary import failure_lines, summary
from wheelmatrix.show.words import ASCII, UNICODE, clean, cut, plural, seconds, size

_MOST_ROWS = 12
_LEAST_ROWS = 4
_BAR = 10
_TAIL_LINES = 6
_STYLES = {"done": "green", "failed": "bold red", "running": "cyan", "skipped": "dim", "waiting": "dim"}


class Dashboard:
    """A live block on a console; nothing is drawn when nothing has changed since a second."""

    def __init__(self, console: Console, *, is_unicode: bool) -> None:
        self._console = console
        self._is_unicode = is_unicode
        self._signs = UNICODE if is_unicode else ASCII
        self._live = Live(console=console, auto_refresh=False, transient=True, vertical_overflow="ellipsis")
        self._drawn_s = -1.0
        self.board = Board()

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Take what happened; what is done scrolls up, what runs is drawn anew."""
        if not self._live.is_started:
            self._live.start()
        for stamped in events:
            self.board = fold(self.board, (stamped,))
            self._scroll(stamped)
        if self.board.end is None and (events or now_s - self._drawn_s >= 1.0):
            self._drawn_s = now_s
            self._live.update(self.block(now_s), refresh=True)

    def close(self) -> None:
        """Take the block away; the lines above it stay."""
        if self._live.is_started:
            self._live.update(Text(""))
            self._live.stop()

    def block(self, now_s: float) -> Text:
        """Return the live block as it is at `now_s`: at most 12 lines, none wider than the console."""
        width = max(20, self._console.width)
        height = max(_LEAST_ROWS, min(_MOST_ROWS, self._console.height // 3))
        return Text("\n", no_wrap=True, overflow="crop").join(
            line[: width - 1] for line in _block(self.board, now_s, width - 1, height, self._signs)
        )

    def _scroll(self, stamped: Stamped) -> None:
        match stamped.event:
            case WheelWritten() as event:
                self._print(_wheel_line(self.board, event, self._signs))
            case StepFinished(state="failed") as event:
                row = self.board.rows[event.step]
                self._print(Text(f"{self._signs['failed']} {row.title}  {row.stage} failed", style="bold red"))
                short = event.tail[-_TAIL_LINES:]
                for line in failure_lines(_with_tail(event, short), self._console.width):
                    self._print(Text(line))
            case RunFinished():
                self.close()
                self._print(Text(""))
                self._print(Text(summary(self.board, width=self._console.width, is_unicode=self._is_unicode)))
            case StepFinished():
                return
            case _:
                for text in told(self.board, stamped, self._console.width):
                    self._print(Text(text, style="dim"))

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True, highlight=False, markup=False)


def _with_tail(event: StepFinished, tail: tuple[str, ...]) -> StepFinished:
    return StepFinished(
        step=event.step,
        state=event.state,
        seconds=event.seconds,
        message=event.message,
        hint=event.hint,
        exit_code=event.exit_code,
        tail=tail,
        log=event.log,
    )


def _wheel_line(board: Board, event: WheelWritten, signs: dict[str, str]) -> Text:
    time = "unchanged" if event.unchanged else seconds(wheel_seconds(board, event))
    return Text.assemble(
        (signs["done"], "green"), f" {event.filename}   {size(event.size_bytes)}   ", (time, "dim")
    )  # fmt: skip


def _block(board: Board, now_s: float, width: int, height: int, signs: dict[str, str]) -> list[Text]:
    running, waiting = rows_in(board, "running"), _waiting(board)
    lines = [Text(signs["rule"] * width, style="dim")]
    if board.waiting_for:
        lines.append(Text(f"{signs['waiting']} {cut(clean(board.waiting_for), width - 2)}"))
    room = height - len(lines) - 1 - bool(waiting)
    column = min(max((len(row.title) for row in running), default=0), max(16, width // 3))
    shown = running if len(running) <= room else running[: max(1, room - 1)]
    lines += [_running_line(row, now_s, width, column, signs) for row in shown]
    if len(shown) < len(running):
        lines.append(Text(f"  and {len(running) - len(shown)} more at work", style="dim"))
    if waiting:
        text = f"{signs['waiting']} {len(waiting)} waiting: {', '.join(waiting)}"
        lines.append(Text(cut(text, width, "…" if signs is UNICODE else "..."), style="dim"))
    return [*lines, _totals(board, now_s, width, signs)]


def _waiting(board: Board) -> list[str]:
    """Return the titles whose first step has not begun, each once."""
    begun = {row.title for row in rows_in(board, "running", "done", "failed", "skipped")}
    return [title for title in dict.fromkeys(row.title for row in rows_in(board, "waiting")) if title not in begun]


def _running_line(row: Row, now_s: float, width: int, column: int, signs: dict[str, str]) -> Text:
    elapsed = seconds(max(0.0, now_s - row.began_s))
    expected = f"~{seconds(row.expected_s)}" if row.expected_s is not None else ""
    units = bar = ""
    if row.stage == "compile":
        units = f"{row.units_done}/{row.units_total or '?'}"
        bar = _bar(row, signs)
    head = f"{cut(row.title, column):{column}} {row.stage:8} {units:>8} {bar:{_BAR}} {elapsed:>7} {expected:8}"
    room = width - len(head) - 3
    names = _names(row, room) if room > 6 else ""
    return Text.assemble((signs["running"], _STYLES["running"]), " ", head, " ", (names, "dim"))


def _bar(row: Row, signs: dict[str, str]) -> str:
    if not row.units_total:
        return " " * _BAR
    full = min(_BAR, _BAR * row.units_done // row.units_total)
    return signs["full"] * full + signs["empty"] * (_BAR - full)


def _names(row: Row, room: int) -> str:
    """Return what is compiling now, as many names as there is room for, and how many more there are."""
    names = [name.partition(" ")[0] for name in row.compiling]
    for count in range(len(names), 0, -1):
        more = f" +{len(names) - count}" if count < len(names) else ""
        text = ", ".join(names[-count:]) + more
        if len(text) <= room:
            return text
    return cut(names[-1], room) if names else (cut(row.retried, room) if row.retried else "")


def _totals(board: Board, now_s: float, width: int, signs: dict[str, str]) -> Text:
    rule = "│" if signs is UNICODE else "|"
    parts = [f"{len(board.wheels)} of {plural(len(board.planned), 'wheel')}"]
    if failed := len(rows_in(board, "failed")):
        parts.append(f"{failed} failed")
    parts.append(f"{len(rows_in(board, 'running'))} running")
    parts.append(plural(board.jobs, "job"))
    left = remaining_s(board, now_s)
    parts.append(seconds(now_s) + (f" of ~{seconds(now_s + left)}" if left else ""))
    return Text(cut(f"  {f' {rule} '.join(parts)}", width), style="bold")
