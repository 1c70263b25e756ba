"""Verdicts as people and programs read them."""

from wheelmatrix.model.verified import Check, Verdict
from wheelmatrix.show.verdicts import as_json, text

GOOD = Verdict(
    filename="demo.whl",
    checks=(
        Check(tier="static", state="passed", seconds=0.25),
        Check(tier="loader", state="passed"),
        Check(tier="import", state="passed", python="/opt/python3.12", seconds=1.5),
    ),
)
FOREIGN = Verdict(
    filename="demo.whl",
    checks=(
        *GOOD.checks[:2],
        Check(tier="import", state="unreachable", message="no Python here", hint="get one"),
    ),
)
BAD = Verdict(
    filename="demo.whl",
    checks=(
        *GOOD.checks[:2],
        Check(tier="import", state="failed", python="/opt/python", message="importing a failed: x\n  line\x1b[31m"),
    ),
)


def test_a_good_wheel_is_told_with_its_tier_and_every_python() -> None:
    assert text(GOOD, "static").splitlines() == [
        "demo.whl: ok, tier 3 of 4, import",
        "  static  ok        (0.2s)",
        "  loader  ok",
        "  import  ok        /opt/python3.12 (1.5s)",
    ]


def test_what_is_missing_is_told_with_how_to_get_it() -> None:
    assert text(FOREIGN, "static").splitlines()[0] == "demo.whl: ok, tier 2 of 4, loader"
    assert text(FOREIGN, "static").splitlines()[-2:] == [
        "  import  not tried no Python here",
        "            hint: get one",
    ]


def test_a_demand_that_was_not_met_refuses_the_wheel() -> None:
    first = text(FOREIGN, "import").splitlines()[0]

    assert first == "demo.whl: must not be shipped: the tier import was asked for, and loader was reached"
    assert as_json(FOREIGN, "import")["ok"] is False
    assert as_json(FOREIGN, "loader")["ok"] is True


def test_a_failure_has_all_its_lines_and_nothing_that_commands_the_terminal() -> None:
    told = text(BAD, "static")

    assert told.splitlines()[0] == "demo.whl: must not be shipped"
    assert told.splitlines()[-2:] == ["  import  FAILED    /opt/python importing a failed: x", "              line"]
    assert "\x1b" not in told


def test_json_has_every_check() -> None:
    found = as_json(BAD, "static")

    assert (found["schema"], found["wheel"], found["ok"], found["tier"]) == (1, "demo.whl", False, None)
    assert found["checks"] == [
        {"tier": "static", "state": "passed", "python": "", "message": "", "hint": "", "seconds": 0.25},
        {"tier": "loader", "state": "passed", "python": "", "message": "", "hint": "", "seconds": 0.0},
        {
            "tier": "import",
            "state": "failed",
            "python": "/opt/python",
            "message": "importing a failed: x\n  line\x1b[31m",
            "hint": "",
            "seconds": 0.0,
        },
    ]
    assert found["faults"] == ["import in /opt/python: importing a failed: x\n  line\x1b[31m"]
