"""Sdists of crates of every layout: maturin's members, and manifests that cargo reads."""

import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import tomli
from tests.run.sdist_cases import CASES, LISTS, PARTS, Case, metadata_of

from wheelmatrix.run.sdist import MadeSdist, make_sdist

RECORDED = json.loads(LISTS.read_text())["sdists"]

Make = Callable[..., MadeSdist]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Give the sdist of a case; `env`: variables; `edit`: files of the tree that are other than the case has them."""

    def made(case: Case | str, edit: dict[str, str] | None = None, env: dict[str, str] | None = None) -> MadeSdist:
        case = {**CASES, **PARTS}[case] if isinstance(case, str) else case
        top = tmp_path / "tree"
        shutil.rmtree(top, ignore_errors=True)
        files = {**case.files, **(edit or {})}
        project = Case(files=files, project=case.project, git=case.git).write(top)
        return make_sdist({}, directory=project, environment=env or {}, out=tmp_path / "out")

    return made


def members(made: MadeSdist) -> dict[str, bytes]:
    """Return the content of each member, by its name below the top directory."""
    with tarfile.open(made.path) as archive:
        return {each.name.partition("/")[2]: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]  # all are files


@pytest.mark.parametrize("name", CASES)
def test_the_members_are_those_that_maturin_packs(name: str, make: Make) -> None:
    made = make(name)

    with tarfile.open(made.path) as archive:
        found = {each.name: oct(each.mode) for each in archive}
    assert made.path.name == RECORDED[name]["filename"]
    assert found == RECORDED[name]["members"]
    written = metadata_of(members(made)["PKG-INFO"].decode())
    assert written == {key: RECORDED[name][key] for key in ("headers", "readme")}
    assert next(iter(found)).endswith("/PKG-INFO")
    assert len(made.warnings) == (
        name == "below"
    )  # a readme that Cargo.toml does not name gives way to the one it does


@pytest.mark.parametrize(
    "name",
    [
        "path-dependencies",
        "target-dependencies",
        "workspace",
        "two-workspaces",
        "parent-workspace",
        "below",
        "readme-of-workspace-and-crate",
        "readme-twice",
        "programs-above",
        "root-is-a-dependency",
        "texts-of-a-group",
        "workspace-below",
    ],
)
def test_cargo_resolves_what_is_unpacked_with_the_lock_that_is_in_it(name: str, make: Make, tmp_path: Path) -> None:
    made = make(name)
    shutil.unpack_archive(made.path, tmp_path / "x", filter="data")
    shutil.rmtree(tmp_path / "tree")
    (top,) = (tmp_path / "x").iterdir()
    tool = tomli.loads((top / "pyproject.toml").read_text())["tool"]["maturin"]

    command = [
        "cargo",
        "metadata",
        "--format-version",
        "1",
        "--offline",
        "--locked",
        "--all-features",
        "--manifest-path",
    ]
    done = subprocess.run(
        [*command, str(top / tool.get("manifest-path", "Cargo.toml"))], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    paths = {Path(each["manifest_path"]) for each in json.loads(done.stdout)["packages"]}
    assert all(path.is_relative_to(top) for path in paths)
    again = make_sdist({}, directory=top, environment={}, out=tmp_path / "again")
    assert set(members(again)) == set(members(made))


def test_a_manifest_that_was_named_on_the_command_line_is_named_in_the_sdist(tmp_path: Path) -> None:
    CASES["workspace"].write(tmp_path / "tree")
    asked = {"manifest_path": "crates/py/Cargo.toml"}

    made = make_sdist(asked, directory=tmp_path / "tree", environment={}, out=tmp_path / "out")

    tool = tomli.loads(members(made)["pyproject.toml"].decode())["tool"]
    assert tool["maturin"] == {"manifest-path": "crates/py/Cargo.toml"}
    shutil.unpack_archive(made.path, tmp_path / "x", filter="data")
    (top,) = (tmp_path / "x").iterdir()
    again = make_sdist({}, directory=top, environment={}, out=tmp_path / "again")
    assert members(again) == members(made)


def test_the_same_sources_give_the_same_bytes(make: Make) -> None:
    first = hashlib.sha256(make("path-dependencies").path.read_bytes()).hexdigest()

    assert hashlib.sha256(make("path-dependencies").path.read_bytes()).hexdigest() == first
    other = make("path-dependencies", env={"SOURCE_DATE_EPOCH": "1700000000"})
    with tarfile.open(other.path) as archive:
        assert {each.mtime for each in archive} == {1700000000}


def test_a_header_that_stays_behind_is_warned_of(make: Make) -> None:
    made = make("plain", edit={"target/header.h": "int f(void);"})

    assert len(made.warnings) == 1
    assert 'include = [{ path = "target/header.h", format = "sdist" }]' in made.warnings[0]
    assert make("plain", edit={"target/header.h": "", "build.rs": "fn main() {}"}).warnings == ()


def test_a_dependency_whose_readme_is_gone_is_shipped_without_it(make: Make) -> None:
    named = '[package]\nname = "apart"\nversion = "0.1.0"\nreadme = "../GONE.md"\nlicense-file = "GONE"\n'
    made = make("locked-dependency", edit={"apart/Cargo.toml": named})

    package = tomli.loads(members(made)["apart/Cargo.toml"].decode())["package"]
    assert package == {"name": "apart", "version": "0.1.0"}
    assert [warning.partition(" is not there: ")[2] for warning in made.warnings] == [
        "the sdist's Cargo.toml of apart does not name it"
    ] * 2


def test_a_dependency_that_lacks_what_is_optional_gives_an_sdist_that_cargo_reads(make: Make, tmp_path: Path) -> None:
    named = '[package]\nname = "one"\nversion = "0.1.0"\n[dependencies]\ntwo = { path = "../two", optional = true }\n'
    made = make("part-of-a-workspace", edit={"ws/one/Cargo.toml": named})

    assert [("two of one is not there" in warning) for warning in made.warnings] == [True]
    shutil.unpack_archive(made.path, tmp_path / "x", filter="data")
    (manifest,) = (tmp_path / "x").glob("*/app/Cargo.toml")
    subprocess.run(["cargo", "metadata", "--offline", "--manifest-path", manifest], check=True, capture_output=True)


def test_a_byte_order_mark_is_no_part_of_a_manifest(make: Make) -> None:
    """Editors on Windows write it, cargo reads it, and Python's own reader of TOML, which pip has, does not."""
    files = CASES["plain"].files
    marked = {name: f"\ufeff{files[name]}" for name in ("Cargo.toml", "pyproject.toml")}
    expected = members(make("plain"))

    assert members(make("plain", edit=marked)) == expected


