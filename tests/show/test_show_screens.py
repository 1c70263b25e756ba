"""Every screen, from the recorded runs; REWRITE_EXPECTED=1 writes the expected texts anew."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from tests.show import scenes
from tests.show.screens import Stream, is_as_expected, shown

from wheelmatrix.events import RunStarted, Stamped, StepStarted, from_record
from wheelmatrix.show.choice import Silent, choose
from wheelmatrix.show.color import has_color
from wheelmatrix.show.dashboard import Dashboard
from wheelmatrix.show.failure import tail
from wheelmatrix.show.github import GitHub, step_summary
from wheelmatrix.show.jsonl import JsonLines
from wheelmatrix.show.left import folded
from wheelmatrix.show.plain import Plain
from wheelmatrix.show.replay import replay
from wheelmatrix.show.words import ASCII, UNICODE

RUNS = {name: scenes.read(name) for name in ("mixed", "abi3", "crashed", "hostile", "matrix", "release")}
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")


def text_of(
    kind: str, events: tuple[Stamped, ...], *, encoding: str = "utf-8", quiet: bool = False, **environ: str
) -> str:
    stream = Stream(encoding)
    shown(choose(kind, environ, is_terminal=False, out=stream, err=stream, quiet=quiet), events)
    return stream.getvalue()


def live(events: tuple[Stamped, ...], *, width: int = 80) -> tuple[str, Dashboard]:
    stream = Stream()
    screen = choose("live", {"NO_COLOR": "1"}, is_terminal=True, out=stream, err=stream, width=width, height=36)
    assert isinstance(screen, Dashboard)
    shown(screen, events)
    return stream.getvalue(), screen


@pytest.mark.parametrize("kind", ["plain", "github", "json"])
@pytest.mark.parametrize("name", sorted(RUNS))
def test_a_run_is_told_as_recorded(kind: str, name: str) -> None:
    if kind == "json":
        assert text_of(kind, RUNS[name]) == (scenes.RUNS / f"{name}.jsonl").read_text()
    else:
        assert is_as_expected(f"{kind}-{name}.txt", text_of(kind, RUNS[name]))


@pytest.mark.parametrize("kind", ["plain", "github"])
def test_a_stream_that_is_not_utf8_gets_ascii(kind: str) -> None:
    for name in RUNS:
        assert text_of(kind, RUNS[name], encoding="latin-1").isascii()


@pytest.mark.parametrize("kind", ["plain", "github"])
@pytest.mark.parametrize("quiet", [False, True])
def test_nothing_that_a_terminal_obeys_is_written(kind: str, quiet: bool) -> None:
    assert not _CONTROL.search(text_of(kind, RUNS["hostile"], quiet=quiet))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(RUNS)), st.integers(0, 1000), st.sampled_from(("plain", "github", "json", "none")))
def test_any_beginning_of_a_journal_can_be_shown(name: str, cut: int, kind: str) -> None:
    text_of(kind, RUNS[name][:cut])


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(sorted(RUNS)), st.integers(0, 1000))
def test_any_beginning_of_a_journal_can_be_shown_live(name: str, cut: int) -> None:
    live(RUNS[name][:cut])


def test_a_quiet_screen_tells_failures_only() -> None:
    text = text_of("plain", RUNS["mixed"], quiet=True)

    assert "cp312-linux_x86_64  compile failed" in text
    assert "written" not in text
    assert text_of("plain", RUNS["abi3"], quiet=True) == ""


def test_silence_for_half_a_minute_is_broken() -> None:
    beats = [line for line in text_of("plain", RUNS["mixed"]).splitlines() if "running (" in line]

    assert len(beats) == 1


def test_a_command_to_the_runner_is_only_ever_ours() -> None:
    commands = [line for line in text_of("github", RUNS["hostile"]).splitlines() if line.lstrip().startswith("::")]

    assert [command.split("::")[1].split(" ")[0] for command in commands] == ["warning", "error", "group", "endgroup"]
    assert "##[" not in text_of("github", RUNS["hostile"])


@pytest.mark.parametrize("quiet", [False, True])
def test_a_message_cannot_command_the_runner_after_blanks(quiet: bool) -> None:
    events = [
        replace(each, event=replace(each.event, message="first\n  ::stop-commands::x", hint="::error::y", tail=()))
        if getattr(each.event, "state", "") == "failed"
        else each
        for each in RUNS["hostile"]
    ]
    text = text_of("github", tuple(events), quiet=quiet)

    assert not re.search(r"^\s*::(stop-commands|error::y)", text, re.MULTILINE)


def test_annotations_escape_what_the_runner_would_split_at() -> None:
    assert "::error file=src/a%2Cb%3Ac.rs,line=7::error: 100%25 wrong,%0Asee: here\n" in text_of(
        "github", RUNS["hostile"]
    )


def test_the_step_summary_is_as_recorded() -> None:
    for name, events in RUNS.items():
        screen = GitHub(Stream(), glyphs=UNICODE)
        shown(screen, events)

        assert is_as_expected(f"step-summary-{name}.md", step_summary(screen.board))


def test_json_lines_are_records_that_can_be_read_back() -> None:
    stream = Stream()
    shown(JsonLines(stream), RUNS["hostile"])

    assert tuple(from_record(json.loads(line)) for line in stream.getvalue().splitlines()) == RUNS["hostile"]


def test_the_live_screen_leaves_ordinary_lines_behind() -> None:
    text, _ = live(RUNS["mixed"])

    assert "\x1b[?1049h" not in text  # the alternate screen
    assert text.count("✔ cp39-linux_x86_64 ") == 2  # scrolled up once, in the table once: never drawn again
    assert text.rstrip().endswith("wheelmatrix build --resume 7f3a")
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l")  # the cursor is there


def test_the_block_below_what_scrolled_up_is_the_new_one() -> None:
    stream = Stream()
    screen = Dashboard(Console(file=stream, force_terminal=True, width=80, height=36, _environ={}), is_unicode=True)
    screen.show([each for each in RUNS["abi3"] if each.at_s <= 0.1], 1.0)
    before = len(stream.getvalue())
    screen.show([each for each in RUNS["abi3"] if 0.1 < each.at_s <= 2.2], 7.0)  # the wait is over, the plan is made

    last_frame = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue()[before:]).rpartition("─" * 80)[2]
    assert "1 waiting" in last_frame
    assert "0:07" in last_frame
    assert "another build" not in last_frame
    screen.close()


def test_nothing_is_drawn_when_nothing_happened() -> None:
    stream = Stream()
    screen = Dashboard(Console(file=stream, force_terminal=True, width=80, height=36, _environ={}), is_unicode=True)
    screen.show(scenes.crowd(3)[:5], 1.0)
    drawn = len(stream.getvalue())
    for tick in range(3):
        screen.show((), 1.25 + tick / 4)
    still = len(stream.getvalue())
    screen.show((), 2.0)

    assert drawn == still < len(stream.getvalue())
    screen.close()


def test_frames_come_at_most_four_times_a_second() -> None:
    stream = Stream()
    screen = Dashboard(Console(file=stream, force_terminal=True, width=80, height=36, _environ={}), is_unicode=True)
    events = [each for each in scenes.crowd(3) if isinstance(each.event, RunStarted | StepStarted)]
    screen.show(events[:1], 1.0)
    drawn = len(stream.getvalue())
    screen.show(events[1:2], 1.05)

    assert len(stream.getvalue()) == drawn
    screen.show((), 1.3)
    assert len(stream.getvalue()) > drawn
    screen.close()


@pytest.mark.parametrize(
    ("progress", "environ", "is_terminal", "kind"),
    [
        ("auto", {}, True, Dashboard),
        ("auto", {}, False, Plain),
        ("auto", {"TERM": "dumb"}, True, Plain),
        ("auto", {"GITHUB_ACTIONS": "true"}, True, GitHub),
        ("auto", {"GITHUB_ACTIONS": "false"}, False, Plain),
        ("auto", {"TTY_INTERACTIVE": "0"}, True, Plain),
        ("live", {}, False, Dashboard),
        ("live", {"TERM": "dumb"}, True, Plain),
        ("plain", {}, True, Plain),
        ("github", {}, True, GitHub),
        ("json", {}, True, JsonLines),
        ("none", {}, True, Silent),
    ],
)
def test_the_screen_is_chosen_by_what_was_asked_and_where(
    progress: str, environ: dict[str, str], is_terminal: bool, kind: type
) -> None:
    assert type(choose(progress, environ, is_terminal=is_terminal, out=Stream(), err=Stream())) is kind


@pytest.mark.parametrize(
    ("environ", "is_terminal", "colored"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours_follow_the_variables(environ: dict[str, str], is_terminal: bool, colored: bool) -> None:
    assert has_color(environ, is_terminal=is_terminal) is colored


def test_colour_changes_nothing_but_colour() -> None:
    colored = text_of("plain", RUNS["mixed"], FORCE_COLOR="1")

    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text_of("plain", RUNS["mixed"])


def test_replay_sleeps_as_long_as_the_run_took() -> None:
    for speed in (0.5, 1.0, 10.0):
        slept: list[float] = []
        replay(RUNS["abi3"], Silent(), slept.append, speed)

        assert abs(sum(slept) * speed - RUNS["abi3"][-1].at_s) <= 0.25 * speed
        assert set(slept) == {0.25}


def test_replay_shows_every_event_once_and_in_order() -> None:
    for speed in (0.0, 1.0, 100.0):
        stream = Stream()
        replay(RUNS["mixed"], JsonLines(stream), lambda seconds: None, speed)

        assert stream.getvalue() == (scenes.RUNS / "mixed.jsonl").read_text()


def test_replay_refuses_to_go_back() -> None:
    with pytest.raises(ValueError, match="a speed of -1"):
        replay((), Silent(), lambda seconds: None, -1.0)


def test_cells_left_out_are_folded_by_reason() -> None:
    left = [f"cp{n}-a: too old" for n in range(30, 40)] + ["pp311-a: not enabled"]

    assert list(folded(left, ASCII, width=None, most=1)) == [
        "- left out: cp30-a, cp31-a, cp32-a, cp33-a +6: too old",
        "- left out: 1 more; wheelmatrix plan --explain names each",
    ]


def test_blank_lines_at_the_end_of_a_log_are_no_tail() -> None:
    assert tail(("a", "b", "", "\x1b[0m"), 1) == ("b",)
