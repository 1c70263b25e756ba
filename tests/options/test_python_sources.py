"""Pythons to import in: a directory or a command line, for the cells of a pattern or for all that its tags take."""

from pathlib import PurePosixPath
from typing import Any

import pytest

from wheelmatrix.options import Facts, Notes, PythonSource, anchored
from wheelmatrix.options.sources import SOURCES

FACTS = Facts(help="x", splits="\n")


def text(found: str) -> tuple[Any, list[str]]:
    notes = Notes()
    return SOURCES.from_text(found, FACTS, "X", notes), [issue.message for issue in notes.issues]


def toml(found: object) -> tuple[Any, list[str]]:
    notes = Notes()
    return SOURCES.from_toml(found, FACTS, "x", notes), [f"{issue.where}: {issue.message}" for issue in notes.issues]


@pytest.mark.parametrize(
    ("line", "pattern", "place"),
    [
        ("/opt/root", "", "/opt/root"),
        ("roots/arm 64", "", "roots/arm 64"),
        ("cp311-manylinux_aarch64=/opt/root", "cp311-manylinux_aarch64", "/opt/root"),
        ("*-win_amd64=C:\\python", "*-win_amd64", "C:\\python"),
        ("/opt/a=b", "", "/opt/a=b"),
        ("cp3{11,12}-*=../x=y", "cp3{11,12}-*", "../x=y"),
    ],
)
def test_a_line_is_a_directory_with_a_pattern_if_wanted(line: str, pattern: str, place: str) -> None:
    assert text(line) == ((PythonSource(pattern=pattern, place=place),), [])


def test_a_variable_has_a_line_for_each() -> None:
    found, said = text(" /a \n\ncp312-*=/b\n")

    assert said == []
    assert [source.place for source in found] == ["/a", "/b"]


def test_a_pattern_without_a_directory_is_refused() -> None:
    assert text("cp312-*=") == ((), ['expected [PATTERN=]DIR, found "cp312-*="'])


def test_the_configuration_has_directories_and_command_lines_by_pattern() -> None:
    found = {"cp311-manylinux_aarch64": "roots/aarch64", "cp312-*": ["qemu-s390x", "-L", "r", "r/usr/bin/python3"]}

    assert toml(found) == (
        (
            PythonSource(pattern="cp311-manylinux_aarch64", place="roots/aarch64"),
            PythonSource(pattern="cp312-*", argv=("qemu-s390x", "-L", "r", "r/usr/bin/python3")),
        ),
        [],
    )


@pytest.mark.parametrize("value", ["", [], [1], ["a", ""], 3, {"a": "b"}])
def test_other_values_are_refused_with_their_key(value: object) -> None:
    found, (said,) = toml({"cp312-*": value})

    assert found == ()
    assert said.startswith("x.cp312-*: expected a directory, or the words of a command line")


def test_a_list_is_no_table() -> None:
    assert toml(["/a"])[1] == ["x: expected a table of patterns over cell ids, found an array"]


def test_places_are_relative_to_the_configuration_and_programs_only_if_they_are_paths() -> None:
    here = PurePosixPath("/here")

    assert anchored((PythonSource(place="roots/a"), PythonSource(place="/abs")), here) == (
        PythonSource(place="/here/roots/a"),
        PythonSource(place="/abs"),
    )
    assert anchored((PythonSource(argv=("qemu-arm", "x/y")), PythonSource(argv=("bin/start", "x/y"))), here) == (
        PythonSource(argv=("qemu-arm", "x/y")),
        PythonSource(argv=("/here/bin/start", "x/y")),
    )
