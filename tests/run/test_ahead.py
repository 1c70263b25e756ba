"""Digests that are computed before it is known what the files are."""

import os
from pathlib import Path

import pytest

from wheelmatrix.publish.digests import digests_of
from wheelmatrix.run import ahead
from wheelmatrix.run.ahead import Ahead


def test_a_file_that_stayed_the_same_has_its_digests(tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    path.write_bytes(b"one")
    assert Ahead([path]).take(path, path.stat()) == digests_of(b"one")


def test_a_file_that_changed_since_has_none_though_it_keeps_its_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    path.write_bytes(b"one")
    begun, before = Ahead([path]), path.stat()
    assert begun.take(path, before) is not None
    other = tmp_path / "other.whl"
    other.write_bytes(b"two")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)
    now = path.stat()
    assert (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert begun.take(path, now) is None


def test_what_was_not_begun_or_cannot_be_read_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    path.write_bytes(b"one")
    assert Ahead().take(path, path.stat()) is None
    assert Ahead([tmp_path]).take(tmp_path, tmp_path.stat()) is None
    assert Ahead([tmp_path / "no.whl"]).take(tmp_path / "no.whl", path.stat()) is None


def test_a_large_file_is_left_to_the_process_that_looks_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LARGE_BYTES", 2)
    path = tmp_path / "a.whl"
    path.write_bytes(b"one")
    assert Ahead([path]).take(path, path.stat()) is None
