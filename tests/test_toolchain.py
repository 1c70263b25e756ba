"""The toolchain's ways: pieces are whole or absent, and it says what is missing. What it makes: test_toolchain_*.py."""

import fcntl
import os
import subprocess
import sys
import threading
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from tests import toolchain
from tests.e2e.crates import CHECKOUT
from tests.toolchain import Unavailable, cache, debian, std, windows


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    roots = {name: tmp_path / "box" / name for name in ("cp314-x86_64", "cp311-s390x", "cp311-win_amd64")}
    for root in roots.values():
        root.mkdir(parents=True)

    found = toolchain.provide(tmp_path / "box", roots)

    assert found["cp314-x86_64"].executable == roots["cp314-x86_64"] / "bin/python3.14"
    assert found["cp311-win_amd64"].executable == roots["cp311-win_amd64"] / "bin/python"
    assert found["cp314-x86_64"].command[0].startswith(str(roots["cp314-x86_64"]))
    assert found["cp311-s390x"].command[0] == str(tmp_path / "box/qemu/usr/bin/qemu-s390x-static")
    assert all(list(root.iterdir()) == [] and found[name].root == root for name, root in roots.items())


def test_a_piece_that_fails_leaves_nothing_and_is_made_the_next_time(tmp_path: Path) -> None:
    def fails(work: Path) -> None:
        (work / "half").touch()
        raise Unavailable("the other half")

    with pytest.raises(Unavailable, match="the other half"):
        cache.provide_piece(tmp_path, "piece", fails)

    assert left_in(tmp_path) == []
    assert cache.provide_piece(tmp_path, "piece", lambda work: (work / "whole").touch()) == tmp_path / "piece"
    assert [path.name for path in (tmp_path / "piece").iterdir()] == ["whole"]


def test_two_at_once_make_a_piece_once(tmp_path: Path) -> None:
    made: list[Path] = []
    both_asked = threading.Barrier(2)

    def ask() -> None:
        both_asked.wait()
        cache.provide_piece(tmp_path, "piece", made.append)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1


def test_making_one_piece_does_not_hold_up_another(tmp_path: Path) -> None:
    with cache.locked(tmp_path, "std"), (tmp_path / ".locks/std").open() as lock:
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

        cache.provide_piece(tmp_path, "cp311-x86_64", lambda work: None)


def test_without_debian_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unavailable, match="apt-get and dpkg-deb not found"):
        toolchain.provide(tmp_path / "box", ["cp314-x86_64"])

    assert left_in(tmp_path / "box") == []


def test_without_zig_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def finds_nothing(name: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(windows, "find_spec", finds_nothing)

    with pytest.raises(Unavailable, match="pip install ziglang"):
        windows.compile_windows(tmp_path / "python.exe", "")


def test_an_apt_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, body in (
        ("apt-get", 'test "$1" = indextargets && echo bookworm http://debian.invalid/debian/'),
        ("dpkg-deb", ""),
    ):
        cache.write_script(tmp_path / name, f"#!/bin/sh\n{body}\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.defpath}")
    monkeypatch.setattr(debian, "KEYRING", tmp_path / "apt-get")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")

    with pytest.raises(subprocess.CalledProcessError, match="update"):
        toolchain.provide(tmp_path / "box", ["pp311-x86_64"])
    with pytest.raises(Unavailable, match="no address for Debian's bookworm-security"):
        toolchain.rust(tmp_path / "box", [])

    assert left_in(tmp_path / "box") == []


def test_links_of_what_was_unpacked_stay_inside(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/real").touch()
    (tmp_path / "lib64").mkdir()
    (tmp_path / "lib64/absolute").symlink_to("/lib/real")
    (tmp_path / "lib64/relative").symlink_to("absolute")

    cache.keep_links_inside(tmp_path)

    assert (tmp_path / "lib64/absolute").readlink() == Path("../lib/real")
    assert (tmp_path / "lib64/relative").readlink() == Path("absolute")


def test_the_stable_abi_of_windows_is_that_of_its_version() -> None:
    definition = windows.forwards(windows.WINDOWS["cp311-win_amd64"])

    assert definition.startswith("EXPORTS\n")
    assert "  PyList_New=python311.PyList_New\n" in definition
    assert "  _Py_NoneStruct=python311._Py_NoneStruct\n" in definition
    assert "PyUnicode_EqualToUTF8" not in definition  # since 3.13
    assert "PyList_GET_SIZE" not in definition  # never


def test_a_std_counts_when_all_its_libraries_are_told_of(tmp_path: Path) -> None:
    folders = {triple: tmp_path / triple / "release/deps" for triple in ("one", "two")}
    for folder in folders.values():
        folder.mkdir(parents=True)
        for name in ("core", "std", "proc_macro", "object"):
            (folder / f"lib{name}-1.rmeta").touch()

    def told(triple: str, *names: str) -> list[bytes]:
        files = [[str(folders[triple] / f"lib{name}-1.{kind}") for kind in ("rlib", "rmeta")] for name in names]
        return [
            b'{"reason": "compiler-artifact", "filenames": %s}' % str(each).replace("'", '"').encode() for each in files
        ]

    messages = iter([
        b'{"reason": "build-script-executed"}',
        *told("one", "core", "std", "proc_macro"),
        *told("two", "core", "std", "proc_macro", "object"),
        *told("one", "object"),
        b'{"reason": "build-finished", "success": true}',
    ])  # fmt: skip

    assert list(std.finished(messages, tmp_path)) == ["two", "one"]
    assert list(std.finished(iter(told("one", "core", "std", "proc_macro")), tmp_path)) == []


def test_a_cargo_that_fails_is_shown_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    library, rustlib = tmp_path / "library", tmp_path / "rustlib"
    (library / "std").mkdir(parents=True)
    (library / "std/Cargo.toml").write_text('crate-type = ["dylib", "rlib"]\n')
    (rustlib / f"{cache.SCRATCH}of-a-killed-run").mkdir(parents=True)
    cache.write_script(tmp_path / "cargo", "#!/bin/sh\ncat std/Cargo.toml >&2\necho no network >&2\nexit 101\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(subprocess.CalledProcessError, match="101"):
        std.build_std(["one"], rustc=Path("rustc"), library=library, rustlib=rustlib, path=os.environ["PATH"])

    assert left_in(rustlib) == []
    assert 'crate-type = ["rlib"]\nno network\n' in capfd.readouterr().err


def test_the_command_line_says_what_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.toolchain", str(tmp_path / "box"), "--python", "cp311-s390x"],
        cwd=CHECKOUT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("toolchain: apt-get and dpkg-deb not found")


def test_the_tests_cache_can_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_TOOLCHAIN_CACHE", "/somewhere")
    moved = toolchain.default_directory()
    monkeypatch.delenv("TEST_TOOLCHAIN_CACHE")

    assert moved == Path("/somewhere/toolchain")
    assert toolchain.default_directory() == CHECKOUT / ".cache/toolchain"


def left_in(folder: Path) -> list[str]:
    """Names of what is in a folder beside the locks."""
    return sorted({path.name for path in folder.iterdir()} - {".locks"})
