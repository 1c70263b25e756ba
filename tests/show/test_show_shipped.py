import json
import re
from dataclasses import replace

import pytest
from tests.show import scenes
from tests.show.release_scene import LEAD, REFUSED, SDIST, SLOW, URL, begun, digest_of, ended, planned, step_of
from tests.show.screens import Stream, is_as_expected, shown

from wheelmatrix.events import (
    Event,
    ReleasePlanned,
    RunFinished,
    Stamped,
    StepFinished,
    UploadEnded,
    UploadSent,
    UploadWaiting,
    Warned,
    from_record,
)
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.choice import choose
from wheelmatrix.show.files import missing, outcome, standing, tally, uploads
from wheelmatrix.show.jsonl import JsonLines
from wheelmatrix.show.markdown import markdown
from wheelmatrix.show.shipped import as_json, came_to, lacking, resume, table
from wheelmatrix.show.summary import as_json as summary_json
from wheelmatrix.show.summary import summary
from wheelmatrix.show.table import aligned, width_of_row, widths_of
from wheelmatrix.show.words import ASCII, UNICODE, plain, width_of

RELEASE = scenes.read("release")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
_EVIL = "\x1b]0;owned\x07\x1b[2J500 \x9b31m\u202egnihton\n::error::not ours\r\n ##[command]x " + "very long " * 2000


def crashed(at_s: float) -> Board:
    return fold(Board(), [each for each in RELEASE if each.at_s <= at_s])


def hostile() -> tuple[Stamped, ...]:
    """The release, with a server that tries to command the terminal and the CI, and never stops talking."""
    found: list[Stamped] = []
    for each in scenes.sent():
        event: Event = each.event
        match event:
            case UploadWaiting():
                event = replace(event, what=_EVIL)
            case UploadEnded(state="rejected" | "confirmed") | Warned():
                event = replace(event, message=_EVIL)
            case StepFinished(state="failed"):
                event = replace(event, message=f"rejected: {_EVIL}", hint=_EVIL)
            case ReleasePlanned():
                event = replace(event, repository=f"https://index.example/\x1b[1m{URL}", deadline="\x1b[2Jsoon")
            case _:
                event = each.event
        found.append(replace(each, event=event))
    return tuple(found)


def text_of(kind: str, events: tuple[Stamped, ...], encoding: str = "utf-8") -> str:
    stream = Stream(encoding)
    shown(choose(kind, {}, is_terminal=False, out=stream, err=stream), events)
    return stream.getvalue()


def test_the_summary_of_a_release_as_json_is_as_recorded() -> None:
    text = json.dumps(summary_json(fold(Board(), RELEASE)), indent=2) + "\n"

    assert is_as_expected("summary-release.json", text)


def test_a_build_has_no_keys_of_a_release() -> None:
    assert not {"repository", "files"} & summary_json(fold(Board(), scenes.read("mixed"))).keys()


def test_the_files_of_a_release_that_broke_off_say_where_they_stand() -> None:
    files = as_json(crashed(13.9))["files"]

    assert isinstance(files, list)
    assert [each["state"] for each in files] == ["stored", "retrying", "confirmed", "same", "rejected", "not-sent"]
    assert [each["attempts"] for each in files] == [1, 1, 1, 0, 1, 0]
    assert files[5]["message"] == f"it needs {step_of(REFUSED)}"


def test_a_release_that_broke_off_can_be_resumed() -> None:
    *_, state, advice = summary(crashed(8.0), width=None).splitlines()

    assert state.startswith("1 of 6 files is on the index, 2 sending, 3 waiting, the run did not end; ")
    assert advice == "wheelmatrix upload --resume demo-1.0"
    assert markdown(crashed(8.0)).endswith(f"- `{SDIST}`\n\nThe index takes files for this release until "
                                           "2026-12-11 09:30 UTC.\n\n- Warning: demo-1.0.tar.gz has no licence file\n"
                                           "\nNext: wheelmatrix upload --resume demo-1.0\n")  # fmt: skip
    assert resume(Board()) == ""


def test_a_release_that_is_whole_lacks_nothing() -> None:
    board = fold(Board(), scenes.stamped([
        (0.0, planned({LEAD: 5}, deadline="2026-12-11")), *begun(LEAD, 1.0, 1), *ended(LEAD, 2.0, "stored"),
        (2.0, StepFinished(step=step_of(LEAD), state="done", seconds=1.0)),
        (2.0, RunFinished(exit_code=0, seconds=2.0, advice="next: pip install demo")),
    ]))  # fmt: skip

    assert missing(board) == ()
    assert list(lacking(board, UNICODE, 80)) == []
    assert came_to(board) == ["1 of 1 file is on the index"]
    assert summary(board).splitlines()[-2:] == ["1 of 1 file is on the index in 2.0s", "next: pip install demo"]


