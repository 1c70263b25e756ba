import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.show import scenes
from tests.show.screens import is_as_expected

from wheelmatrix.events import RunPlanned, Stamped, StepFinished, WheelVerified, WheelWritten
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.markdown import markdown
from wheelmatrix.show.summary import as_json, failures, summary
from wheelmatrix.show.words import UNICODE, width_of

RUNS = {name: scenes.read(name) for name in ("mixed", "abi3", "crashed", "hostile", "matrix", "release")}


def changed_wheels(events: tuple[Stamped, ...], **fields: object) -> Board:
    changed = (
        replace(each, event=replace(each.event, **fields)) if isinstance(each.event, WheelWritten) else each  # type: ignore[arg-type]
        for each in events
    )
    return fold(Board(), changed)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", sorted(RUNS))
def test_the_summary_is_as_recorded(name: str, width: int) -> None:
    assert is_as_expected(f"summary-{width}-{name}.txt", summary(fold(Board(), RUNS[name]), width=width) + "\n")


def test_the_summary_in_ascii_is_ascii() -> None:
    for events in RUNS.values():
        assert summary(fold(Board(), events), is_unicode=False).isascii()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(RUNS)), st.integers(0, 1000), st.integers(24, 160))
def test_any_beginning_of_a_journal_has_a_summary_that_fits(name: str, cut: int, width: int) -> None:
    board = fold(Board(), RUNS[name][:cut])

    for line in summary(board, width=width).splitlines():
        assert width_of(line) <= width or line.startswith("    log: ")
    assert markdown(board).endswith("\n")
    json.dumps(as_json(board))


def test_the_last_line_says_what_to_do_next() -> None:
    assert summary(fold(Board(), RUNS["mixed"])).splitlines()[-1] == "fix it, then: wheelmatrix build --resume 7f3a"


def test_a_crashed_run_is_called_that_and_can_be_resumed() -> None:
    *_, state, advice = summary(fold(Board(), RUNS["crashed"])).splitlines()

    assert "the run did not end" in state
    assert advice == "wheelmatrix build --resume 7f3a"


def test_a_run_without_failures_has_none_to_tell() -> None:
    assert failures(fold(Board(), RUNS["abi3"]), UNICODE, width=80) == ()


@pytest.mark.parametrize(
    ("floor", "image"),
    [("glibc 2.34", "manylinux_2_28 "), ("glibc 2.28", "manylinux2014 "), ("glibc 2.17", ""), ("macOS 11.0", "")],
)
def test_an_image_that_would_lower_the_floor_is_named(floor: str, image: str) -> None:
    text = summary(changed_wheels(RUNS["mixed"], floor=floor), width=None)

    assert f"wheels need {floor}, because of" in text
    assert ("to lower it" in text) is bool(image)
    assert image in text


def test_a_target_that_has_a_floor_is_not_told_to_ask_for_one() -> None:
    events = tuple(
        replace(each, event=replace(each.event, targets=("x86_64-unknown-linux-gnu.2.34",) * 7))
        if isinstance(each.event, RunPlanned)
        else each
        for each in RUNS["mixed"]
    )

    assert "--target" not in summary(fold(Board(), events), width=None)


def proved(**fields: object) -> Board:
    facts = {"wheel": "cp39-linux_x86_64", "tier": "import", "pythons": ("/p/3.9",), "seconds": 0.5, "message": ""}
    other = {**facts, "wheel": "cp310-linux_x86_64", "tier": "loader", "pythons": (), **fields}
    return fold(
        fold(Board(), RUNS["mixed"]),
        (
            Stamped(seq=0, at_s=64.0, wall_s=0.0, event=WheelVerified(**facts)),  # type: ignore[arg-type]
            Stamped(seq=1, at_s=64.0, wall_s=0.0, event=WheelVerified(**other)),  # type: ignore[arg-type]
        ),
    )


def test_a_run_that_verified_has_a_column_for_it() -> None:
    (heads,) = (line for line in summary(proved(), width=160).splitlines() if "sha256" in line)

    assert heads.split() == ["wheel", "size", "tag", "floor", "proof", "time", "sha256"]
    assert "| Proof |" in markdown(proved())
    assert "proof" not in summary(fold(Board(), RUNS["mixed"]), width=160)
    assert "Proof" not in markdown(fold(Board(), RUNS["mixed"]))


def test_what_is_missing_for_a_higher_tier_is_told_once_for_all_wheels_that_lack_it() -> None:
    told = summary(proved(message="import: no Python here (get one)\ntest: no"), width=None)

    assert "cp310-linux_x86_64: verified up to loader; import: no Python here (get one); test: no" in told
    assert "verified up to import" not in told


def test_json_has_the_tier_of_each_wheel() -> None:
    wheels = {each["id"]: each["verified"] for each in as_json(proved(message="a\nb"))["wheels"]}  # type: ignore[attr-defined]

    assert wheels["cp39-linux_x86_64"] == {"tier": "import", "pythons": ["/p/3.9"], "lacking": []}
    assert wheels["cp310-linux_x86_64"] == {"tier": "loader", "pythons": [], "lacking": ["a", "b"]}
    assert wheels["cp311-linux_x86_64"] is None


def test_a_pipe_in_a_name_ends_no_column_of_the_step_summary() -> None:
    row = next(
        line for line in markdown(changed_wheels(RUNS["abi3"], filename="a|b`c.whl")).splitlines() if "a\\|b" in line
    )

    assert row.startswith("| `` a\\|b`c.whl `` | ")


@pytest.mark.parametrize(("state", "is_told"), [("done", True), ("failed", False), ("skipped", False)])
def test_that_two_builds_are_the_same_is_told_where_it_was_proved(state: str, is_told: bool) -> None:
    at = {"at_s": 1.0, "wall_s": 1.0}
    ended = StepFinished(step="reproduce", state=state, seconds=1.0, message="x")
    board = fold(fold(Board(), RUNS["abi3"]), [Stamped(seq=999, event=ended, **at)])

    assert ("built twice, in two places: every wheel is the same" in summary(board)) is is_told
