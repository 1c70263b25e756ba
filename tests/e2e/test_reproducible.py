"""`--check-reproducible`: the same wheel in two places, or the first difference by its name."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.e2e.crates import copy_crate
from tests.e2e.program import Project, Ran

pytestmark = pytest.mark.slow

WORKSPACE = '[workspace]\nresolver = "2"\nmembers = ["{name}"]\n'


def project(name: str, into: Path, *, is_workspace: bool = True) -> Project:
    """Return a tiny crate with its dependencies in one workspace, as cargo needs it to be the same in two places."""
    folder = copy_crate(name, into)
    if is_workspace:
        (folder.parent / "Cargo.toml").write_text(WORKSPACE.format(name=name))
        (folder / "Cargo.lock").unlink()
    return Project(folder, {"CARGO_NET_OFFLINE": "1"})


def check(crate: Project, *arguments: str) -> Ran:
    return crate.build("-i", "3.12", "--check-reproducible", "--progress", "plain", *arguments)


def second(crate: Project) -> Path:
    return crate.folder.parent / "target" / "wheelmatrix" / "second"


@pytest.mark.parametrize("folder", ["plain", "a=b, naïve 日本 😀 it's"])
def test_two_places_make_the_same_wheel(tmp_path: Path, folder: str) -> None:
    crate = project("tiny-mixed", tmp_path / folder)

    ran = check(crate)

    assert ran.code == 0, ran.err
    assert "second build reproduce done" in ran.err
    assert "built twice, in two places: every wheel is the same" in ran.err
    assert len(crate.dist()) == 1
    assert not second(crate).exists()


def test_wheels_of_two_places_are_the_same_and_hold_neither(tmp_path: Path) -> None:
    places = [project("tiny-buildscript-archive", tmp_path / name) for name in ("short", "a longer place")]

    digests = [(each.build("-i", "3.12"), each.dist())[1] for each in places]

    assert digests[0] == digests[1]
    assert len(digests[0]) == 1
    (library,) = (places[1].folder.parent / "target").glob("wheelmatrix/builds/*/*/*/*/release/lib*.so")
    assert str(tmp_path).encode() not in library.read_bytes()


def test_a_time_in_the_library_is_found_and_named(tmp_path: Path) -> None:
    crate = project("tiny-timestamp", tmp_path)

    ran = check(crate)

    assert ran.code == 9
    assert "tiny_timestamp.cpython-312-x86_64-linux-gnu.so differs in .rodata at offset 0x" in ran.err
    assert ran.err.count("built at ") >= 2
    assert "times, random numbers or paths" in ran.err
    assert len(crate.dist()) == 1, "the wheel passed its audit, and stays"
    (kept,) = (second(crate) / "dist").glob("*.whl")
    assert kept.name in crate.dist()


def test_a_path_dependency_outside_of_the_workspace_is_named_as_the_cause(tmp_path: Path) -> None:
    crate = project("tiny", tmp_path, is_workspace=False)

    ran = check(crate)

    assert ran.code == 9
    assert "make it a member of the workspace" in ran.err
    assert str(tmp_path / "vendor" / "pyo3") in ran.err


def test_a_source_that_git_ignores_is_said_to_be_missing_the_second_time(tmp_path: Path) -> None:
    crate = project("tiny", tmp_path)
    crate.write("src/generated.rs", "pub const N: u8 = 1;")
    crate.replace("src/lib.rs", "pyo3::module!", "mod generated;\npyo3::module!")
    crate.write(".gitignore", "generated.rs\n")
    _commit_all(crate.folder.parent)

    ran = check(crate)

    assert ran.code == 9
    assert "the second build failed: " in ran.err
    assert "files that git ignores are not there" in ran.err
    assert len(crate.dist()) == 1


def test_a_checkout_is_built_twice_without_what_it_ignores(tmp_path: Path) -> None:
    crate = project("tiny-mixed", tmp_path)
    crate.write(".gitignore", "*.big\n")
    crate.write("data.big", "0" * 1000)
    _commit_all(crate.folder.parent)
    crate.write("python/tiny_mixed/new.py", "is_committed = False\n")

    ran = crate.build("-i", "3.12", "--check-reproducible", "--json")

    assert ran.code == 0, ran.err
    events = [json.loads(line) for line in ran.out.splitlines()]
    finished = {each["step"]: each["state"] for each in events if each["event"] == "step.finished"}
    assert finished["reproduce"] == "done"


def _commit_all(folder: Path) -> None:
    """Make a repository of a folder, with all that is in it."""
    (folder / ".gitignore").write_text("target/\n")
    as_somebody = ("-c", "user.name=somebody", "-c", "user.email=some@body", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "-A"), (*as_somebody, "commit", "-qm", "all")):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
