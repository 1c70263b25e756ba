"""Collecting copies what is right, all of it or nothing, and says what is not there."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.audit.release import spread, wheel

from wheelmatrix.errors import ConfigError, PackError
from wheelmatrix.run.collect import INCOMPLETE, Collected, Taken, collect

NAMES = tuple(f"demo-1.0-{python}-{python}-manylinux_2_17_x86_64.whl" for python in ("cp311", "cp312"))
TINY = tuple(f"tiny-0.1.0-{python}-{python}-manylinux_2_17_x86_64.whl" for python in ("cp311", "cp312"))


def collected(here: Path, *places: str, keep_going: bool = False, **options: object) -> Collected:
    return collect(
        places or ("artifacts",), options, directory=here, environment=dict(os.environ), keep_going=keep_going
    )


def listed(here: Path) -> list[str]:
    return sorted(path.name for path in (here / "dist").iterdir()) if (here / "dist").exists() else []


def messages(found: Collected) -> list[str]:
    return [str(issue) for issue in found.issues]


@pytest.fixture
def project(crate: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CARGO_TARGET_DIR", "WHEELMATRIX_TARGET_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    return crate("tiny")


def test_wheels_of_many_jobs_lie_in_one_directory_afterwards(tmp_path: Path) -> None:
    paths = spread(tmp_path / "artifacts", NAMES)

    found = collected(tmp_path)

    assert (found.exit_code, found.issues, found.compared) == (0, (), None)
    assert listed(tmp_path) == list(NAMES)
    assert all((tmp_path / "dist" / path.name).read_bytes() == path.read_bytes() for path in paths)
    assert [each.is_new for each in found.wheels] == [True, True]


def test_several_directories_and_single_wheels_are_taken(tmp_path: Path) -> None:
    first, second = spread(tmp_path / "artifacts", NAMES)

    found = collected(tmp_path, str(first), "artifacts/wheels-1", out="wheels")

    assert [each.path for each in found.wheels] == [tmp_path / "wheels" / path.name for path in (first, second)]


def test_the_same_wheel_from_two_jobs_is_taken_once(tmp_path: Path) -> None:
    spread(tmp_path / "artifacts", (NAMES[0], NAMES[0]))

    (one,) = collected(tmp_path).wheels

    assert isinstance(one, Taken)
    assert len(one.sources) == 2
    assert listed(tmp_path) == [NAMES[0]]


def test_collecting_again_changes_nothing(tmp_path: Path) -> None:
    spread(tmp_path / "artifacts", NAMES)
    collected(tmp_path)
    before = [(tmp_path / "dist" / name).stat().st_mtime_ns for name in NAMES]

    found = collected(tmp_path)

    assert [each.is_new for each in found.wheels] == [False, False]
    assert [(tmp_path / "dist" / name).stat().st_mtime_ns for name in NAMES] == before
    assert [each.path for each in collected(tmp_path, ".").wheels] == [tmp_path / "dist" / name for name in NAMES]


def test_nothing_is_copied_if_one_wheel_is_wrong(tmp_path: Path) -> None:
    good, bad = spread(tmp_path / "artifacts", NAMES)
    bad.write_bytes(bad.read_bytes()[:-1])

    found = collected(tmp_path)

    assert found.exit_code == 6
    assert {issue.where for issue in found.issues} == {str(bad)}
    assert [each.path for each in found.wheels] == [None, None]
    assert listed(tmp_path) == []
    kept = collected(tmp_path, keep_going=True)
    assert (kept.exit_code, listed(tmp_path)) == (6, [good.name])


def test_other_bytes_of_one_name_are_neither_taken(tmp_path: Path) -> None:
    first, _ = spread(tmp_path / "artifacts", NAMES)
    other = tmp_path / "artifacts" / "again" / first.name
    other.parent.mkdir()
    other.write_bytes(wheel(first.name, text="later"))

    found = collected(tmp_path, keep_going=True)

    (said,) = messages(found)
    assert str(first) in said
    assert str(other) in said
    assert listed(tmp_path) == [NAMES[1]]


def test_what_lies_there_already_is_never_replaced_by_other_bytes(tmp_path: Path) -> None:
    spread(tmp_path / "artifacts", NAMES)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / NAMES[0]).write_bytes(before := wheel(NAMES[0], text="here"))
    (tmp_path / "dist" / "demo-0.9-cp311-cp311-manylinux_2_17_x86_64.whl").write_bytes(b"an older version")

    found = collected(tmp_path, keep_going=True)

    assert found.exit_code == 6
    assert len(found.issues) == 1  # the older version is nobody's business
    assert (tmp_path / "dist" / NAMES[0]).read_bytes() == before


@pytest.mark.parametrize(
    ("place", "said"),
    [("gone", "no such directory"), ("empty", "no wheel is in it"), ("notes.txt", "neither a directory nor a wheel")],
)
def test_a_place_without_wheels_is_an_error(place: str, said: str, tmp_path: Path) -> None:
    spread(tmp_path / "artifacts", NAMES)
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()

    with pytest.raises(ConfigError, match=said):
        collected(tmp_path, "artifacts", place)

    assert listed(tmp_path) == []


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    spread(tmp_path / "artifacts", NAMES)
    (tmp_path / "dist" / NAMES[1]).mkdir(parents=True)

    with pytest.raises(PackError):
        collected(tmp_path)

    assert sorted(path.name for path in (tmp_path / "dist").iterdir() if path.name.startswith(".")) == []


def test_a_matrix_is_asked_of_a_project_only(tmp_path: Path) -> None:
    spread(tmp_path / "artifacts", NAMES)

    with pytest.raises(ConfigError, match=r"no Cargo\.toml"):
        collected(tmp_path, interpreters=("3.12",))


def test_inside_of_a_project_its_plan_says_what_is_missing(project: Path) -> None:
    spread(project / "artifacts", TINY[:1])
    matrix = {"interpreters": ("3.11", "3.12"), "targets": ("x86_64-unknown-linux-gnu.2.17",)}

    found = collected(project, **matrix)

    assert found.compared is not None
    assert found.exit_code == INCOMPLETE
    assert [each.wheel.id for each in found.compared.missing] == ["cp312-manylinux_2_17_x86_64"]
    assert listed(project) == []
    kept = collected(project, keep_going=True, **matrix)
    assert (kept.exit_code, listed(project)) == (INCOMPLETE, [TINY[0]])


def test_what_the_plan_does_not_have_is_told_and_taken(project: Path) -> None:
    spread(project / "artifacts", TINY)

    found = collected(project, interpreters=("3.12",), targets=("x86_64-unknown-linux-gnu.2.17",))

    assert found.compared is not None
    assert (found.exit_code, found.compared.unplanned) == (0, (TINY[0],))
    assert listed(project) == list(TINY)


def test_no_linker_is_needed_here_for_what_was_built_elsewhere(project: Path) -> None:
    spread(project / "artifacts", TINY)
    targets = ("x86_64-unknown-linux-gnu.2.17", "x86_64-pc-windows-msvc", "aarch64-apple-darwin")

    found = collected(project, interpreters=("3.11", "3.12"), targets=targets)

    assert found.compared is not None
    assert [each.wheel.id for each in found.compared.missing] == [
        f"{python}-{platform}" for platform in ("win_amd64", "macosx_arm64") for python in ("cp311", "cp312")
    ]


def test_wheels_of_another_version_than_the_projects_are_told_so_once(project: Path) -> None:
    spread(project / "artifacts", [name.replace("0.1.0", "0.0.9") for name in TINY])

    found = collected(project, interpreters=("3.12",), targets=("x86_64-unknown-linux-gnu.2.17",))

    assert found.compared is not None
    assert [issue.message for issue in found.issues] == ["this is tiny 0.0.9, the project is tiny 0.1.0"] * 2
    assert found.compared.unplanned == ()


def test_wheels_that_were_built_here_count(project: Path) -> None:
    spread(project / "artifacts", TINY[:1])
    spread(project / "elsewhere", TINY[1:])
    (project / "dist").mkdir()
    shutil.copy(project / "elsewhere" / "wheels-0" / TINY[1], project / "dist")

    found = collected(project, interpreters=("3.11", "3.12"), targets=("x86_64-unknown-linux-gnu.2.17",))

    assert (found.exit_code, listed(project)) == (0, list(TINY))
