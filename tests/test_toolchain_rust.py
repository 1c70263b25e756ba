"""What the toolchain builds: std of every target links into a library, and those of Linux run under their emulator."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.toolchain import TRIPLES, Rust, Unpacked, default_directory
from tests.toolchain.rust import HOST

pytestmark = pytest.mark.slow

MANIFEST = """
[package]
name = "thread"
version = "1.0.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[workspace]
"""
LIBRARY = """
#[no_mangle]
pub extern "C" fn length(number: u64) -> u64 {
    std::thread::spawn(move || format!("{number}").len() as u64).join().unwrap_or(0)
}
"""
# Suffix for cargo-zigbuild, name of the library, how it begins: ELF class, byte order and machine; PE; Mach-O.
MADE = {
    "aarch64-apple-darwin": ("", "libthread.dylib", {0: "cffaedfe0c000001"}),
    "aarch64-unknown-linux-gnu": (".2.17", "libthread.so", {4: "0201", 18: "b700"}),
    "aarch64-unknown-linux-musl": ("", "libthread.so", {4: "0201", 18: "b700"}),
    "armv7-unknown-linux-gnueabihf": (".2.17", "libthread.so", {4: "0101", 18: "2800"}),
    "i686-unknown-linux-gnu": (".2.17", "libthread.so", {4: "0101", 18: "0300"}),
    "powerpc64le-unknown-linux-gnu": (".2.19", "libthread.so", {4: "0201", 18: "1500"}),
    "s390x-unknown-linux-gnu": (".2.17", "libthread.so", {4: "0202", 18: "0016"}),
    "x86_64-apple-darwin": ("", "libthread.dylib", {0: "cffaedfe07000001"}),
    "x86_64-pc-windows-gnu": ("", "thread.dll", {0: "4d5a"}),
    "x86_64-unknown-linux-musl": ("", "libthread.so", {4: "0201", 18: "3e00"}),
}
RUN_BY = {
    "aarch64-unknown-linux-gnu": "cp311-aarch64",
    "armv7-unknown-linux-gnueabihf": "cp311-armv7l",
    "i686-unknown-linux-gnu": "cp311-i686",
    "powerpc64le-unknown-linux-gnu": "cp311-ppc64le",
    "s390x-unknown-linux-gnu": "cp311-s390x",
    "x86_64-pc-windows-gnu": "cp311-win_amd64",
}


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("thread")
    (folder / "src").mkdir()
    (folder / "Cargo.toml").write_text(MANIFEST)
    (folder / "src/lib.rs").write_text(LIBRARY)
    return folder


@pytest.mark.parametrize("triple", TRIPLES)
def test_std_links_and_runs(
    rust_for: Callable[[Iterable[str]], Rust], foreign_python: Callable[[str], Unpacked], crate: Path, triple: str
) -> None:
    rust, (floor, name, starts) = rust_for([triple]), MADE[triple]
    flags = {"RUSTFLAGS": "-Ctarget-feature=-crt-static"} if triple.endswith("musl") else {}
    # What zig compiled of a target's libc for tests/e2e/test_cross.py is there already.
    zig = {
        "ZIG_GLOBAL_CACHE_DIR": str(default_directory() / "own/zig/cache"),
        "CARGO_ZIGBUILD_PYTHON_PATH": sys.executable,
    }

    done = subprocess.run(
        [zigbuild(), "zigbuild", "--quiet", "--release", f"--target={triple}{floor}"],
        cwd=crate,
        env=os.environ | rust.env | flags | zig,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    library = crate / "target" / triple / "release" / name
    image = library.read_bytes()
    assert {place: image[place : place + len(bytes.fromhex(text))].hex() for place, text in starts.items()} == starts
    if triple in RUN_BY:
        program = f"import ctypes; print(ctypes.CDLL({str(library)!r}).length(ctypes.c_uint64(12345)))"
        answer = subprocess.run(
            [foreign_python(RUN_BY[triple]).executable, "-c", program], capture_output=True, text=True
        )
        assert (answer.stdout, answer.stderr) == ("5\n", "")


def test_a_toolchain_tells_what_it_has(rust_for: Callable[[Iterable[str]], Rust]) -> None:
    rust = rust_for([])

    said = subprocess.run([rust.rustc, "-vV"], capture_output=True, text=True, check=True).stdout

    assert f"release: {rust.version}\n" in said
    assert HOST in rust.triples
    assert all((rust.sysroot / f"lib/rustlib/{triple}/lib").is_dir() for triple in rust.triples)
    for program in (rust.tools / "x86_64-w64-mingw32-dlltool", rust.tools / "i686-w64-mingw32-objdump"):
        assert subprocess.run([program, "--version"], capture_output=True).returncode == 0
    for name in ("llvm-lipo", "llvm-objdump", "llvm-otool", "llvm-readobj"):
        assert b"LLVM" in subprocess.run([rust.llvm / name, "--version"], capture_output=True).stdout


def zigbuild() -> str:
    """The program of this environment, whether or not it is activated."""
    found = shutil.which("cargo-zigbuild", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert found is not None, "cargo-zigbuild not found: pip install cargo-zigbuild ziglang"
    return found
