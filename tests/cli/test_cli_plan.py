"""`wheelmatrix plan` on tiny crates: what would be built, said in three ways, and nothing compiled."""

import json
from pathlib import Path

import pytest
from tests.e2e.crates import copy_crate

from wheelmatrix.cli import main
from wheelmatrix.cli import plan as planning

CELLS = ["cp311-linux_x86_64", "cp312-linux_x86_64"]
TARGET = ("--target", "x86_64-unknown-linux-gnu")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CARGO_TARGET_DIR", "WHEELMATRIX_TARGET_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan(crate: Path, *words: str) -> int:
    return main([str(planning.command.name), "-m", str(crate / "Cargo.toml"), *TARGET, *words])


def test_the_cells_are_told_one_a_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crate = copy_crate("tiny", here)

    code = plan(crate, "-i", "3.11", "3.12", "--format", "ids")

    assert (code, capsys.readouterr().out.splitlines()) == (0, CELLS)
    assert not (crate / "target").exists()


def test_a_stable_abi_is_told_as_one_wheel(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crate = copy_crate("tiny-abi3", here)

    code = plan(crate, "-i", "3.11", "3.12", "--format", "json")

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [cell["id"] for cell in found["cells"]] == CELLS
    assert [wheel["cells"] for wheel in found["wheels"]] == [CELLS]


def test_what_is_left_out_is_explained(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crate = copy_crate("tiny", here)

    assert plan(crate, "-a", "--skip", "cp312-*", "--explain") == 0

    out = capsys.readouterr().out
    assert "cp311-linux_x86_64" in out
    assert any("cp312" in line and "skip" in line for line in out.splitlines())


def test_a_matrix_for_github_is_one_line_and_needs_no_linker_here(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crate = copy_crate("tiny", here)
    targets = ("--target", "universal2-apple-darwin", "--target", "aarch64-pc-windows-msvc")

    code = plan(crate, "-i", "3.12", *targets, "--format", "github-matrix")

    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)["include"]
    assert code == 0
    assert [(job["os"], job["cells"]) for job in found] == [
        ("ubuntu-latest", ["cp312-linux_x86_64", "cp312-macosx_universal2"]),
        ("windows-latest", ["cp312-win_arm64"]),
    ]
    assert found[1]["args"] == "-i cp312 --target aarch64-pc-windows-msvc"


@pytest.mark.parametrize(
    ("name", "words", "code", "said"),
    [
        ("tiny", ("-i", "3.99"), 2, "3.99"),
        ("tiny", ("-i", "3.12", "--build", "pp*"), 2, "pp*"),
        ("tiny", ("-i", "3.12", "--skip", "cp312-*"), 3, "cp312"),
        ("tiny-no-bindings", ("-i", "3.12"), 2, "pyo3"),
        ("tiny-two-pyo3", ("-i", "3.12"), 2, "pyo3"),
    ],
)
def test_what_cannot_be_built_is_told_by_the_plan(
    name: str, words: tuple[str, ...], code: int, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crate = copy_crate(name, here)

    assert plan(crate, *words) == code

    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
