"""Which files of a real project become entries: gathered from the disk and decided, nothing is compiled."""

import os
import subprocess
from pathlib import Path

import pytest

from wheelmatrix.options import BuildOptions, Pattern
from wheelmatrix.project.described import project
from wheelmatrix.run.gather import gather, look
from wheelmatrix.run.pyproject import find_pyproject

SDIST, WHEEL = frozenset({"sdist"}), frozenset({"wheel"})


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def names(folder: Path, **options: object) -> list[str]:
    asked = BuildOptions(offline=True, **options)  # type: ignore[arg-type]  # fields by name
    pyproject, text = find_pyproject(folder, "")
    gathered, _ = gather(look(asked, pyproject, text, folder, dict(os.environ)))
    return [entry.name for entry in project(asked, gathered).sources]


def test_a_python_source_outside_of_the_project_is_in_the_wheel(crate):
    """maturin's directly built wheel lacks these files without a word."""
    folder = crate("tiny")
    write(folder.parent / "outside", "tiny/__init__.py", "tiny/deep/a.txt", "tiny/no.log", "else/x.py")

    found = names(folder, python_source="../outside", exclude=(Pattern(path="*.log"),))

    assert found == ["tiny/__init__.py", "tiny/deep/a.txt"]


@pytest.mark.parametrize("is_checkout", [True, False])
def test_gitignore_counts_inside_of_a_checkout_and_the_innermost_has_the_last_word(crate, is_checkout):
    folder = crate("tiny")
    write(folder, "tiny/__init__.py", "tiny/a.log", "tiny/keep/b.log", "tiny/.hidden", "tiny/c.gen")
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "tiny/keep/.gitignore").write_text("!*.log\n")
    (folder / ".ignore").write_text("*.gen\n")
    (folder.parent / ".gitignore").write_text("*\n")  # above the project: maturin does not look there
    if is_checkout:
        subprocess.run(["git", "init", "-q"], cwd=folder.parent, check=True)

    found = names(folder)

    kept = ["tiny/.hidden", "tiny/__init__.py", "tiny/keep/.gitignore", "tiny/keep/b.log"]
    assert found == sorted(kept if is_checkout else [*kept, "tiny/a.log"])


def test_include_takes_what_is_ignored_and_exclude_wins_over_it(crate):
    folder = crate("tiny")
    write(folder, "tiny/__init__.py", "tiny/gen/a.txt", "tiny/gen/b.txt", "doc/c.md")
    (folder / ".gitignore").write_text("gen/\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)

    found = names(
        folder,
        include=(Pattern(path="tiny/gen/*"), Pattern(path="doc/*", formats=SDIST)),
        exclude=(Pattern(path="tiny/gen/b.txt", formats=WHEEL), Pattern(path="**/a.txt", formats=SDIST)),
    )

    assert found == ["tiny/__init__.py", "tiny/gen/a.txt"]


def test_links_in_a_data_directory_are_followed_to_files_and_directories(crate):
    folder = crate("tiny")
    write(folder, "real/r.txt", "tiny.data/headers/tiny.h", "tiny.data/scripts/run")
    (folder / "tiny.data/scripts/run").chmod(0o755)
    (folder / "tiny.data/data").mkdir()
    (folder / "tiny.data/data/link.txt").symlink_to("../../real/r.txt")
    (folder / "tiny.data/data/all").symlink_to("../../real")

    found = names(folder)

    assert [name.removeprefix("tiny-0.1.0.data/") for name in found if ".data/" in name] == [
        "data/all/r.txt", "data/link.txt", "headers/tiny.h", "scripts/run",
    ]  # fmt: skip


def test_a_member_of_a_workspace_takes_its_own_files_alone(crate):
    folder = crate("tiny-workspace/native")
    write(folder.parent, "sibling/tiny/__init__.py", "tiny_workspace_native/__init__.py")

    assert not [name for name in names(folder) if "sibling" in name]


def test_a_path_dependency_adds_no_file_to_the_wheel(crate):
    folder = crate("tiny")
    write(folder.parent / "vendor/pyo3", "pyo3/__init__.py")

    assert names(folder) == ["tiny/__init__.py"]
