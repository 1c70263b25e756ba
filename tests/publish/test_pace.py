"""How many at once, and how long to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.publish.answer import Answer, Lost, Result
from wheelmatrix.publish.pace import Pace, backoff_s


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_wait_is_never_longer_than_half_a_minute(tries: int, share: float) -> None:
    assert 0 <= backoff_s(tries, share) <= 30


def test_waits_may_double_from_try_to_try() -> None:
    assert [backoff_s(tries, 1.0) for tries in range(1, 7)] == [2, 4, 8, 16, 30, 30]


def test_three_failures_in_a_row_leave_one_place_until_something_succeeds() -> None:
    pace = Pace(most=8)
    limits = []
    for _ in range(3):
        pace.failed()
        limits.append(pace.limit)
    pace.succeeded()

    assert limits == [8, 8, 1]
    assert pace.limit == 8


def test_a_success_between_failures_keeps_the_circuit_closed() -> None:
    pace = Pace(most=4)
    for _ in range(5):
        pace.failed()
        pace.failed()
        pace.succeeded()

    assert not pace.is_broken


def test_too_many_requests_halve_the_places_and_successes_bring_them_back() -> None:
    pace = Pace(most=8)
    pace.slowed()
    pace.slowed()
    slowed = pace.limit
    for _ in range(20):
        pace.succeeded()

    assert slowed == 2
    assert pace.limit == 8


def test_there_is_always_one_place() -> None:
    pace = Pace(most=1)
    pace.slowed()
    for _ in range(9):
        pace.failed()

    assert pace.limit == 1


@pytest.mark.parametrize(
    ("result", "limits"),
    [
        (Answer(status=200, text=""), [8, 8, 8]),
        (Answer(status=503, text=""), [8, 8, 1]),
        (Lost(when="send", text=""), [8, 8, 1]),
        (Answer(status=429, text=""), [4, 2, 1]),
        (Answer(status=400, text=""), [8, 8, 8]),
    ],
)
def test_what_came_of_an_attempt_sets_the_pace(result: Result, limits: list[int]) -> None:
    pace, found = Pace(most=8), []
    for _ in range(3):
        pace.took(result)
        found.append(pace.limit)

    assert found == limits
