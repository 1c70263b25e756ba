"""`wheelmatrix report`: what came of a run, as text, as JSON and as markdown."""

import json
from pathlib import Path

import pytest
from journals import EXIT_CODE, RUN, WHEEL, write_run

from wheelmatrix.cli import main
from wheelmatrix.cli import report as reporting


def report(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([str(reporting.command.name), *words]) == 0
    return capsys.readouterr().out


def test_the_last_run_is_told_if_none_is_named(crate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(crate, "20250101-000000-bbbb", ends=False)
    write_run(crate)

    assert WHEEL in report(capsys)


def test_a_run_is_named_by_the_beginning_of_its_id(crate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(crate, "20270101-000000-bbbb", ends=False)
    write_run(crate)

    found = json.loads(report(capsys, RUN[:8], "--format", "json"))

    assert [wheel["filename"] for wheel in found["wheels"]] == [WHEEL]
    assert found["exit_code"] == EXIT_CODE


def test_markdown_is_a_table(crate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(crate)

    assert any(line.startswith("|") and WHEEL in line for line in report(capsys, "--format", "markdown").splitlines())
