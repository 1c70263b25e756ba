"""`wheelmatrix audit` on files: a verdict on each, and an exit code for scripts."""

import json
from pathlib import Path

import pytest
from tests.audit.tar_image import SDIST, sdist_image

from wheelmatrix.cli import audit as auditing
from wheelmatrix.cli import main

GOLDEN = Path(__file__).parents[1] / "audit" / "golden"
NAME = "demo.cpython-312-x86_64-linux-gnu.so"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def audit(*words: str) -> int:
    return main([str(auditing.command.name), *words])


def library(here: Path, golden: str, name: str = NAME) -> str:
    (here / name).write_bytes((GOLDEN / golden).read_bytes())
    return name


def test_a_library_is_told_with_the_tag_it_earned(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = audit(library(here, "glibc_2_34.so"))

    out = capsys.readouterr().out
    assert code == 0
    assert NAME in out
    assert "manylinux_2_34_x86_64" in out
    assert "GLIBC_2.34 (pthread_create)" in out


def test_one_bad_file_of_several_is_enough_for_exit_code_6(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = library(here, "libpython.so", "demo.cpython-313t-x86_64-linux-gnu.so")

    code = audit("--format", "json", library(here, "plain.so"), bad, bad)

    assert code == 6
    assert [report["ok"] for report in json.loads(capsys.readouterr().out)] == [True, False]


def test_every_file_that_cannot_be_read_is_named_before_any_is_judged(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = audit("gone.so", library(here, "plain.so"), "lost.whl")

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert "gone.so: no such file" in err
    assert "lost.whl: no such file" in err


def test_what_is_no_library_is_refused_with_its_name(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "notes.so").write_bytes(b"hello")

    assert audit("notes.so") == 6
    assert "notes.so: not an ELF file" in capsys.readouterr().err


def test_an_sdist_is_judged_like_a_wheel(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / SDIST).write_bytes(sdist_image())
    (here / "Demo-1.0.tar.gz").write_bytes(sdist_image())

    assert audit("--format", "json", SDIST) == 0
    assert json.loads(capsys.readouterr().out)[0]["kind"] == "sdist"
    assert audit("Demo-1.0.tar.gz") == 6
    assert "normalised it is 'demo-1.0.tar.gz'" in capsys.readouterr().out
