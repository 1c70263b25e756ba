"""Ways between the directories of a project."""

from pathlib import PurePath

import pytest

from wheelmatrix.project.source_project import common_directory, way


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [("/a/b", "/a/b", "."), ("/a/b", "/a", ".."), ("/a", "/a/b/c", "b/c"), ("/a/b/c", "/a/d", "../../d")],
)
def test_the_way_between_two_directories(start: str, end: str, found: str) -> None:
    assert way(PurePath(start), PurePath(end)) == found


def test_the_directory_above_all() -> None:
    assert common_directory([PurePath("/a/b"), PurePath("/a/c/d"), PurePath("/a/c")]) == PurePath("/a")
    assert common_directory([PurePath("/a"), PurePath("/b")]) == PurePath("/")
