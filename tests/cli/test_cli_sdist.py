"""`wheelmatrix sdist`: one path on stdout, and errors that say what to do."""

from pathlib import Path

import pytest

from wheelmatrix.cli import main, sdist

MANIFEST = '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n'
PYPROJECT = """\
[build-system]
requires = ["wheelmatrix"]
build-backend = "wheelmatrix"
[project]
name = "a"
dynamic = ["version"]
url = "x"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/lib.rs").touch()
    (tmp_path / "Cargo.toml").write_text(MANIFEST)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_path_goes_to_stdout_and_warnings_to_stderr(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["sdist", "-o", "out"])

    said = capsys.readouterr()
    assert (code, said.out) == (0, f"{project / 'out/a-0.1.0.tar.gz'}\n")
    assert said.err == "warning: unknown key 'url' in [project] is ignored; did you mean urls?\n"


def test_no_sdist_without_a_pyproject(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").unlink()

    assert main(["sdist"]) == 2
    assert "there is no pyproject.toml, and no sdist without one" in capsys.readouterr().err
    assert not (project / "dist").exists()


def test_the_options_are_those_of_maturin() -> None:
    flags = {flag for option in sdist.command.params for flag in option.opts}

    assert flags == {"-m", "--manifest-path", "-o", "--out"}
