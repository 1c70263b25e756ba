"""A clone is a target directory of its own: whole or not there, and neither can change the other."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wheelmatrix.errors import PackError
from wheelmatrix.run import copying
from wheelmatrix.run.clone import clone, remove_leftovers
from wheelmatrix.run.copying import Copier

TRIPLE = "x86_64-unknown-linux-gnu"
UNIT = f"{TRIPLE}/release"
FILES = {
    ".rustc_info.json": b"{}",
    "CACHEDIR.TAG": b"Signature",
    f"{UNIT}/.fingerprint/serde-1/lib-serde": b"0123",
    f"{UNIT}/.fingerprint/incremental-1/lib-incremental": b"4567",
    f"{UNIT}/deps/libserde-1.rlib": b"rlib" * 10,
    f"{UNIT}/deps/libserde-1.rmeta": b"rmeta",
    f"{UNIT}/deps/libnative.so": b"so" * 200_000,
    f"{UNIT}/build/zlib-1/out/libz.rlib": b"an archive that ar overwrites",
    f"{UNIT}/build/zlib-1/out/deep/x.rmeta": b"not rustc's",
    f"{UNIT}/build/zlib-1/out/incremental/state": b"the script's own",
    f"{UNIT}/build/zlib-1/out/.cargo-lock": b"the script's own",
    f"{UNIT}/build/zlib-1/output": b"cargo:rustc-link-lib=z",
}
LEFT_OUT = {
    f"{UNIT}/.cargo-lock": b"",
    f"{UNIT}/.cargo-build-lock": b"",
    "release/.cargo-artifact-lock": b"",
    "release/incremental/native-1/s-1/dep-graph.bin": b"big",
    f"{UNIT}/incremental/native-1/s-1/dep-graph.bin": b"big",
}


@pytest.fixture
def base(tmp_path):
    folder = tmp_path / "base"
    for number, (name, content) in enumerate((FILES | LEFT_OUT).items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(10**18 + number, 10**18 + 123_456_789 + number))
    script = folder / UNIT / "build/zlib-1/build-script-build"
    script.write_bytes(b"#!")
    script.chmod(0o755)
    return folder


@pytest.fixture
def without_reflinks(monkeypatch):
    monkeypatch.setattr(copying, "_reflink_of_this_system", lambda: None)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def is_one_file(first: Path, second: Path) -> bool:
    return first.stat().st_ino == second.stat().st_ino


def test_everything_is_there_but_locks_and_incremental_caches(base, tmp_path):
    facts = clone(base, tmp_path / "new" / "clone")

    made = files_in(tmp_path / "new" / "clone")
    assert made == {name: content for name, content in files_in(base).items() if name not in LEFT_OUT}
    assert facts.size == sum(map(len, made.values()))
    assert facts.linked + facts.copied + facts.reflinked == len(made)


def test_only_what_rustc_replaces_is_one_file_in_both_and_nothing_of_an_out_dir(base, tmp_path, without_reflinks):
    facts = clone(base, tmp_path / "clone")

    shared = {name for name in files_in(tmp_path / "clone") if is_one_file(base / name, tmp_path / "clone" / name)}
    assert shared == {f"{UNIT}/deps/libserde-1.rlib", f"{UNIT}/deps/libserde-1.rmeta"}
    assert (facts.linked, facts.reflinked) == (2, 0)


def test_times_and_modes_are_kept_to_the_nanosecond(base, tmp_path):
    os.utime(base / UNIT / "build/zlib-1/out", ns=(5, 1_234_567_890_123_456_789))

    clone(base, tmp_path / "clone")

    for path in (tmp_path / "clone").rglob("*"):
        before, after = (base / path.relative_to(tmp_path / "clone")).stat(), path.stat()
        assert (path.name, after.st_mtime_ns, after.st_mode) == (path.name, before.st_mtime_ns, before.st_mode)


def test_links_stay_links_and_never_lead_back_to_the_base(base, tmp_path):
    out = base / UNIT / "build/zlib-1/out"
    (out / "relative").symlink_to("libz.rlib")
    (out / "absolute").symlink_to(out / "libz.rlib")
    (out / "outside").symlink_to("/usr/lib")
    (out / "dangling").symlink_to("nowhere")
    (out / "neighbour").symlink_to(f"{base}2/x")

    clone(base, tmp_path / "clone")

    made = tmp_path / "clone" / UNIT / "build/zlib-1/out"
    assert {path.name: str(path.readlink()) for path in made.iterdir() if path.is_symlink()} == {
        "relative": "libz.rlib",
        "absolute": str(made / "libz.rlib"),
        "outside": "/usr/lib",
        "dangling": "nowhere",
        "neighbour": f"{base}2/x",
    }


def test_a_library_that_cargo_put_beside_its_dependencies_is_copied_once(base, tmp_path, without_reflinks):
    (base / UNIT / "libnative.so").hardlink_to(base / UNIT / "deps/libnative.so")

    clone(base, tmp_path / "clone")

    made = tmp_path / "clone" / UNIT
    assert is_one_file(made / "libnative.so", made / "deps/libnative.so")
    assert not is_one_file(made / "libnative.so", base / UNIT / "libnative.so")
    assert (made / "libnative.so").read_bytes() == FILES[f"{UNIT}/deps/libnative.so"]


def test_where_links_are_impossible_everything_is_copied(base, tmp_path, without_reflinks, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "another device")

    monkeypatch.setattr(os, "link", refuse)

    facts = clone(base, tmp_path / "clone")

    assert (facts.linked, facts.copied) == (0, len(files_in(tmp_path / "clone")))


def test_where_the_kernel_cannot_copy_the_bytes_are_read_and_written(base, tmp_path, without_reflinks, monkeypatch):
    def refuse(*_: object) -> int:
        raise OSError(errno.EXDEV, "another file system")

    monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)

    clone(base, tmp_path / "clone")

    assert files_in(tmp_path / "clone")[f"{UNIT}/deps/libnative.so"] == FILES[f"{UNIT}/deps/libnative.so"]


def test_a_file_system_that_knows_no_reflinks_is_asked_once(tmp_path, monkeypatch):
    asked = []

    def refuse(source: str, target: str) -> None:
        asked.append((source, target))
        raise OSError(errno.EOPNOTSUPP, "no")

    monkeypatch.setattr(copying, "_reflink_of_this_system", lambda: refuse)
    (tmp_path / "a").write_bytes(b"a")
    copier = Copier()

    made = [copier.reflink(str(tmp_path / "a"), str(tmp_path / "b"), (tmp_path / "a").stat()) for _ in range(2)]

    assert (made, len(asked), (tmp_path / "b").exists()) == ([False, False], 1, False)


def test_a_clone_that_fails_leaves_nothing_and_says_where(base, tmp_path, without_reflinks, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "deps/libnative.so")

    monkeypatch.setattr(Copier, "copy", full)

    with pytest.raises(PackError, match="libnative"):
        clone(base, tmp_path / "clone")
    assert [path.name for path in tmp_path.iterdir()] == ["base"]


def test_what_is_there_already_is_not_overwritten(base, tmp_path):
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / "mine").touch()

    with pytest.raises(PackError, match="clone"):
        clone(base, tmp_path / "clone")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "clone"]
    assert files_in(tmp_path / "clone") == {"mine": b""}


def test_a_source_that_is_not_there_is_said(tmp_path):
    with pytest.raises(PackError, match="none"):
        clone(tmp_path / "none", tmp_path / "clone")


@pytest.mark.skipif(sys.platform == "win32", reason="locks of directories are POSIX's")
def test_leftovers_of_the_dead_are_removed_and_clones_being_made_stay(tmp_path):
    (tmp_path / ".tmp-clone-dead" / "deep").mkdir(parents=True)
    (tmp_path / ".tmp-clone-dead" / "deep" / "file").touch()
    (tmp_path / ".tmp-clone-living").mkdir()
    (tmp_path / "1a2b3c4d").mkdir()
    code = (
        "import os, sys; from wheelmatrix.run.file_lock import try_lock\n"
        "assert try_lock(os.open('.tmp-clone-living', os.O_RDONLY)); print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as maker:
        maker.stdout.readline()

        removed = remove_leftovers(tmp_path)
        maker.stdin.close()

    assert removed == (tmp_path / ".tmp-clone-dead",)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp-clone-living", "1a2b3c4d"]


def test_no_directory_no_leftovers(tmp_path):
    assert remove_leftovers(tmp_path / "none") == ()


def test_what_vanishes_while_it_is_copied_is_left_out(base, tmp_path, monkeypatch, without_reflinks):
    temporary = base / UNIT / "deps/rmetaXYZ"
    temporary.mkdir()
    (temporary / "full.rmeta").write_bytes(b"not yet")
    gone = base / UNIT / "deps/native.native.0-cgu.0.rcgu.o"
    gone.write_bytes(b"object")
    copy = Copier.copy

    def removed_meanwhile(self, source, target, status):
        gone.unlink(missing_ok=True)
        (temporary / "full.rmeta").unlink(missing_ok=True)
        copy(self, source, target, status)

    monkeypatch.setattr(Copier, "copy", removed_meanwhile)

    clone(base, tmp_path / "clone")

    assert not (tmp_path / "clone" / gone.relative_to(base)).exists()
    assert set(FILES.items()) <= set(files_in(tmp_path / "clone").items())


@pytest.mark.parametrize("layout", [UNIT, f"{UNIT}/build/serde/0123456789abcdef"])
def test_a_unit_that_became_ready_while_it_was_copied_is_not_ready_in_the_clone(
    layout, tmp_path, monkeypatch, without_reflinks
):
    base = tmp_path / "base"
    fingerprints = ".fingerprint" if layout == UNIT else "fingerprint"
    for name in (f"deps/serde.d{'x' * n}" for n in range(3)):
        (base / layout / name).parent.mkdir(parents=True, exist_ok=True)
        (base / layout / name).write_bytes(b"made")
    (base / layout / fingerprints / "serde-1").mkdir(parents=True)
    copy = Copier.copy

    def ready_meanwhile(self, source, target, status):
        (base / layout / fingerprints / "serde-1/lib-serde").write_bytes(b"0123")
        copy(self, source, target, status)

    monkeypatch.setattr(Copier, "copy", ready_meanwhile)

    clone(base, tmp_path / "clone")

    assert (tmp_path / "clone" / layout / "deps/serde.d").exists()
    assert list((tmp_path / "clone" / layout / fingerprints).rglob("lib-serde")) == []


def test_a_clone_for_another_target_has_the_hosts_half_alone(tmp_path, without_reflinks):
    base = tmp_path / f"{TRIPLE}.2.17" / "release" / "base"
    for name in (f"{TRIPLE}/release/deps/libserde.rlib", "release/deps/libsyn.rlib", f"release/build/a/out/{TRIPLE}/x"):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(b"made")

    clone(base, tmp_path / "clone", whole=False)

    assert sorted(files_in(tmp_path / "clone")) == [f"release/build/a/out/{TRIPLE}/x", "release/deps/libsyn.rlib"]
