"""The files of crates, compared with those that cargo lists."""

import subprocess
from functools import partial
from hashlib import sha256
from pathlib import Path

import anyio
import pytest
import tomli
from tests.run.sdist_cases import LIB, Case, crate

from wheelmatrix.errors import ConfigError
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.described import Wanted
from wheelmatrix.project.packaged import packaged
from wheelmatrix.run.crates import find_crates
from wheelmatrix.run.listing import list_crates, tracked_files
from wheelmatrix.run.project_files import read_files

TREE = {
    "src/lib.rs": LIB,
    ".hidden": "",
    "Cargo.toml.bak": "",
    "target/made.txt": "",
    "docs/target/kept.txt": "",
    "docs/a b.txt": "",
    "docs/é.txt": "",
    "linked": "-> docs",
    "link.txt": "-> docs/a b.txt",
    "inner/Cargo.toml": crate("inner") + "[workspace]\n",
    "inner/src/lib.rs": LIB,
    "ignored/x.txt": "",
    "untracked.txt": "",
    "data/keep.me": "",
    "data/drop.me": "",
    ".gitignore": "ignored\ntarget\n",
}


@pytest.mark.parametrize("git", [False, True])
@pytest.mark.parametrize(
    "patterns",
    [
        "",
        'exclude = ["docs", "*.bak"]\n',
        'exclude = ["/data/*", "!/data/keep.me"]\n',
        'exclude = ["src/../x", "docs/a*"]\n',
        'include = ["src/**/*", "/data", "docs/*.txt", ".hidden"]\n',
        'include = ["/*.txt", "!link.txt", "/docs/**", "!/docs/a*"]\n',
        'include = ["ignored", "src"]\n',
    ],
)
def test_the_files_are_those_that_cargo_lists(patterns: str, git: bool, tmp_path: Path) -> None:
    Case(files={**TREE, "Cargo.toml": crate("a", patterns)}, git=git).write(tmp_path)

    (listed,) = anyio.run(list_crates, [tmp_path], {tmp_path} if "include" in patterns else set())
    package = tomli.loads((tmp_path / "Cargo.toml").read_text())["package"]
    found = {file.path.relative_to(tmp_path).as_posix() for file in packaged(listed, package)}

    command = ["cargo", "package", "--list", "--allow-dirty", "--offline"]
    said = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert found == set(said.splitlines()) - {"Cargo.lock", "Cargo.toml.orig", ".cargo_vcs_info.json"}


def test_git_knows_what_it_tracks(tmp_path: Path) -> None:
    Case(files={**TREE, "Cargo.toml": crate("a")}, git=True).write(tmp_path)

    found = anyio.run(tracked_files, tmp_path / "docs")

    assert found is not None
    assert [file.path.name for file in found] == ["a b.txt", "é.txt"]


def test_there_is_nothing_to_track_outside_of_a_checkout(tmp_path: Path) -> None:
    assert anyio.run(tracked_files, tmp_path) is None


def found_names(manifest: Path) -> list[str]:
    crates = anyio.run(partial(find_crates, BuildOptions(), manifest))
    return [each["name"] for each in crates.dependencies]


def test_path_dependencies_are_found_to_the_end_and_once(tmp_path: Path) -> None:
    files = {
        "a/Cargo.toml": crate("a") + '[dependencies]\nb = { path = "../b" }\n[patch.crates-io]\nd = { path = "../d" }\n'
        '[dev-dependencies]\ngone = { path = "../gone" }\n',
        "b/Cargo.toml": crate("b") + '[dependencies]\nc = { path = "../c", optional = true }\n',
        "c/Cargo.toml": crate("c") + '[dev-dependencies]\na = { path = "../a" }\n',
        "d/Cargo.toml": crate("d"),
        **{f"{name}/src/lib.rs": LIB for name in "abcd"},
    }
    Case(files=files).write(tmp_path)

    assert found_names(tmp_path / "a/Cargo.toml") == ["b", "c", "d"]


def test_a_path_dependency_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = crate("a") + '[dependencies]\nb = { path = "../b" }\n'
    Case(files={"a/Cargo.toml": text, "a/src/lib.rs": LIB}).write(tmp_path)

    with pytest.raises(ConfigError, match=r"b/Cargo.toml: the path dependency b of a is not there"):
        found_names(tmp_path / "a/Cargo.toml")


def test_what_no_feature_turns_on_may_be_missing_of_a_dependency(tmp_path: Path) -> None:
    """cargo wants to see all that members of the crate's own workspace name, and of others what it needs."""
    maybe = '[dependencies]\nmaybe = { path = "../maybe", optional = true }\n'
    needs_b = crate("a") + '[dependencies]\nb = { path = "../b" }\n'
    files = {"a/Cargo.toml": needs_b, "b/Cargo.toml": crate("b") + maybe, "a/src/lib.rs": LIB, "b/src/lib.rs": LIB}
    Case(files=files).write(tmp_path)

    found = anyio.run(partial(find_crates, BuildOptions(), tmp_path / "a/Cargo.toml"))
    (tmp_path / "a/Cargo.toml").write_text(crate("a") + maybe)

    assert [each["name"] for each in found.dependencies] == ["b"]
    assert len(found.warnings) == 1
    assert "the optional path dependency maybe of b is not there" in found.warnings[0]
    with pytest.raises(ConfigError, match="the path dependency maybe of a is not there"):
        found_names(tmp_path / "a/Cargo.toml")


def test_a_workspace_is_no_package(tmp_path: Path) -> None:
    files = {"Cargo.toml": '[workspace]\nmembers = ["a"]\n', "a/Cargo.toml": crate("a"), "a/src/lib.rs": LIB}
    Case(files=files).write(tmp_path)

    with pytest.raises(ConfigError, match="its members are a"):
        found_names(tmp_path / "Cargo.toml")


def test_what_a_project_wants_is_listed_and_its_texts_are_read(tmp_path: Path) -> None:
    Case(files={"python/pkg/a.py": "", "README.md": "words", "skipped/b.py": ""}).write(tmp_path)
    wanted = Wanted(
        directories=(tmp_path / "python",), shallow=(tmp_path,), texts=(tmp_path / "README.md",), skip=frozenset()
    )

    read = read_files(wanted, tmp_path)

    assert [file.path.name for file in read.files] == ["README.md", "a.py"]
    assert read.texts == {tmp_path / "README.md": "words"}
    looked_at = [".git", ".ignore", "README.md", "python", "python/.ignore", "python/pkg", "python/pkg/.ignore", "."]
    assert read.places >= {tmp_path / name for name in looked_at}
    assert tmp_path / "skipped" not in read.places


def test_what_is_compared_has_the_digest_of_its_content(tmp_path: Path) -> None:
    Case(files={"LICENSE": "words", "native/LICENSE": "words", "OTHER": "words"}).write(tmp_path)
    compared = (tmp_path / "LICENSE", tmp_path / "native/LICENSE", tmp_path / "gone")
    wanted = Wanted(
        directories=(), shallow=(tmp_path, tmp_path / "native"), texts=(), compared=compared, skip=frozenset()
    )

    files = read_files(wanted, tmp_path).files

    digest = sha256(b"words").hexdigest()
    assert {file.path.relative_to(tmp_path).as_posix(): file.sha256 for file in files} == {
        "LICENSE": digest, "native/LICENSE": digest, "OTHER": "",
    }  # fmt: skip
