import csv
import hashlib
import io
import stat
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path, PurePath

import anyio
import pytest

from wheelmatrix.errors import PackError
from wheelmatrix.model import Entry
from wheelmatrix.pack.compress import Compressor, compressor
from wheelmatrix.run.pack import Written, write_wheel, write_wheel_alone

_ZLIB = Compressor(name="zlib")
_WHEEL = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n"
_METADATA = b"Metadata-Version: 2.4\nName: p\nVersion: 1\n"
_DIST_INFO = (
    Entry(name="p-1.dist-info/METADATA", source=_METADATA),
    Entry(name="p-1.dist-info/WHEEL", source=_WHEEL),
)
_NAME = "p-1-py3-none-any.whl"
_LARGE = b"".join(b"line %d of a large member\n" % number for number in range(400_000))
_LIMITED = """
import resource, sys
from pathlib import Path
import anyio
from wheelmatrix.errors import PackError
from wheelmatrix.model import Entry
from wheelmatrix.pack.compress import Compressor
from wheelmatrix.run.pack import write_wheel
entries = [Entry(name=f"p-1.dist-info/{n}", source=b"") for n in ("METADATA", "WHEEL")]
entries.insert(0, Entry(name="p/large", source=bytes(100_000)))
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
async def main():
    await write_wheel(entries, Path(sys.argv[1]), compressor=Compressor(name="stored"))
try:
    anyio.run(main)
except PackError as error:
    print(error)
"""


def _write(entries: Sequence[Entry], path: Path, by: Compressor = _ZLIB, *, threads: int = 2) -> Written:
    async def write() -> Written:
        return await write_wheel(entries, path, compressor=by, limiter=anyio.CapacityLimiter(threads))

    return anyio.run(write)


