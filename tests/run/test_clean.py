import os
import time
from pathlib import Path

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.run.clean import clean, mark_used
from wheelmatrix.run.file_lock import try_lock

DAY_S = 86_400
NOW_S = time.time()
TRIPLE = "x86_64-unknown-linux-gnu"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "target" / "wheelmatrix"


def age(path: Path, days: float) -> None:
    for each in (*path.rglob("*"), path):
        os.utime(each, (NOW_S - days * DAY_S, NOW_S - days * DAY_S))


def make_build(root: Path, name: str, days: float, size_bytes: int = 8192) -> Path:
    path = root / "builds" / TRIPLE / "release" / name
    (path / "release" / "deps").mkdir(parents=True)
    (path / "release" / "deps" / "lib.rlib").write_bytes(os.urandom(size_bytes))
    age(path, days)
    return path


def make_run(root: Path, name: str, days: float) -> Path:
    path = root / "runs" / name
    path.mkdir(parents=True)
    (path / "events.jsonl").write_bytes(b"{}\n")
    age(path, days)
    return path


def test_what_is_old_goes_and_what_is_young_stays(root: Path) -> None:
    old, young = make_build(root, "a", 40), make_build(root, "b", 10)
    old_run, young_run = make_run(root, "1", 40), make_run(root, "2", 10)

    done = clean(root, older_than_days=30, now_s=NOW_S)

    assert {each.path for each in done.removed} == {old, old_run}
    assert not old.exists()
    assert not old_run.exists()
    assert young.exists()
    assert young_run.exists()
    assert done.freed_bytes >= 8192


def test_a_file_written_lately_keeps_its_directory(root: Path) -> None:
    build = make_build(root, "a", 40)
    (build / "release" / ".cargo-lock").write_bytes(b"")

    assert clean(root, older_than_days=30, now_s=NOW_S).removed == ()


def test_a_marked_directory_is_young(root: Path) -> None:
    build = make_build(root, "a", 40)

    mark_used(build)

    assert clean(root, older_than_days=30, now_s=NOW_S).removed == ()


def test_the_longest_unused_go_until_the_size_fits(root: Path) -> None:
    builds = [make_build(root, name, days, 100_000) for name, days in (("a", 1), ("b", 3), ("c", 2))]

    done = clean(root, keep_bytes=250_000, now_s=NOW_S)

    assert [each.path for each in done.removed] == [builds[1]]
    assert done.kept_bytes <= 250_000


def test_a_file_that_another_build_links_to_frees_nothing(root: Path) -> None:
    one, other = make_build(root, "a", 40, 100_000), make_build(root, "b", 1, 100_000)
    link = other / "release" / "deps" / "lib.rlib"
    link.unlink()
    os.link(one / "release" / "deps" / "lib.rlib", link)
    os.utime(link, (NOW_S - 40 * DAY_S, NOW_S - 40 * DAY_S))

    (removed,) = clean(root, older_than_days=30, now_s=NOW_S).removed

    assert removed.path == one
    assert removed.freed_bytes < 100_000
    assert link.exists()


def test_a_dry_run_removes_nothing(root: Path) -> None:
    build = make_build(root, "a", 40)

    done = clean(root, older_than_days=30, dry_run=True, now_s=NOW_S)

    assert [each.path for each in done.removed] == [build]
    assert build.exists()


def test_no_limit_removes_nothing(root: Path) -> None:
    make_build(root, "a", 4000)

    assert clean(root, now_s=NOW_S).removed == ()


def test_what_is_in_use_is_not_touched(root: Path) -> None:
    build = make_build(root, "a", 40)
    with (root / "lock").open("w") as lock:
        assert try_lock(lock.fileno())

        with pytest.raises(ConfigError, match="a run is at work here"):
            clean(root, older_than_days=30, now_s=NOW_S)

    assert build.exists()


def test_leftovers_of_interrupted_work_go(root: Path) -> None:
    make_build(root, ".clone-1", 0)
    (root / ".trash-x" / "deep").mkdir(parents=True)

    clean(root, older_than_days=30, now_s=NOW_S)

    assert not list((root / "builds").glob("*/*/.*"))
    assert not (root / ".trash-x").exists()


def test_empty_folders_above_a_build_go_with_it(root: Path) -> None:
    make_build(root, "a", 40)

    clean(root, older_than_days=30, now_s=NOW_S)

    assert list((root / "builds").glob("*")) == []


def test_a_link_is_not_followed(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"x")
    build = make_build(root, "a", 40)
    (build / "link").symlink_to(outside)
    os.utime(build, (0, 0))

    clean(root, older_than_days=30, now_s=NOW_S)

    assert not build.exists()
    assert (outside / "file").exists()


def test_a_project_without_builds_is_clean(root: Path) -> None:
    assert clean(root, older_than_days=0).removed == ()


def test_wheels_that_no_hook_hands_out_any_more_go_too(root: Path) -> None:
    hooks = root / "hooks"
    hooks.mkdir(parents=True)
    (hooks / "cpython-311-x.whl").write_bytes(os.urandom(8192))
    age(hooks, 40)

    assert clean(root, older_than_days=30, now_s=NOW_S, dry_run=True).freed_bytes >= 8192
    mark_used(hooks)  # as a hook does that hands one out
    assert clean(root, older_than_days=30, now_s=NOW_S).removed == ()

    age(hooks, 40)
    assert [each.path for each in clean(root, older_than_days=30, now_s=NOW_S).removed] == [hooks]
    assert not hooks.exists()


def test_what_a_second_build_left_goes_too(root: Path) -> None:
    left = root / "second"
    (left / "dist").mkdir(parents=True)
    age(left, 40)

    done = clean(root, older_than_days=30, now_s=NOW_S)

    assert [each.path for each in done.removed] == [left]
    assert not left.exists()
