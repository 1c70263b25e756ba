"""Which files are copied for the second build, from real directories and real repositories."""

import os
import subprocess
from pathlib import Path

import anyio
import pytest

from wheelmatrix.errors import PackError
from wheelmatrix.plan.second import Second
from wheelmatrix.run.sources import copy_sources


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def place(root: Path, into: Path, *files: Path, skip: frozenset[Path] = frozenset()) -> Second:
    return Second(base=root, copy=into, trees=(root,), files=files, outside=(), skip=skip)


def copied(found: Second) -> set[str]:
    """Return the names of what was copied."""
    count = anyio.run(copy_sources, found)
    names = {
        path.relative_to(found.copy).as_posix()
        for path in Path(found.copy).rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    assert count == len(names)
    return names


def git(folder: Path, *words: str) -> None:
    as_somebody = ("-c", "user.name=somebody", "-c", "user.email=some@body", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *as_somebody, *words], cwd=folder, check=True, capture_output=True)


def test_without_version_control_all_is_copied_but_what_was_made(tmp_path: Path) -> None:
    made = (
        "target/debug/x",
        ".git/HEAD",
        "a/__pycache__/b.pyc",
        "cache/CACHEDIR.TAG",
        ".venv/pyvenv.cfg",
        "dist/w.whl",
    )
    root = tree(tmp_path / "p", "Cargo.toml", "src/lib.rs", "src/naïve x.rs", ".hidden", *made)

    names = copied(place(root, tmp_path / "copy", skip=frozenset({root / "target", root / "dist"})))

    assert names == {"Cargo.toml", "src/lib.rs", "src/naïve x.rs", ".hidden"}


def test_of_a_checkout_what_git_tracks_or_does_not_ignore_is_copied(tmp_path: Path) -> None:
    root = tree(tmp_path / "p", "Cargo.toml", "src/lib.rs", "src/with\nline.rs", "gone.rs", "ignored/tracked.rs")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    (root / "gone.rs").unlink()
    (root / ".gitignore").write_text("*.so\nignored/\n")
    tree(root, "new.rs", "old.so", "ignored/other.rs")

    names = copied(place(root, tmp_path / "copy"))

    assert names == {"Cargo.toml", "src/lib.rs", "src/with\nline.rs", ".gitignore", "new.rs", "ignored/tracked.rs"}


def test_a_project_that_git_ignores_as_a_whole_is_copied_all_the_same(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("p/\n")
    root = tree(tmp_path / "p", "Cargo.toml", "src/lib.rs")

    assert copied(place(root, tmp_path / "copy")) == {"Cargo.toml", "src/lib.rs"}


def test_a_submodule_is_copied_as_git_knows_it(tmp_path: Path) -> None:
    inner = tree(tmp_path / "inner", "c/code.c")
    root = tree(tmp_path / "p", "Cargo.toml")
    for folder in (inner, root):
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "x")
    git(root, "submodule", "add", "-q", str(inner), "vendored")

    names = copied(place(root, tmp_path / "copy"))

    assert {"Cargo.toml", "vendored/c/code.c"} <= names


def test_named_files_are_copied_though_git_ignores_them_and_absent_ones_are_not(tmp_path: Path) -> None:
    root = tree(tmp_path / "p", "Cargo.toml", "made.py")
    git(root, "init", "-q")
    (root / ".gitignore").write_text("made.py\n")

    names = copied(place(root, tmp_path / "copy", root / "made.py", root / "absent.py"))

    assert names == {"Cargo.toml", ".gitignore", "made.py"}


def test_without_git_the_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree(tmp_path / "p", "Cargo.toml", "ignored.rs", ".git/HEAD")
    (root / ".gitignore").write_text("ignored.rs\n")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert copied(place(root, tmp_path / "copy")) == {"Cargo.toml", ".gitignore", "ignored.rs"}


def test_cargos_configuration_that_both_places_see_is_not_copied(tmp_path: Path) -> None:
    root = tree(tmp_path / "p", "Cargo.toml", ".cargo/config.toml", "inner/.cargo/config.toml")

    assert copied(place(root, root / "target" / "copy")) == {"Cargo.toml", "inner/.cargo/config.toml"}


def test_modes_are_kept_and_times_are_not(tmp_path: Path) -> None:
    root = tree(tmp_path / "p", "Cargo.toml", "run.sh")
    (root / "run.sh").chmod(0o755)
    os.utime(root / "run.sh", (1, 1))

    copied(place(root, tmp_path / "copy"))

    facts = (tmp_path / "copy" / "run.sh").stat()
    assert facts.st_mode & 0o777 == 0o755
    assert facts.st_mtime > 1


def test_links_lead_to_the_copy_or_out_of_it_as_before(tmp_path: Path) -> None:
    root = tree(tmp_path / "p", "Cargo.toml", "src/lib.rs")
    tree(tmp_path, "outside.rs")
    (root / "inner.rs").symlink_to("src/lib.rs")
    (root / "outer.rs").symlink_to("../outside.rs")
    (root / "absolute.rs").symlink_to(tmp_path / "outside.rs")
    (root / "folder").symlink_to("src")
    (root / "dead").symlink_to("nowhere")
    copy = tmp_path / "deep" / "er" / "copy"

    names = copied(place(root, copy))

    assert names == {"Cargo.toml", "src/lib.rs", "inner.rs", "outer.rs", "absolute.rs", "folder", "dead"}
    assert (copy / "inner.rs").resolve() == (copy / "src" / "lib.rs").resolve()
    assert (copy / "outer.rs").read_text() == (copy / "absolute.rs").read_text() == "outside.rs"
    assert (copy / "folder" / "lib.rs").exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    root = tree(tmp_path / "p", "Cargo.toml")
    tree(tmp_path / "copy", "Cargo.toml/in-the-way")

    with pytest.raises(PackError, match=r"Cargo\.toml"):
        anyio.run(copy_sources, place(root, tmp_path / "copy"))
