"""What the checks of a wheel come to."""

from typing import Any

import pytest

from wheelmatrix.audit.loader import Simulation
from wheelmatrix.audit.wheel import WheelReport
from wheelmatrix.model.verified import Check, State, Tier, Verdict
from wheelmatrix.verify.verdict import audited, demanded, issues, notes, simulated, too_low


def verdict(*checks: tuple[Tier, State], message: str = "why", hint: str = "") -> Verdict:
    made = tuple(Check(tier=tier, state=state, message=message, hint=hint) for tier, state in checks)
    return Verdict(filename="demo.whl", checks=made)


STATIC: tuple[Tier, State] = ("static", "passed")
LOADER: tuple[Tier, State] = ("loader", "passed")


def test_the_audit_is_the_first_tier_with_every_problem_on_a_line() -> None:
    report = WheelReport(filename="demo.whl", problems=("one", "two"), warnings=("three",), reports=())

    assert audited(report) == Check(tier="static", state="failed", message="one\ntwo")
    assert audited(WheelReport(filename="demo.whl", problems=(), warnings=(), reports=())).state == "passed"


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "passed"),
        ({"problems": ("lost",)}, "failed"),
        ({"problems": ("lost",), "unread": ("a.pyd (PE)",)}, "failed"),
        ({"unread": ("a.pyd (PE)",)}, "unreachable"),
    ],
)
def test_the_simulation_is_the_second(changed: dict[str, Any], state: State) -> None:
    found = simulated(Simulation(**{"problems": (), "unread": (), "symbols": 1, **changed}))

    assert (found.tier, found.state) == ("loader", state)
    assert all(text in found.message for text in (changed.get("problems") or changed.get("unread", ())))


@pytest.mark.parametrize(
    ("level", "tier"), [("off", None), ("static", "static"), ("import", "import"), ("test", "test")]
)
def test_the_option_names_the_lowest_tier(level: str, tier: Tier | None) -> None:
    assert demanded(level) == tier


def test_what_failed_is_a_reason_whatever_was_demanded() -> None:
    found = issues(verdict(STATIC, LOADER, ("import", "failed"), hint="mend it"), "static")

    assert [(each.message, each.hint, each.where) for each in found] == [("import: why", "mend it", "demo.whl")]


@pytest.mark.parametrize("lowest", ["static", "loader"])
def test_what_could_not_be_tried_is_none_below_the_demand(lowest: Tier) -> None:
    assert issues(verdict(STATIC, LOADER, ("import", "unreachable")), lowest) == ()


def test_what_was_demanded_and_could_not_be_tried_is_one() -> None:
    found = issues(verdict(STATIC, LOADER, ("import", "unreachable"), ("test", "unreachable")), "import")

    assert [each.message for each in found] == ["the tier import was asked for, and loader was reached: import: why"]


def test_a_tier_that_nobody_tried_is_not_reached() -> None:
    found = issues(verdict(STATIC, LOADER), "test")

    assert [each.message for each in found] == ["the tier test was asked for, and loader was reached"]
    assert too_low(verdict(STATIC, LOADER), "loader") == ""
    assert too_low(verdict(("static", "failed")), "test") == ""


def test_a_higher_tier_stands_for_a_lower_one_that_could_not_be_tried() -> None:
    proved = verdict(STATIC, ("loader", "unreachable"), ("import", "passed"))

    assert issues(proved, "loader") == ()
    assert list(notes(proved)) == []


def test_notes_say_what_is_missing_for_the_next_tier_with_the_hint_behind() -> None:
    found = verdict(STATIC, LOADER, ("import", "unreachable"), hint="get it")

    assert list(notes(found)) == ["import: why (get it)"]


def test_a_python_is_named_where_there_is_one() -> None:
    check = Check(tier="import", state="failed", python="/opt/python", message="no")

    assert issues(Verdict(filename="demo.whl", checks=(check,)), "static")[0].message == "import in /opt/python: no"
