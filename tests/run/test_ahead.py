"""Files that are looked at before it is known what becomes of them."""

import os
from pathlib import Path

import pytest
from releasing import TABLES, release_files

from wheelmatrix.run.ahead import Ahead
from wheelmatrix.run.look import look


def test_a_file_that_stayed_the_same_is_known(tmp_path: Path) -> None:
    paths = release_files(tmp_path, 3, sdist=True)
    begun = Ahead(paths)
    assert [begun.take(path) for path in paths] == [look(path, TABLES) for path in paths]
    assert begun.known == TABLES


def test_a_file_that_changed_since_is_not_though_it_keeps_its_size_and_time(tmp_path: Path) -> None:
    (path,) = release_files(tmp_path, 1)
    begun, before = Ahead([path]), path.stat()
    assert begun.take(path) is not None
    other = tmp_path / "other"
    other.write_bytes(path.read_bytes()[::-1])
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)
    now = path.stat()
    assert (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert begun.take(path) is None


def test_what_was_not_begun_or_cannot_be_looked_at_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    path.write_bytes(b"one")
    assert Ahead([]).take(path) is None
    assert Ahead([path]).take(path) is None
    assert Ahead([tmp_path]).take(tmp_path) is None
    assert Ahead([tmp_path / "no.whl"]).take(tmp_path / "no.whl") is None


def test_a_file_that_is_gone_since_is_said_to_be(tmp_path: Path) -> None:
    (path,) = release_files(tmp_path, 1)
    begun = Ahead([path])
    assert begun.take(path) is not None
    path.unlink()
    with pytest.raises(FileNotFoundError):
        begun.take(path)
