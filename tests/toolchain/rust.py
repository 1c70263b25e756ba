"""A rustc newer than rustup's usual one, unpacked from Debian, with std for other targets in its sysroot."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.toolchain.cache import locked, provide_piece, write_script
from tests.toolchain.debian import Suite, private_apt, unpack
from tests.toolchain.std import build_std

TRIPLES = (
    "aarch64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "x86_64-pc-windows-gnu",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
    "s390x-unknown-linux-gnu",
    "armv7-unknown-linux-gnueabihf",
    "i686-unknown-linux-gnu",
    "powerpc64le-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
)
"""What the tests build for, beside the host; whoever is in need of all should ask for all at once."""

HOST = "x86_64-unknown-linux-gnu"
LOADER = "/lib64/ld-linux-x86-64.so.2"
_BOOKWORM = Suite(name="bookworm", security=True)  # the newer rustc is a security update
_LIBRARIES = ("libbsd0", "libicu72", "liblzma5", "libmd0", "libtinfo6")
"""What the libraries that LLVM needs need; what it needs itself, apt knows."""

_READERS = ("llvm-lipo", "llvm-objdump", "llvm-otool", "llvm-readobj")
_TOOLS = ("-dlltool", "-as", "-objdump")
"""Of four hundred MB: what rustc calls, what that calls, and a reader of DLLs to compare with."""

_START_FILES = (
    *(f"{name}.o" for name in ("crt1", "rcrt1", "Scrt1", "crti", "crtn")),
    *(f"crt{place}{kind}.o" for place in ("begin", "end") for kind in ("", "S", "T")), "libc.a", "libunwind.a",
)  # fmt: skip
"""What rustc names to the linker of a program for musl. Source: rustc, `rustc_target::spec::crt_objects`."""

# Debian's windows-gnu targets link two libraries that zig has not and that nothing uses: they are there, empty.
_WRAPPER = f"""#!/bin/sh
usr=${{0%%/*}}/%s
case "$*" in *windows-gnu*) set -- "$@" "-Lnative=$usr/lib/stubs" ;; esac
exec {LOADER} --library-path "$usr/lib/x86_64-linux-gnu" "$usr/%s" "$@"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rust:
    """A Rust toolchain without cargo: that of the machine works with it."""

    rustc: Path
    """For RUSTC; its folder may also come first on the PATH."""
    version: str
    """`1.96.0`."""
    sysroot: Path
    tools: Path
    """Folder of `x86_64-w64-mingw32-dlltool` and `-objdump`, and the same for i686."""
    llvm: Path
    """Folder of `llvm-lipo`, `llvm-objdump`, `llvm-otool` and `llvm-readobj`, to compare with."""
    triples: tuple[str, ...]
    """Whose std is in the sysroot, sorted; the host's always is."""

    @property
    def env(self) -> dict[str, str]:
        """Return the variables that make cargo work with it."""
        return {
            "RUSTC": str(self.rustc),
            "PATH": f"{self.rustc.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }

    def as_json(self) -> dict[str, object]:
        """Return what `python -m tests.toolchain` prints of it."""
        paths = {name: str(getattr(self, name)) for name in ("rustc", "sysroot", "tools", "llvm")}
        return {**paths, "version": self.version, "triples": list(self.triples)}


def rust(directory: Path, triples: Iterable[str]) -> Rust:
    """Return the toolchain in `directory` with std for `triples`; what is missing is made, all std in one run of cargo.

    Each std is whole or absent, and usable as soon as it is there. Several processes may call this at once: they wait
    for each other. Raises Unavailable where there is no Debian to take from; CalledProcessError if apt or cargo fails.
    """
    directory = directory.resolve()
    root = provide_piece(directory, "rust", _make_rust, told="rustc and the sources of std")
    tools = provide_piece(directory, "tools", _make_tools, told="binutils for Windows")
    asked, usr = tuple(triples), root / "usr"
    rustc, rustlib, (source,) = usr / "bin/rustc", usr / "lib/rustlib", usr.glob("src/rustc-*")
    if any(not (rustlib / triple).exists() for triple in asked):
        with locked(directory, "std"):
            missing = [triple for triple in asked if not (rustlib / triple).exists()]
            if missing:
                path = f"{tools / 'usr/bin'}{os.pathsep}{os.environ['PATH']}"  # rustc calls dlltool
                build_std(missing, rustc=rustc, library=source / "library", rustlib=rustlib, path=path)
    for triple in asked:
        if triple.endswith("-musl"):
            provide_piece(rustlib / triple / "lib", "self-contained", _make_start_files)
    return Rust(
        rustc=rustc,
        version=source.name.removeprefix("rustc-"),
        sysroot=usr,
        tools=tools / "usr/bin",
        llvm=usr / "lib/readers",
        triples=tuple(sorted(path.parent.name for path in rustlib.glob("[!.]*/lib"))),
    )


def _make_start_files(work: Path) -> None:
    """Make files by the names of musl's own, which std for musl brings along: zig takes its own instead of them."""
    for name in _START_FILES:
        (work / name).write_text("!<arch>\n" if name.endswith(".a") else "")


def _make_rust(work: Path) -> None:
    """Unpack rustc, the tool it strips with, and std's sources; both programs start with the libraries beside them."""
    with private_apt(_BOOKWORM) as apt:
        (std,) = apt.needs("libstd-rust-web-dev")
        (llvm,) = (name for name in apt.needs(std) if name.startswith("libllvm"))
        number = llvm.removeprefix("libllvm")
        libraries = [name for name in apt.needs(llvm) if name != "libc6"]
        rustc = ("rustc-web", "libstd-rust-web-dev", "rust-web-src", std)
        unpack(apt.named(*rustc, llvm, f"llvm-{number}", *libraries, *_LIBRARIES), work)
    usr = work / "usr"
    (usr / "lib/rustc").mkdir()
    (usr / "bin/rustc").rename(usr / "lib/rustc/rustc")
    _wrap(usr, "bin/rustc", "lib/rustc/rustc")
    _wrap(usr, f"lib/rustlib/{HOST}/bin/rust-objcopy", f"lib/llvm-{number}/bin/llvm-objcopy")
    for name in _READERS:
        _wrap(usr, f"lib/readers/{name}", f"lib/llvm-{number}/bin/{name}")
    (usr / "lib/stubs").mkdir()
    for name in ("libssp.a", "libssp_nonshared.a"):
        (usr / "lib/stubs" / name).write_text("!<arch>\n")


def _wrap(usr: Path, place: str, program: str) -> None:
    """Put a script at `place` that runs `program` with the libraries unpacked beside it."""
    script = usr / place
    write_script(script, _WRAPPER % (os.path.relpath(usr, script.parent), program))


def _make_tools(work: Path) -> None:
    with private_apt(_BOOKWORM) as apt:
        unpack(apt.named("binutils-mingw-w64-x86-64", "binutils-mingw-w64-i686"), work)
    for program in work.glob("usr/bin/*"):
        if not program.name.endswith(_TOOLS):
            program.unlink()