def test_an_end_that_no_step_end_follows_counts_all_the_same() -> None:
    events = [(0.0, planned({LEAD: 5, SLOW: 6})), *begun(LEAD, 1.0, 1), *begun(SLOW, 1.0, 1)]
    board = fold(
        Board(), scenes.stamped([*events, *ended(LEAD, 2.0, "stored"), *ended(SLOW, 2.0, "gave-up", attempts=6)])
    )

    assert [(standing(*each), outcome(*each)) for each in uploads(board)] == [
        ("stored", "stored"),
        ("failed", "gave up"),
    ]
    assert [plain(line)[:1] for line in table(board, ASCII, 80)] == [" ", "+", "x"]
    assert tally(board, 3.0).there_bytes == 5


def test_a_file_that_the_index_replaced_after_all_is_no_longer_there() -> None:
    events: list[tuple[float, Event]] = [
        (0.0, planned({LEAD: 5})), *begun(LEAD, 1.0, 1), *ended(LEAD, 2.0, "stored"),
        (2.0, StepFinished(step=step_of(LEAD), state="done", seconds=1.0)), *ended(LEAD, 3.0, "conflict"),
    ]  # fmt: skip

    assert missing(fold(Board(), scenes.stamped(events))) == (LEAD,)


@pytest.mark.parametrize("width", [24, 40, 60, 80, 100, 140, None])
def test_the_table_of_files_fits_and_keeps_names_and_states(width: int | None) -> None:
    text = [plain(line) for line in table(fold(Board(), RELEASE), UNICODE, width)]

    assert all(width is None or width_of(line) <= width for line in text)
    assert len(text) == 7
    assert width == 24 or "rejected" in text[5]
    assert (width is None or width > 60) == ("sha256" in text[0])


@pytest.mark.parametrize("kind", ["plain", "github", "live"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_server_commands_neither_terminal_nor_runner(kind: str, encoding: str) -> None:
    text = text_of(kind, hostile(), encoding)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "") if kind == "live" else text
    commands = [line.strip() for line in text.splitlines() if line.lstrip().startswith("::")]

    assert not _CONTROL.search(text)
    assert "owned" not in text
    assert kind == "live" or max(map(len, text.splitlines())) < 2500
    if kind == "github":
        assert "##[" not in text
        assert [each.split("::")[1].split(" ")[0] for each in commands] == ["warning", "error", "group", "endgroup"]


def test_a_server_breaks_neither_the_summary_nor_its_markdown() -> None:
    board = fold(Board(), hostile())

    for width in (40, 80, 120, None):
        text = summary(board, width=width)
        assert not _CONTROL.search(text)
        assert all(width_of(line) <= (width or 2500) for line in text.splitlines())
    assert not _CONTROL.search(markdown(board))
    assert max(map(len, markdown(board).splitlines())) < 4500  # every sign may be escaped
    assert len(json.dumps(summary_json(board))) < 40_000


def test_json_lines_have_a_tick_of_each_file_a_second_and_the_last_one() -> None:
    stream = Stream()
    shown(JsonLines(stream), scenes.sent())
    found = [stamped for line in stream.getvalue().splitlines() if (stamped := from_record(json.loads(line)))]
    ticks = [each for each in found if isinstance(each.event, UploadSent)]
    mine = [each.at_s for each in ticks if isinstance(each.event, UploadSent) and each.event.step == step_of(LEAD)]

    assert [each for each in found if each.seq >= 0] == list(RELEASE)
    assert {each.seq for each in ticks} == {-1}
    assert mine == pytest.approx([0.85, 1.85, 2.85, 3.1])


def test_the_digest_of_a_file_is_whole_in_json() -> None:
    files = as_json(fold(Board(), RELEASE))["files"]

    assert isinstance(files, list)
    assert (files[0]["sha256"], files[0]["path"]) == (digest_of(LEAD), f"dist/{LEAD}")


def test_columns_of_a_table_stand_below_their_heads() -> None:
    heads, rows = ("name", "size"), (("模", "1"), ("abcdef", "12345"))
    widths = widths_of(heads, rows)

    assert (widths, width_of_row(widths)) == ([6, 5], 15)
    assert [aligned(row, heads, widths, frozenset({"size"})) for row in (heads, *rows)] == [
        "name     size",
        "模          1",
        "abcdef  12345",
    ]
