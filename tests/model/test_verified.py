"""A verdict: how far a wheel was proved, and what is missing."""

from wheelmatrix.model.verified import TIERS, Check, State, Tier, Verdict


def verdict(*states: tuple[Tier, State, str]) -> Verdict:
    checks = (Check(tier=tier, state=state, python=python, seconds=0.5) for tier, state, python in states)
    return Verdict(filename="demo.whl", checks=tuple(checks))


def test_the_tier_is_the_highest_that_was_passed() -> None:
    assert verdict(("static", "passed", ""), ("loader", "passed", "")).tier == "loader"
    assert verdict(("static", "passed", ""), ("loader", "unreachable", ""), ("import", "passed", "a")).tier == "import"
    assert verdict().tier is None


def test_a_failure_leaves_no_tier() -> None:
    found = verdict(("static", "passed", ""), ("import", "passed", "a"), ("import", "failed", "b"))

    assert not found
    assert found.tier is None
    assert [check.python for check in found.failures] == ["b"]


def test_only_what_lies_above_the_tier_is_lacking() -> None:
    found = verdict(
        ("static", "passed", ""), ("loader", "unreachable", ""), ("import", "passed", "a"),
        ("import", "unreachable", "b"), ("test", "unreachable", ""),
    )  # fmt: skip

    assert found
    assert [check.tier for check in found.lacking] == ["test"]


def test_pythons_and_seconds_are_those_of_the_checks() -> None:
    found = verdict(
        ("static", "passed", ""), ("import", "passed", "a"), ("import", "passed", "b"), ("test", "passed", "a")
    )

    assert found.pythons == ("a", "b")
    assert found.seconds == 2.0


def test_tiers_ascend() -> None:
    assert TIERS == ("static", "loader", "import", "test")
