"""What earlier runs took is remembered, and never stands in the way."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.run.history import History

SECONDS = st.floats(0, 1e6, allow_nan=False)


def test_what_was_recorded_is_expected_by_the_next_run(tmp_path):
    first = History.load(tmp_path / "deep" / "history.json")
    first.record("compile:cp312", 12.5)
    first.save()

    second = History.load(tmp_path / "deep" / "history.json")

    assert (second.expected("compile:cp312"), second.expected("compile:cp313")) == (12.5, None)


def test_the_newest_run_counts_most(tmp_path):
    history = History.load(tmp_path / "none")
    for seconds in (100.0, 100.0, 10.0, 10.0, 10.0):
        history.record("x", seconds)

    assert 10 < history.expected("x") < 25


@given(st.lists(SECONDS, min_size=1))
def test_the_expectation_lies_between_the_extremes(tmp_path_factory, seconds):
    history = History.load(tmp_path_factory.getbasetemp() / "none")
    for each in seconds:
        history.record("x", each)

    assert min(seconds) * 0.999 <= history.expected("x") <= max(seconds) * 1.001


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema": 2, "seconds": {"x": 1}}',
        '{"schema": 1}',
        '{"schema": 1, "seconds": [1]}',
        '{"schema": 1, "seconds": {"x": "long"}}',
        '{"schema": 1, "seconds": {"x": NaN}}',
        '{"schema": 1, "seconds": {"x": -1}}',
        "\x00\xff",
    ],
)
def test_a_history_that_cannot_be_understood_is_empty(text, tmp_path):
    path = tmp_path / "history.json"
    path.write_text(text, encoding="latin-1")

    history = History.load(path)
    history.record("y", 1)
    history.save()

    assert (history.expected("x"), json.loads(path.read_text())["seconds"]) == (None, {"y": 1})


def test_what_was_not_seen_for_longest_is_forgotten_first(tmp_path):
    history = History.load(tmp_path / "history.json")
    for number in range(5001):
        history.record(f"step {number}", 1)
    history.record("step 0", 1)
    history.save()

    kept = History.load(tmp_path / "history.json")

    assert (kept.expected("step 0"), kept.expected("step 1"), kept.expected("step 2")) == (1, None, 1)


def test_a_place_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").touch()
    history = History.load(tmp_path / "file" / "history.json")
    history.record("x", 1)

    history.save()

    assert history.expected("x") == 1