def test_a_hidden_file_that_the_crate_takes_in_is_shipped_from_outside_of_git_too(make: Make) -> None:
    code = 'pub const T: &str = include_str!("templates/.gitignore");\n'
    made = make("plain", edit={"src/lib.rs": code, "src/templates/.gitignore": "x\n"})

    names = list(members(made))
    assert "src/templates/.gitignore" in names
    assert ".hidden" not in names
    assert names[1:] == sorted(names[1:])


def test_a_part_of_a_workspace_gives_an_sdist_again(make: Make, tmp_path: Path) -> None:
    """cargo builds crates of a workspace whose other members are not there, and does not describe them."""
    made = make("part-of-a-workspace")

    found = members(made)
    assert tomli.loads(found["ws/Cargo.toml"].decode())["workspace"]["members"] == ["one"]
    assert {"app/Cargo.toml", "ws/one/Cargo.toml", "ws/one/src/lib.rs"} <= set(found)
    shutil.unpack_archive(made.path, tmp_path / "x", filter="data")
    (manifest,) = (tmp_path / "x").glob("*/ws/one/Cargo.toml")
    subprocess.run(["cargo", "metadata", "--offline", "--manifest-path", manifest], check=True, capture_output=True)


def test_the_readme_that_cargo_names_from_above_takes_the_place_of_another(make: Make) -> None:
    made = make("below")

    assert members(made)["native/README.md"] == b"top\n"
    assert "native/README.md of the sdist is " in made.warnings[0]
