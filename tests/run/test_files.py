import errno
import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wheelmatrix.errors import ConfigError, PackError
from wheelmatrix.run.files import (
    WholeFile,
    free_bytes,
    make_directory,
    move_whole,
    remove_leftovers,
    sha256_of,
    write_if_changed,
    write_whole,
)

_HOLDER = """
import sys, time
from pathlib import Path
from wheelmatrix.run.files import WholeFile
with WholeFile(Path(sys.argv[1])) as file:
    file.write(b"half")
    print("writing", flush=True)
    time.sleep(60)
"""
_LIMITED = """
import resource, sys
from pathlib import Path
from wheelmatrix.errors import PackError
from wheelmatrix.run.files import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_whole(Path(sys.argv[1]), bytes(10_000))
except PackError as error:
    print(error)
"""


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _holder(path: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen([sys.executable, "-c", _HOLDER, path], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "writing\n"
    return child


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"

    write_whole(path, b"old")
    write_whole(path, b"new")

    assert path.read_bytes() == b"new"
    assert _names(tmp_path) == ["a.txt"]


def test_a_file_has_the_mode_that_the_umask_gives(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", b"")
    finally:
        os.umask(old)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_name_of_255_bytes_can_be_written(tmp_path: Path) -> None:
    write_whole(tmp_path / ("x" * 255), b"1")

    assert _names(tmp_path) == ["x" * 255]


def test_what_is_not_committed_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    with WholeFile(path) as file:
        file.write(b"new")
        during = path.read_bytes()

    assert (during, path.read_bytes()) == (b"old", b"old")
    assert _names(tmp_path) == ["a"]


def test_digest_and_size_are_known_while_writing(tmp_path: Path) -> None:
    path = tmp_path / "a"

    with WholeFile(path) as file:
        file.write(b"one ")
        file.write(memoryview(b"two"))
        file.commit()

    assert (file.sha256, file.size_bytes) == (hashlib.sha256(b"one two").hexdigest(), 7)
    assert sha256_of(path) == (file.sha256, 7)


def test_an_unchanged_file_keeps_its_time(tmp_path: Path) -> None:
    path = tmp_path / "config"
    assert write_if_changed(path, b"a")
    os.utime(path, (1, 1))

    assert not write_if_changed(path, b"a")
    assert path.stat().st_mtime == 1
    assert write_if_changed(path, b"b")
    assert path.read_bytes() == b"b"


def test_a_file_is_moved_over_an_older_one(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")

    move_whole(tmp_path / "new", tmp_path / "old")

    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_bytes() == b"new"


def test_a_file_is_moved_to_another_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rename that the system refuses for that reason; the copy is whole before the source goes."""
    source, place = tmp_path / "source", tmp_path / "place"
    source.write_bytes(b"new")
    rename = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if path == source:
            raise OSError(errno.EXDEV, "another disk")
        assert source.exists()
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", refuse)

    move_whole(source, place)

    assert [path.name for path in tmp_path.iterdir()] == ["place"]
    assert place.read_bytes() == b"new"


@pytest.mark.parametrize("name", ["gone", "no/place"])
def test_a_file_that_cannot_be_moved_is_an_error_that_names_the_place(tmp_path: Path, name: str) -> None:
    (tmp_path / "source").write_bytes(b"new")
    source = tmp_path / ("source" if "/" in name else name)

    with pytest.raises(PackError):
        move_whole(source, tmp_path / "no/place" if "/" in name else tmp_path / "place")


def test_a_directory_in_the_file_s_place_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        write_whole(tmp_path, b"")
    with pytest.raises(PackError):
        write_if_changed(tmp_path, b"")
    with pytest.raises(PackError, match="gone"):
        sha256_of(tmp_path / "missing")

    assert caught.value.issues[0].where == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_says_how_much_was_written_and_is_needed(tmp_path: Path) -> None:
    """A limit of the file's size fails in the same place as a full disk, and needs no disk of its own."""
    child = subprocess.run(
        [sys.executable, "-c", _LIMITED, tmp_path / "a"], capture_output=True, text=True, check=True
    )  # fmt: skip

    assert "4,096 bytes were written, at least 5,904 more are needed" in child.stdout
    assert "hint: free some space" in child.stdout
    assert str(tmp_path / "a") in child.stdout
    assert _names(tmp_path) == []


def test_leftovers_of_a_killed_run_are_removed_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    dead, living = _holder(tmp_path / "dead"), _holder(tmp_path / "living")
    with dead, living:
        dead.send_signal(signal.SIGKILL)
        dead.wait()

        before = _names(tmp_path)
        removed = remove_leftovers(tmp_path)
        after = _names(tmp_path)
        living.kill()

    assert len(before) == 2
    assert [path.name for path in removed] == [name for name in before if name not in after]
    assert len(after) == 1
    assert len(remove_leftovers(tmp_path)) == 1


def test_only_temporary_files_are_leftovers(tmp_path: Path) -> None:
    (tmp_path / "a.whl").touch()
    (tmp_path / ".tmp-folder").mkdir()
    (tmp_path / ".tmp-link").symlink_to(tmp_path / "a.whl")

    assert remove_leftovers(tmp_path) == ()
    assert remove_leftovers(tmp_path / "missing") == ()
    assert _names(tmp_path) == [".tmp-folder", ".tmp-link", "a.whl"]


def test_a_directory_is_made_with_its_parents_and_left_empty(tmp_path: Path) -> None:
    make_directory(tmp_path / "a" / "b")
    make_directory(tmp_path / "a" / "b")

    assert _names(tmp_path / "a" / "b") == []


def test_a_file_in_a_directory_s_place_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "dist").touch()

    with pytest.raises(ConfigError) as caught:
        make_directory(tmp_path / "dist")
    with pytest.raises(ConfigError):
        make_directory(tmp_path / "dist" / "below")

    assert "a file is in the place" in str(caught.value)


def test_a_directory_that_cannot_be_written_is_a_configuration_error() -> None:
    """/proc refuses everybody, root too, who may write where permissions forbid it."""
    if not Path("/proc/self").exists():
        pytest.skip("no /proc; any Linux has it")

    with pytest.raises(ConfigError) as caught:
        make_directory(Path("/proc/self/task"))

    assert caught.value.issues[0].where == "/proc/self/task"


def test_free_bytes_are_those_of_the_disk_to_be_written(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") > 0
