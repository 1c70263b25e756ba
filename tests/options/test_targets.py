"""Targets in the configuration: names, and tables that say more of one of them."""

from typing import Any

import pytest

from wheelmatrix.options import AskedTarget, BuildOptions, Facts, Notes, options_of
from wheelmatrix.options.targets import TARGETS

FACTS = Facts(help="x", key="targets")
LINUX, ARM = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"


def toml(found: object) -> tuple[Any, list[str]]:
    notes = Notes()
    return TARGETS.from_toml(found, FACTS, "targets", notes), [str(issue) for issue in notes.issues]


def test_the_option_is_read_so() -> None:
    assert next(option for option in options_of(BuildOptions) if option.name == "targets").kind is TARGETS


def test_a_variable_has_names_alone() -> None:
    assert TARGETS.from_text(f"{LINUX} {ARM}.2.17", FACTS, "X", Notes()) == (LINUX, f"{ARM}.2.17")


@pytest.mark.parametrize(
    ("found", "read"),
    [
        ([], ()),
        ([LINUX, "win_amd64"], (LINUX, "win_amd64")),
        ([{"target": LINUX}], (AskedTarget(target=LINUX, values={}),)),
        ([{"target": LINUX, "floor": "2.28"}], (AskedTarget(target=f"{LINUX}.2.28", values={}),)),
        ([{"target": f"{LINUX}.2.17"}], (AskedTarget(target=f"{LINUX}.2.17", values={}),)),
        ([{"target": LINUX, "floor": ""}], (AskedTarget(target=LINUX, values={}),)),
        (
            [{"target": ARM, "linker": "gcc", "environment": {"A": "1"}, "rustflags": ["-C", "lto"]}, LINUX],
            (
                AskedTarget(
                    target=ARM, values={"linker": "gcc", "environment": (("A", "1"),), "rustflags": ("-C", "lto")}
                ),
                LINUX,
            ),
        ),
    ],
)
def test_names_and_tables_may_stand_side_by_side(found: object, read: tuple[str | AskedTarget, ...]) -> None:
    assert toml(found) == (read, [])


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (LINUX, f'targets: expected an array of strings or tables, found "{LINUX}"'),
        ([3], "targets[0]: expected a string, or a table with target, found 3"),
        ([[LINUX]], "targets[0]: expected a string, or a table with target, found an array"),
        ([{}], "targets[0]: lacks the key target"),
        ([{"target": 3}], "targets[0].target: expected a string, found 3"),
        ([LINUX, {"target": LINUX, "floor": 2.17}], "targets[1].floor: expected a string, found 2.17"),
        ([{"target": LINUX, "linkr": "zig"}], "targets[0]: unknown key 'linkr'"),
        ([{"target": LINUX, "profile": "dev"}], "targets[0]: unknown key 'profile'"),
        ([{"target": LINUX, "linker": "ld"}], "targets[0].linker: expected auto, native, zig, gcc or xwin, found "),
        ([{"target": LINUX, "linker": True}], "targets[0].linker: expected a string, found true"),
        ([{"target": LINUX, "environment": ["A=1"]}], "targets[0].environment: expected a table of strings"),
        ([{"target": LINUX, "environment": {"A": 1}}], "targets[0].environment.A: expected a string, found 1"),
        ([{"target": LINUX, "rustflags": "-C lto"}], "targets[0].rustflags: expected an array of strings"),
        ([{"target": LINUX, "rustflags": [1]}], "targets[0].rustflags[0]: expected a string, found 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(found: object, said: str) -> None:
    _, issues = toml(found)

    assert any(issue.startswith(said) for issue in issues), issues


def test_a_key_that_is_nearly_right_names_the_right_one() -> None:
    _, (issue,) = toml([{"target": LINUX, "linkr": "zig"}])

    assert "did you mean linker?" in issue


def test_editors_know_names_and_tables() -> None:
    text, table = TARGETS.schema(FACTS)["items"]["oneOf"]  # type: ignore[index]

    assert text == {"type": "string"}
    assert table["properties"].keys() == {"target", "floor", "linker", "environment", "rustflags"}
    assert table["properties"]["linker"]["enum"] == ["auto", "native", "zig", "gcc", "xwin"]
    assert table["required"] == ["target"]
