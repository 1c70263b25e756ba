import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.show import scenes
from tests.show.screens import is_as_expected, lines_at, picture

from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.frame import Paper, block
from wheelmatrix.show.scroll import scrolled
from wheelmatrix.show.words import ASCII, UNICODE, plain, width_of

RUNS = {name: scenes.read(name) for name in ("mixed", "abi3", "crashed", "hostile", "matrix", "release")}
RUNS["sent"] = scenes.sent()


@pytest.mark.parametrize("width", [80, 120])
def test_the_live_screen_is_as_recorded(width: int) -> None:
    for at_s in (20, 51, 58):
        assert is_as_expected(f"live-{width}-{at_s}s.txt", picture(RUNS["mixed"], at_s, width))


def test_the_live_screen_in_ascii_is_as_recorded() -> None:
    text = picture(RUNS["mixed"], 58, 80, ASCII)

    assert text.isascii()
    assert is_as_expected("live-80-58s-ascii.txt", text)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(RUNS)),
    st.integers(0, 1000),
    st.integers(1, 160),
    st.integers(1, 60),
    st.sampled_from((UNICODE, ASCII)),
)
def test_the_block_fits_the_terminal_at_every_moment(
    name: str, cut: int, width: int, height: int, glyphs: object
) -> None:
    events = RUNS[name][:cut]
    paper = Paper(width=width, height=height, glyphs=glyphs)  # type: ignore[arg-type]
    now_s = events[-1].at_s if events else 0.0

    lines = block(fold(Board(), events), now_s + 0.3, paper)

    assert 1 <= len(lines) <= max(1, min(12, height // 3))
    assert all(width_of("".join(text for text, _ in line)) <= width for line in lines)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(RUNS)), st.integers(24, 160))
def test_only_a_path_is_wider_than_the_terminal(name: str, width: int) -> None:
    paper, board = Paper(width=width, height=40, glyphs=UNICODE), Board()
    for stamped in RUNS[name]:
        board = fold(board, (stamped,))
        for line in scrolled(board, stamped, paper):
            assert width_of(plain(line)) <= width or plain(line).startswith("    log: ")


def test_no_control_character_reaches_the_terminal() -> None:
    for at_s in (0.25, 0.55, 0.75, 0.9):
        for line in lines_at(RUNS["hostile"], at_s, Paper(width=80, height=36, glyphs=UNICODE)):
            assert plain(line).isprintable()


def test_more_rows_than_room_are_counted() -> None:
    events = [each for each in scenes.crowd(40) if each.at_s <= 10.0]
    lines = [plain(line) for line in block(fold(Board(), events), 10.0, Paper(width=80, height=60, glyphs=UNICODE))]

    assert len(lines) == 12
    assert "… and 31 more running" in lines[-2]
    assert "40 running" in lines[-1]


def test_columns_do_not_move_while_a_run_goes_on() -> None:
    paper = Paper(width=100, height=36, glyphs=UNICODE)
    columns = set()
    for at_s in range(1, 64):
        board = fold(Board(), [each for each in RUNS["mixed"] if each.at_s <= at_s])
        texts = [plain(line) for line in block(board, at_s, paper)]
        columns |= {text.index("compile") for text in texts if text.startswith(UNICODE.running) and "compile" in text}

    assert len(columns) == 1


def test_a_terminal_of_three_rows_has_the_totals() -> None:
    lines = block(fold(Board(), RUNS["crashed"]), 51.0, Paper(width=80, height=3, glyphs=UNICODE))

    assert [plain(line).strip().partition(" │")[0] for line in lines] == ["3 done · 2 running · 2 waiting"]


def test_what_the_run_waits_for_is_told() -> None:
    lines = block(fold(Board(), RUNS["abi3"][:2]), 1.0, Paper(width=80, height=36, glyphs=UNICODE))

    assert any("another build of this project" in plain(line) for line in lines)
