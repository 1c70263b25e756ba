"""A new project is there whole, or nothing is: a real disk, and what can lie in the way on it."""

from pathlib import Path

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.run.scaffold import create, fill

TEXTS = {"Cargo.toml": "[package]\n", "README.md": "new\n", "pyproject.toml": "[project]\n", "src/a/lib.rs": "// ü\n"}


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") if path.is_file() else "/"
        for path in sorted(folder.rglob("*"))
    }


WHOLE = {**TEXTS, "src": "/", "src/a": "/"}


def test_a_directory_is_made_with_its_parents(tmp_path: Path) -> None:
    create(tmp_path / "some/where", TEXTS)

    assert tree(tmp_path / "some/where") == WHOLE
    assert [path.name for path in (tmp_path / "some").iterdir()] == ["where"]


@pytest.mark.parametrize("kind", ["directory", "file", "link"])
def test_what_is_there_is_named_and_stays(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "mine"
    match kind:
        case "directory":
            place.mkdir()
        case "file":
            place.write_text("mine")
        case "link":
            place.symlink_to("nowhere")
    before = sorted(tmp_path.iterdir())

    with pytest.raises(ConfigError) as caught:
        create(place, TEXTS)

    assert caught.value.issues[0].where == str(place)
    assert "exists already" in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_a_directory_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match="Not a directory"):
        create(tmp_path / "file/below/it", TEXTS)
    with pytest.raises(ConfigError, match="too long"):
        create(tmp_path / "new/folder", {**TEXTS, "x" * 300: ""})

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_directory_is_filled_and_keeps_what_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("old\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/mine.c").write_text("")

    kept = fill(tmp_path, TEXTS, keep={"README.md", ".gitignore"})

    assert kept == ("README.md",)
    assert tree(tmp_path) == {**WHOLE, "README.md": "old\n", "src/mine.c": ""}


def test_a_directory_that_is_not_there_is_made(tmp_path: Path) -> None:
    assert fill(tmp_path / "new", TEXTS, keep=()) == ()
    assert tree(tmp_path / "new") == WHOLE


@pytest.mark.parametrize(
    ("there", "named"),
    [
        (("README.md", "src/a/lib.rs"), {"README.md", "src/a/lib.rs"}),
        (("Cargo.toml", "src/a/lib.rs"), {"Cargo.toml"}),
        (("pyproject.toml",), {"pyproject.toml"}),
        (("Cargo.toml", "pyproject.toml"), {"Cargo.toml", "pyproject.toml"}),
    ],
)
def test_every_file_in_the_way_is_named_and_nothing_is_written(
    there: tuple[str, ...], named: set[str], tmp_path: Path
) -> None:
    for name in there:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    before = tree(tmp_path)

    with pytest.raises(ConfigError) as caught:
        fill(tmp_path, TEXTS, keep=())

    assert {Path(issue.where).relative_to(tmp_path).as_posix() for issue in caught.value.issues} == named
    assert tree(tmp_path) == before


def test_a_failure_in_between_takes_back_what_was_placed(tmp_path: Path) -> None:
    """A file lies where a folder has to be: that is found after the first files are in their places."""
    (tmp_path / "src").write_text("a file")

    with pytest.raises(ConfigError, match="cannot be written"):
        fill(tmp_path, TEXTS, keep=())

    assert tree(tmp_path) == {"src": "a file"}