def _tree(folder: Path) -> tuple[Entry, ...]:
    """A package as projects have it: empty, small, large, odd names, an executable."""
    contents = {"__init__.py": b"", "a,b.txt": b"comma", "naïve.py": b"x = 1\n", "large.bin": _LARGE, "run": b"#!sh"}
    for number in range(200):
        contents[f"many/{number}.py"] = f"number = {number}\n".encode() * 50
    entries = []
    for name, content in sorted(contents.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        entries.append(Entry(name=f"p/{name}", source=PurePath(path), executable=name == "run"))
    return (*entries, *_DIST_INFO)


def test_the_wheel_has_every_file_and_record_last(tmp_path: Path) -> None:
    entries = _tree(tmp_path / "src")

    written = _write(entries, tmp_path / _NAME)

    with zipfile.ZipFile(tmp_path / _NAME) as found:
        assert found.testzip() is None
        assert found.namelist() == [*(entry.name for entry in entries), "p-1.dist-info/RECORD"]
        assert found.read("p/large.bin") == _LARGE
        assert found.read("p/naïve.py") == b"x = 1\n"
        assert found.getinfo("p/run").external_attr >> 16 == stat.S_IFREG | 0o755
        assert found.read("p-1.dist-info/RECORD").decode() == written.record
    assert not written.unchanged
    assert written.warnings == ()


def test_record_agrees_with_every_member(tmp_path: Path) -> None:
    _write(_tree(tmp_path / "src"), tmp_path / _NAME)

    with zipfile.ZipFile(tmp_path / _NAME) as found:
        record = io.TextIOWrapper(found.open("p-1.dist-info/RECORD"), encoding="utf-8", newline="")
        rows = {name: (digest, size) for name, digest, size in csv.reader(record)}
        assert set(rows) == set(found.namelist())
        assert rows.pop("p-1.dist-info/RECORD") == ("", "")
        for name, (digest, size) in rows.items():
            content = found.read(name)
            expected = urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            assert (digest, size) == (f"sha256={expected}", str(len(content)))


@pytest.mark.parametrize("by", [_ZLIB, compressor(), Compressor(name="stored")], ids=lambda by: str(by.name))
def test_threads_and_tasks_do_not_change_a_byte(tmp_path: Path, by: Compressor) -> None:
    entries = _tree(tmp_path / "src")

    alone = write_wheel_alone(entries, tmp_path / f"p-1-alone-{_NAME[4:]}", compressor=by)
    one = _write(entries, tmp_path / f"p-1-one-{_NAME[4:]}", by, threads=1)
    four = _write(entries, tmp_path / f"p-1-four-{_NAME[4:]}", by, threads=4)

    assert alone.sha256 == one.sha256 == four.sha256
    assert alone.path.read_bytes() == four.path.read_bytes()


def test_digest_and_size_are_those_of_the_file(tmp_path: Path) -> None:
    written = _write(_tree(tmp_path / "src"), tmp_path / _NAME)

    image = (tmp_path / _NAME).read_bytes()
    assert (written.sha256, written.size_bytes) == (hashlib.sha256(image).hexdigest(), len(image))


def test_the_same_wheel_is_left_alone(tmp_path: Path) -> None:
    first = _write(_DIST_INFO, tmp_path / _NAME)
    before = first.path.stat()

    second = _write(_DIST_INFO, tmp_path / _NAME)

    after = second.path.stat()
    assert second.unchanged
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_another_wheel_of_that_name_is_replaced(tmp_path: Path) -> None:
    (tmp_path / _NAME).write_bytes(b"old")

    assert not _write(_DIST_INFO, tmp_path / _NAME).unchanged
    assert zipfile.is_zipfile(tmp_path / _NAME)


def test_the_time_of_the_members_is_the_epoch(tmp_path: Path) -> None:
    write_wheel_alone(_DIST_INFO, tmp_path / _NAME, compressor=_ZLIB, epoch_s=1_700_000_000)

    with zipfile.ZipFile(tmp_path / _NAME) as found:
        assert {line.date_time for line in found.infolist()} == {(2023, 11, 14, 22, 13, 20)}


def test_every_file_that_is_not_there_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    gone = tuple(Entry(name=f"p/{name}", source=PurePath(tmp_path / name)) for name in ("one", "two"))
    (tmp_path / "folder").mkdir()
    folder = Entry(name="p/folder", source=PurePath(tmp_path / "folder"))

    with pytest.raises(PackError) as caught:
        _write((*gone, folder, *_DIST_INFO), tmp_path / _NAME)

    assert [issue.where for issue in caught.value.issues] == [str(tmp_path / name) for name in ("one", "two", "folder")]
    assert "a directory" in caught.value.issues[2].message
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_failure_in_the_middle_leaves_the_old_wheel(tmp_path: Path) -> None:
    (tmp_path / _NAME).write_bytes(b"old")
    entries = (*(Entry(name=name, source=_LARGE) for name in ("p/a", "p/b", "../escape")), *_DIST_INFO)

    with pytest.raises(PackError, match="leaves the archive"):
        _write(entries, tmp_path / _NAME)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {_NAME: b"old"}


def test_a_cancelled_wheel_leaves_nothing(tmp_path: Path) -> None:
    async def cancel_when_begun() -> bool:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:

                async def watch() -> None:
                    while not any(path.name.startswith(".tmp-") for path in tmp_path.iterdir()):
                        await anyio.sleep(0.001)
                    scope.cancel()

                group.start_soon(watch)
                many = (Entry(name=f"p/{number}", source=_LARGE) for number in range(30))
                await write_wheel((*many, *_DIST_INFO), tmp_path / _NAME, compressor=Compressor(name="zlib", level=9))
        return scope.cancelled_caught

    assert anyio.run(cancel_when_begun)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_says_what_was_written_and_leaves_nothing(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", _LIMITED, tmp_path / _NAME], capture_output=True, text=True, check=True
    )  # fmt: skip

    assert "10,000 bytes were written" in child.stdout
    assert "hint: free some space" in child.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_is_no_directory_is_an_error_that_names_the_wheel(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        _write(_DIST_INFO, tmp_path / "missing" / _NAME)

    assert caught.value.issues[0].where == str(tmp_path / "missing" / _NAME)


def test_a_filename_that_is_not_the_wheel_s_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"says p-2, the wheel contains p-1\.dist-info"):
        _write(_DIST_INFO, tmp_path / "p-2-py3-none-any.whl")


def test_wheels_written_at_once_share_the_limiter(tmp_path: Path) -> None:
    async def write_both() -> list[str]:
        limiter = anyio.CapacityLimiter(2)
        digests: list[str] = []

        async def write(build: int) -> None:
            path = tmp_path / f"p-1-{build}-py3-none-any.whl"
            entries = (Entry(name="p/large", source=_LARGE), *_DIST_INFO)
            digests.append((await write_wheel(entries, path, compressor=_ZLIB, limiter=limiter)).sha256)

        async with anyio.create_task_group() as group:
            for build in range(4):
                group.start_soon(write, build)
        return digests

    digests = anyio.run(write_both)

    assert len(digests) == 4
    assert len(set(digests)) == 1


@pytest.mark.slow
def test_pip_installs_the_wheel(tmp_path: Path) -> None:
    written = _write(_tree(tmp_path / "src"), tmp_path / _NAME)

    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-compile", "--no-cache-dir",
         "--disable-pip-version-check", "--root-user-action=ignore", "--target", tmp_path / "site", written.path],
        check=True,
    )  # fmt: skip

    assert (tmp_path / "site" / "p" / "a,b.txt").read_bytes() == b"comma"
    assert (tmp_path / "site" / "p" / "large.bin").read_bytes() == _LARGE
    assert (tmp_path / "site" / "p" / "run").stat().st_mode & 0o111


def test_the_standard_library_lists_and_tests_the_wheel(tmp_path: Path) -> None:
    written = _write(_tree(tmp_path / "src"), tmp_path / _NAME)

    told = subprocess.run(
        [sys.executable, "-m", "zipfile", "-t", written.path], capture_output=True, text=True, check=True
    )  # fmt: skip

    assert told.stdout == "Done testing\n"
