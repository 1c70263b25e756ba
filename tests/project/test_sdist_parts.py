"""What lies where in an sdist, what its manifests say, and what it would miss: from values alone."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pytest
import tomli

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Entry, Metadata, SourceFile
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.layout import Layout
from wheelmatrix.project.pyproject_text import repointed
from wheelmatrix.project.sdist import archive_base, lock_to_cut, sdist_entries
from wheelmatrix.project.sdist_needs import embedded_files, missing_backend, missing_crates
from wheelmatrix.project.shipped import manifest_text, workspace_text
from wheelmatrix.project.source_project import SourceCrate, SourceProject

APP, TOP = PurePath("/p/app"), PurePath("/p")
MANIFEST = '[package]\nname = "app"\n[[bin]]\nname = "tool"\n'
PYPROJECT = '[project]\nname = "app"\nreadme = "../README.md"\n[tool.maturin]\npython-source = "../python"\n'


def file(path: PurePath) -> SourceFile:
    return SourceFile(path=path, real_path=path, executable=False, size_bytes=1)


def crate(directory: PurePath, *names: str, targets: Mapping[str, str] | None = None, **more: Any) -> SourceCrate:
    """`targets`: kind by path."""
    found = targets or {"src/lib.rs": "lib"}
    package = {
        "name": directory.name,
        "version": "1.0.0",
        "manifest_path": str(directory / "Cargo.toml"),
        "targets": [
            {"name": PurePath(path).stem, "kind": [kind], "src_path": str(directory / path)}
            for path, kind in found.items()
        ],
    }
    files = tuple(file(directory / name) for name in ("Cargo.toml", *names))
    made = SourceCrate(package=package, workspace=directory, manifest_text=MANIFEST, files=files)
    return replace(made, **more)


def project(**more: Any) -> SourceProject:
    made = SourceProject(
        options=BuildOptions(),
        pyproject=APP / "pyproject.toml",
        pyproject_text=PYPROJECT,
        table={"name": "app"},
        metadata=Metadata(
            name="app", version="1", requires_python="", text=b"Name: app\n", entry_points=b"", licenses=()
        ),
        place=Layout(root=APP, python_root=APP, module_name="app", is_mixed=False),
        crate=crate(APP, "src/lib.rs"),
        dependencies=(),
        workspaces={APP: MANIFEST},
        lock=None,
        lock_text="",
        files=(),
    )
    return replace(made, **more)


def test_the_archive_begins_where_all_sources_are() -> None:
    assert archive_base(project()) == APP
    assert archive_base(project(dependencies=(crate(TOP / "dep"),))) == TOP


def locked(*names: str, source: str = "") -> str:
    return "".join(f'[[package]]\nname = "{name}"\nversion = "1.0.0"\n{source}' for name in names)


def test_a_lock_that_knows_crates_which_stay_behind_is_to_be_cut() -> None:
    found = replace(project(), lock=APP / "Cargo.lock", lock_text=locked("app", "left"))

    assert lock_to_cut(found) == ("Cargo.lock", "Cargo.toml")
    assert lock_to_cut(replace(found, known_to_git=())) is None
    assert lock_to_cut(replace(found, lock=None)) is None


@pytest.mark.parametrize(
    "text",
    [locked("app"), locked("app") + locked("serde", source='source = "registry"\n'), "", "no toml", "package = 1",
     "[[package]]\nname = 1\n"],
)  # fmt: skip
def test_a_lock_without_others_or_that_nobody_can_read_is_shipped_as_it_is(text: str) -> None:
    assert lock_to_cut(project(lock=APP / "Cargo.lock", lock_text=text)) is None


def test_sources_that_only_the_root_holds_are_an_error() -> None:
    far = project(dependencies=(crate(PurePath("/elsewhere/dep")),))

    with pytest.raises(ConfigError, match="/elsewhere/dep and /p/app have no directory above them but the root"):
        archive_base(far)


@pytest.mark.parametrize(
    ("path", "kind", "what"), [("src/lib.rs", "cdylib", "library"), ("build.rs", "custom-build", "build script")]
)
def test_a_library_or_build_script_that_is_left_out_is_an_error(path: str, kind: str, what: str) -> None:
    targets = {"src/other.rs": "lib", path: kind}
    source = project(crate=crate(APP, "src/other.rs", targets=targets))

    with pytest.raises(ConfigError, match=f"the {what} of app would not be in the sdist") as caught:
        sdist_entries(source)
    assert caught.value.issues[0].where == str(APP / path)


def test_an_sdist_of_programs_needs_one_of_them() -> None:
    targets = {"src/main.rs": "bin", "tool.rs": "bin"}

    with pytest.raises(ConfigError, match="the program of app"):
        sdist_entries(project(crate=crate(APP, targets=targets)))
    entries, _ = sdist_entries(project(crate=crate(APP, "src/main.rs", targets=targets)))
    assert "tool" not in str(next(each.source for each in entries if each.name == "Cargo.toml"))


def test_two_files_for_one_name_are_told_of() -> None:
    licence = Entry(name="src/lib.rs", source=TOP / "LICENSE")
    source = project(metadata=replace(project().metadata, licenses=(licence,)))

    _, warnings = sdist_entries(source)

    assert warnings == ("src/lib.rs of the sdist is /p/app/src/lib.rs, and not /p/LICENSE",)


def test_a_dead_link_is_told_of_and_left_out() -> None:
    dead = SourceFile(path=APP / "dead", real_path=APP / "dead", executable=False, size_bytes=-1)
    source = project(crate=crate(APP, "src/lib.rs", files=(*crate(APP, "src/lib.rs").files, dead)))

    entries, warnings = sdist_entries(source)

    assert "dead" not in {each.name for each in entries}
    assert warnings == ("/p/app/dead: the link leads nowhere, and is left out of the sdist",)


def test_pyproject_names_what_lies_below_it() -> None:
    place = Layout(root=APP, python_root=TOP / "python", module_name="pkg", is_mixed=True)
    source = project(place=place, options=BuildOptions(python_source="../python"))

    found = tomli.loads(repointed(source, TOP))

    assert found["project"]["readme"] == "README.md"
    assert found["tool"]["maturin"] == {"python-source": "python", "manifest-path": "app/Cargo.toml"}


def test_pyproject_stays_as_it_is_where_nothing_moved() -> None:
    assert repointed(project(), APP) == PYPROJECT


def test_a_virtual_workspace_says_what_the_edition_of_its_package_meant() -> None:
    text = '[package]\nname = "root"\nedition = "2024"\n[workspace]\nmembers = ["a", "b"]\n'

    assert tomli.loads(workspace_text(text, TOP, [TOP / "a"])) == {"workspace": {"members": ["a"], "resolver": "3"}}


def test_a_readme_from_outside_lies_beside_the_manifest() -> None:
    package = {**crate(APP).package, "readme": "../docs/README.md"}
    source = crate(APP, "src/lib.rs", package=package)

    text = manifest_text(
        source, "", shipped={APP / "src/lib.rs"}, texts={TOP / "docs/README.md": "README.md"}, is_shared_here=True,
        folders=[APP], is_main=True,
    )  # fmt: skip

    assert tomli.loads(text)["package"]["readme"] == "README.md"


RUST = b"""\
const A: &str = include_str!("../data/a.txt");
static B: &[u8] = include_bytes!( "b.bin", );
// include_str!("comment.txt")
#![cfg_attr(docsrs, doc = include_str!("../DOCS.md"))]
include!(concat!(env!("OUT_DIR"), "/made.rs"));
#[cfg(test)]
mod tests { const T: &str = include_str!("../tests/t.txt"); }
"""


def test_files_that_the_library_takes_in_are_found() -> None:
    contents = [(Entry(name="native/src/lib.rs", source=APP / "src/lib.rs"), RUST)]

    found = list(embedded_files(project(), contents))

    assert [(each.path, each.name) for each in found] == [
        (APP / "data/a.txt", "native/data/a.txt"),
        (APP / "src/b.bin", "native/src/b.bin"),
    ]
    assert "/p/app/data/a.txt would not be in the sdist" in found[0].issue.message


def test_what_tests_take_in_is_not_needed() -> None:
    source = project(crate=crate(APP, targets={"lib.rs": "lib"}))
    contents = [(Entry(name="tests/t.rs", source=APP / "tests/t.rs"), RUST)]

    assert list(embedded_files(source, contents)) == []


def test_what_git_leaves_out_is_missing() -> None:
    dep = crate(TOP / "dep")
    inherits = crate(APP, workspace=TOP, manifest_text="[package]\nversion.workspace = true\n")
    source = project(crate=inherits, dependencies=(dep,), known_to_git=(file(APP / "Cargo.toml"),))

    assert [each.where for each in missing_crates(source)] == ["/p/Cargo.toml", "/p/dep/Cargo.toml"]
    assert list(missing_crates(project())) == []


@pytest.mark.parametrize("text", ["", "[build-system]\nrequires = ['maturin']\n", "build-system = 3"])
def test_an_sdist_names_what_builds_it(text: str) -> None:
    (issue,) = missing_backend(project(pyproject_text=text))

    assert "setuptools" in issue.message
    assert 'build-backend = "wheelmatrix"' in issue.hint
    assert not list(missing_backend(project(pyproject_text="[build-system]\nbuild-backend = 'own'\n")))
