"""`wheelmatrix verify` on files: a verdict on each, and an exit code for scripts."""

import json
import sys
from pathlib import Path

import pytest
from tests.run.small_wheels import package, wheel

from wheelmatrix.cli import main
from wheelmatrix.cli import verify as verifying

NAME = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def verify(*words: str) -> int:
    return main([str(verifying.command.name), "-i", sys.executable, *words])


def test_a_good_wheel_is_told_with_its_tier(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package(here, "")

    code = verify(NAME)

    out = capsys.readouterr().out
    assert code == 0
    assert out.startswith(f"{NAME}: ok, tier 3 of 4, import\n")
    assert sys.executable in out


def test_one_bad_wheel_of_several_is_enough_for_exit_code_9(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package(here, "raise ValueError('on purpose')")
    (here / "a").mkdir()
    package(here / "a", "")

    code = verify("--format", "json", NAME, f"a/{NAME}")

    assert code == 9
    found = json.loads(capsys.readouterr().out)
    assert [each["ok"] for each in found] == [False, True]
    assert "on purpose" in found[0]["faults"][0]


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--level", "loader"), 0), (("--level", "import"), 9)])
def test_a_demanded_tier_that_cannot_be_reached_is_a_failure(
    here: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    path = wheel(here, {"demo/__init__.py": ""}, "cp312-cp312-win_amd64", purelib="false")

    assert verify(path.name, *words) == code
    assert "wine" in capsys.readouterr().out


def test_options_of_the_table_are_those_of_the_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package(here, "import time; time.sleep(600)")

    code = verify(NAME, "--verify-timeout", "1")

    assert code == 9
    assert "did not end within 1 s" in capsys.readouterr().out


def test_a_python_root_that_there_is_not_is_a_configuration_error(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package(here, "")

    assert verify(NAME, "--python-root", "no/root") == 2
    assert f"there is no directory {here / 'no/root'}" in capsys.readouterr().err


def test_a_file_that_there_is_not_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify("gone.whl") == 2
    assert "gone.whl: no such file" in capsys.readouterr().err


def test_the_build_takes_a_tier_or_none(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--verify=most"]) == 2
    assert 'expected off, static, loader, import or test, found "most"' in capsys.readouterr().err
