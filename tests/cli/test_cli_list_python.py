"""The Pythons of this machine, as a table whose cells are never cut, and as JSON."""

import json
import sys
from pathlib import Path

import pytest

from wheelmatrix.cli import main
from wheelmatrix.cli.list_python import aligned


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert list(aligned([("a", "bbb", "c"), ("aaaa", "b", "")])) == ["a     bbb  c", "aaaa  b"]


def test_the_python_that_is_active_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    version = f"cpython {sys.version_info[0]}.{sys.version_info[1]}"

    code = main(["list-python"])

    heading, *rows = capsys.readouterr().out.splitlines()
    assert code == 0
    assert heading.split() == ["python", "version", "abi", "found", "in", "executable"]
    assert any(row.startswith(version) for row in rows)


def test_the_pythons_are_told_with_their_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list-python", "--format", "json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    assert found["pythons"]
    assert all(Path(python["executable"]).exists() for python in found["pythons"])
    assert {"implementation", "version", "free_threaded", "soabi", "source"} <= found["pythons"][0].keys()
