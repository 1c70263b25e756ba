"""The live block of a release; REWRITE_EXPECTED=1 writes the expected texts anew."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.show import release_scene, scenes
from tests.show.release_scene import LEAD, QUICK, SLOW, THERE, begun, ended, planned, step_of
from tests.show.screens import is_as_expected, picture

from wheelmatrix.events import Event, StepFinished, UploadSent, UploadWaiting
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.frame import Paper, block
from wheelmatrix.show.sending import countdown, in_flight, totals
from wheelmatrix.show.words import ASCII, UNICODE, Glyphs, plain, width_of

SENT = scenes.sent()
CROWD = scenes.stamped(release_scene.crowd(40))


def at(at_s: float, *, ticks: bool = True) -> Board:
    return fold(Board(), [each for each in SENT if each.at_s <= at_s and (ticks or each.seq >= 0)])


def rows(board: Board, now_s: float, width: int = 120, room: int = 9, glyphs: Glyphs = UNICODE) -> list[str]:
    return [plain(line) for line in in_flight(board, now_s, room, width, glyphs)]


def waiting(what: str, seconds: float = 4.0) -> Board:
    events: list[tuple[float, Event]] = [(0.0, planned({SLOW: 1_000_000, LEAD: 5})), *begun(SLOW, 1.0, 1)]
    return fold(
        Board(),
        scenes.stamped([*events, (2.0, UploadWaiting(step=step_of(SLOW), what=what, seconds=seconds))]),
    )


@pytest.mark.parametrize("width", [80, 120])
def test_the_live_release_is_as_recorded(width: int) -> None:
    for at_s in (2, 8, 14, 20):
        assert is_as_expected(f"live-release-{width}-{at_s}s.txt", picture(SENT, at_s, width))


def test_the_live_release_in_ascii_is_as_recorded() -> None:
    text = picture(SENT, 14, 80, ASCII)

    assert text.isascii()
    assert is_as_expected("live-release-80-14s-ascii.txt", text)


def test_a_narrow_screen_has_shorter_rows_and_no_bar() -> None:
    assert is_as_expected("live-release-50-8s.txt", picture(SENT, 8, 50))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from((SENT, CROWD)), st.integers(0, 1700), st.integers(1, 160), st.integers(1, 60), st.booleans())
def test_a_release_fits_the_terminal_at_every_moment(
    events: tuple[scenes.Stamped, ...], cut: int, width: int, height: int, is_ascii: bool
) -> None:
    board = fold(Board(), events[:cut])

    lines = block(board, board.at_s + 0.3, Paper(width=width, height=height, glyphs=ASCII if is_ascii else UNICODE))

    assert 1 <= len(lines) <= max(1, min(12, height // 3))
    assert all(width_of("".join(text for text, _ in line)) <= width for line in lines)


def test_without_ticks_a_row_has_the_size_and_no_rate() -> None:
    first, *_ = rows(at(8, ticks=False), 8)

    assert "60.0 MB" in first
    assert "/60.0 MB" not in first
    assert "MB/s" not in first
    assert "4.2s" in first


def test_a_file_whose_bytes_are_all_out_says_so() -> None:
    assert rows(at(12.1), 12.1)[0].endswith("all sent")


def test_the_countdown_stays_in_sight_however_much_a_server_says() -> None:
    board = waiting("503 " + "very " * 300 + "busy; attempt 2 of 6")

    for width in range(30, 160, 7):
        assert rows(board, 3.0, width)[0].endswith(" in 3 s")


@pytest.mark.parametrize(
    ("what", "seconds", "now_s", "said"),
    [
        ("503 Busy; attempt 2 of 6", 4.0, 2.5, "503 Busy; attempt 2 of 6 in 4 s"),
        ("503 Busy; attempt 2 of 6 in 4 s", 4.0, 2.5, "503 Busy; attempt 2 of 6 in 4 s"),
        ("503 Busy; attempt 2 of 6", 4.0, 5.0, "503 Busy; attempt 2 of 6 in 1 s"),
        ("503 Busy; attempt 2 of 6", 4.0, 6.5, "503 Busy; attempt 2 of 6"),
        ("429 Slow down; attempt 2 of 6", 120.0, 2.0, "429 Slow down; attempt 2 of 6 in 2:00"),
        ("asking the index", 0.0, 2.5, "asking the index"),
    ],
)
def test_what_a_file_waits_for_is_told_with_the_time_left(what: str, seconds: float, now_s: float, said: str) -> None:
    upload = waiting(what, seconds).steps[step_of(SLOW)].upload

    assert upload is not None
    assert "".join(countdown(upload, now_s)) == said


def test_files_that_are_not_begun_share_a_line() -> None:
    *_, last = rows(at(2), 2)

    assert last.startswith("◦ 5 waiting: cp313-manylinux_2_17_x86_64, ")
    assert last.endswith(" +2")


def test_more_files_than_room_are_counted() -> None:
    found = rows(fold(Board(), CROWD), 9.0, 80, room=5)

    assert len(found) == 5
    assert found[-1] == "  … and 36 more on their way"


def test_rows_do_not_move_while_a_release_goes_on() -> None:
    found = {row.index("MB") for at_s in range(1, 31) for row in rows(at(at_s), at_s, 100) if row.startswith("▶")}

    assert len(found) == 1


def test_the_last_line_counts_files_and_bytes() -> None:
    assert plain(totals(at(8), 8.0, 120, UNICODE)) == (
        "  1 stored · 2 sending · 3 waiting │ 55.9 of 128.0 MB │ 11.9 MB/s │ 0:08 of ~0:17"
    )
    assert plain(totals(at(8), 8.0, 80, UNICODE)) == (
        "  1 stored · 2 sending · 3 waiting │ 55.9 of 128.0 MB │ 0:08 of ~0:17"
    )
    assert plain(totals(at(8), 8.0, 60, UNICODE)) == "  1 stored · 2 sending · 3 waiting │ 0:08 of ~0:17"
    assert plain(totals(at(8), 8.0, 40, UNICODE)) == "  1/6 stored │ 0:08 of ~0:17"


def test_bytes_of_a_failed_attempt_are_not_counted() -> None:
    before, after = (plain(totals(at(at_s), at_s, 200, UNICODE)) for at_s in (12.1, 14))

    assert "122.6 of 128.0 MB" in before
    assert "54.7 of 128.0 MB" in after


def test_files_that_were_skipped_are_told_apart_by_whether_they_were_on_their_way() -> None:
    skipped = StepFinished(step="", state="skipped", seconds=0.0, message="the run was interrupted")
    events: list[tuple[float, Event]] = [
        (0.0, planned({LEAD: 5, QUICK: 5, THERE: 5})),
        *ended(LEAD, 1.0, "same", attempts=0),
        *begun(QUICK, 1.0, 1),
        (2.0, replace(skipped, step=step_of(QUICK))),
        (2.0, replace(skipped, step=step_of(THERE))),
    ]

    text = plain(totals(fold(Board(), scenes.stamped(events)), 2.0, 120, UNICODE))
    assert text.startswith("  1 stored · 1 interrupted · 1 not sent │ 5 of 15 B")


def test_a_size_that_no_plan_told_comes_from_the_ticks() -> None:
    tick = UploadSent(step="upload:x.whl", sent_bytes=500_000, total_bytes=2_000_000)
    board = fold(Board(), scenes.stamped([*begun("x.whl", 1.0, 1), (2.0, tick)]))

    assert "0.5/2.0 MB" in rows(board, 2.0)[0]
