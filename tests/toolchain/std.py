"""Builds Rust's std for any target from rustc's own sources, as rustc's own build does, and puts it into the sysroot.

Ordinary builds need no unstable flag afterwards. Of all targets in one run of cargo: what runs on the host is built
once, and one target's long crates keep the second core busy while another's have nothing beside them.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.toolchain.cache import SCRATCH, run, say, scratch_folder

WANTED = ("std", "proc_macro")
"""What a sysroot has, but for `test`: no test harness is linked for another target, and it is a tenth of the work."""

_OPTIMIZED = ("alloc", "compiler_builtins", "core", "hashbrown")
"""What is compiled anew in every crate that uses it, or must not refer to anything else; all the rest runs only in
tests and is not optimized, which saves a quarter of the work."""

_FOR_BACKTRACES = ("addr2line", "gimli", "miniz_oxide", "rustc-demangle")
"""What std's own profile would have optimized for size."""


def build_std(triples: Sequence[str], *, rustc: Path, library: Path, rustlib: Path, path: str) -> None:
    """Build std for all of `triples` and move each into `rustlib` as soon as it is whole.

    `library`: std's sources, which stay as they are. `path`: PATH with the dlltool of windows-gnu on it.
    Raises CalledProcessError if one could not be built; the others are there all the same.
    """
    say(f"building std for {', '.join(triples)}")
    for left_over in rustlib.glob(f"{SCRATCH}*"):  # of a run that was killed: nobody else is at work here
        shutil.rmtree(left_over)
    with scratch_folder(rustlib) as scratch:
        copy, target, log = scratch / "library", scratch / "target", scratch / "log"
        shutil.copytree(library, copy, symlinks=True)
        manifest = copy / "std/Cargo.toml"
        manifest.write_text(manifest.read_text().replace('["dylib", "rlib"]', '["rlib"]'))  # a dylib needs a linker
        environment = _environment(rustc, copy, path)
        command = _command(triples, target)
        started = time.monotonic()
        with log.open("wb") as said:
            cargo = subprocess.Popen(command, cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=said)
            with cargo as running:
                assert running.stdout is not None
                for triple in finished(running.stdout, target):
                    whole = scratch / triple
                    _gather(triple, target / triple / "release/deps", copy, whole, environment)
                    whole.rename(rustlib / triple)
                    say(f"std for {triple} is there, after {time.monotonic() - started:.0f} s")
        if cargo.returncode:
            sys.stderr.write(log.read_text(errors="replace"))
            raise subprocess.CalledProcessError(cargo.returncode, command)


def _command(triples: Iterable[str], target: Path) -> list[str]:
    packages = [f"--package={name}" for name in WANTED]
    features = "--features=std/panic-unwind,std/backtrace"
    messages = "--message-format=json-render-diagnostics"
    options = ["--release", "--locked", "--keep-going", messages, features, f"--target-dir={target}"]
    levels = {**dict.fromkeys(_OPTIMIZED, 3), **dict.fromkeys(_FOR_BACKTRACES, 0)}
    configs = [f"--config=profile.release.package.{name}.opt-level={level}" for name, level in levels.items()]
    return ["cargo", "build", *options, *configs, *packages, *(f"--target={triple}" for triple in triples)]


def _environment(rustc: Path, library: Path, path: str) -> dict[str, str]:
    """Return what cargo needs to build std as a part of `rustc`, with no path of this machine in it."""
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")).resolve()
    kept = {key: value for key, value in os.environ.items() if not re.match("CARGO_|RUST(C|FLAGS|DOC)", key)}
    remap = f"--remap-path-prefix={library}=/rustc/library --remap-path-prefix={home}=/cargo"
    return kept | {
        "PATH": path,
        "CARGO_HOME": str(home),
        "RUSTC": str(rustc),
        "RUSTC_BOOTSTRAP": "1",
        # Embedded bitcode: crates with `lto` want it of std too. Unwinding: the default would be the target's own.
        "RUSTFLAGS": f"-Zforce-unstable-if-unmarked -Cembed-bitcode=yes -Cpanic=unwind {remap}",
        "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
        "CARGO_PROFILE_RELEASE_DEBUG": "none",
        "__CARGO_DEFAULT_LIB_METADATA": "wheelmatrix-tests",
    }


def finished(messages: Iterable[bytes], target: Path) -> Iterable[str]:
    """Give each triple when all its libraries are there, by what cargo says of them.

    A crate may be compiled as soon as the metadata of those it uses are there, so std itself may be done before one of
    them: whatever has metadata must have been told of.
    """
    told: dict[str, set[str]] = defaultdict(set)
    given = set()
    for line in messages:
        message = json.loads(line)
        if message["reason"] != "compiler-artifact":
            continue
        for file in map(Path, message["filenames"]):
            if file.is_relative_to(target) and file.parent.name == "deps" and file.suffix == ".rmeta":
                told[file.relative_to(target).parts[0]].add(file.name)
        for triple, files in told.items():
            names = {file.partition("-")[0].removeprefix("lib") for file in files}
            there = {file.name for file in (target / triple / "release/deps").glob("*.rmeta")}
            if triple not in given and names.issuperset(WANTED) and files == there:
                given.add(triple)
                yield triple


def _gather(triple: str, built: Path, library: Path, into: Path, environment: dict[str, str]) -> None:
    """Put what a sysroot has for one target into a new folder."""
    (lib := into / "lib").mkdir(parents=True)
    for rlib in built.glob("*.rlib"):
        shutil.copy(rlib, lib)
    for name in ("rsbegin", "rsend") if triple.endswith("windows-gnu") else ():  # rustc links these two objects
        options = ("--emit=obj", f"--target={triple}", "-o", lib / f"{name}.o")
        run(environment["RUSTC"], *options, library / f"rtstartup/{name}.rs", environment=environment)
