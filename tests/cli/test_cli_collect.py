"""`wheelmatrix collect` on downloads of CI jobs: paths on stdout, what is wrong on stderr, an exit code."""

import json
from pathlib import Path

import pytest
from tests.audit.release import spread
from tests.e2e.crates import copy_crate

from wheelmatrix.cli import collect as collecting
from wheelmatrix.cli import main

NAMES = tuple(f"tiny-0.1.0-{python}-{python}-manylinux_2_17_x86_64.whl" for python in ("cp311", "cp312"))
MATRIX = ("-i", "3.11", "3.12", "--target", "x86_64-unknown-linux-gnu.2.17")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CARGO_TARGET_DIR", "WHEELMATRIX_TARGET_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def collect(*words: str) -> int:
    return main([str(collecting.command.name), *words])


def test_the_paths_of_the_wheels_are_told_one_a_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spread(here / "artifacts", NAMES)

    code = collect("artifacts", "-o", "wheels")

    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert out.splitlines() == [str(here / "wheels" / name) for name in NAMES]


def test_what_is_wrong_is_told_and_nothing_copied(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spread(here / "artifacts", NAMES)
    spread(here / "more", [NAMES[0]], text="later")

    code = collect("artifacts", "more")

    out, err = capsys.readouterr()
    assert (code, out) == (6, "")
    assert f"error: {here}/more/wheels-0/{NAMES[0]}: has other bytes than {here}/artifacts/wheels-0/{NAMES[0]}" in err
    assert "nothing was copied" in err
    assert not (here / "dist").exists()


def test_missing_wheels_are_named_and_the_others_kept_if_wanted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crate = copy_crate("tiny", here)
    spread(here / "artifacts", NAMES[:1])

    code = collect("artifacts", "-m", str(crate / "Cargo.toml"), *MATRIX, "--keep-going")

    out, err = capsys.readouterr()
    assert code == 9
    assert out.splitlines() == [str(here / "dist" / NAMES[0])]
    assert "error: cp312-manylinux_2_17_x86_64 is missing: tiny-0.1.0-cp312-cp312-" in err


def test_the_json_says_all_of_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crate = copy_crate("tiny", here)
    spread(here / "artifacts", (NAMES[0], NAMES[0], NAMES[1].replace("cp312", "cp313")))

    code = collect("artifacts", "--format", "json", "-m", str(crate / "Cargo.toml"), *MATRIX)

    found = json.loads(capsys.readouterr().out)
    assert code == 9
    assert (found["schema"], found["ok"], found["is_compared"]) == (1, False, True)
    assert [len(each["sources"]) for each in found["wheels"]] == [2, 1]
    assert [each["path"] for each in found["wheels"]] == [None, None]
    assert [each["cells"] for each in found["missing"]] == [["cp312-manylinux_2_17_x86_64"]]
    assert found["unplanned"] == [NAMES[1].replace("cp312", "cp313")]
    assert found["problems"] == []


def test_what_the_plan_does_not_have_is_a_warning(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crate = copy_crate("tiny", here)
    spread(here / "artifacts", (*NAMES, NAMES[0].replace("cp311", "cp313")))

    assert collect("artifacts", "-m", str(crate / "Cargo.toml"), *MATRIX) == 0
    assert "cp313-manylinux_2_17_x86_64.whl is none of the plan's wheels" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "DIR"),
        (("gone",), "gone: there is no such directory"),
        (("artifacts", "-i", "3.12"), "Cargo.toml"),
        (("artifacts", "--format", "yaml"), "yaml"),
    ],
)
def test_misuse_is_exit_code_2(
    words: tuple[str, ...], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spread(here / "artifacts", NAMES)

    assert collect(*words) == 2
    assert said in capsys.readouterr().err
