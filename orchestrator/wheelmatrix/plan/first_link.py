"""The first library that zig links for a target, by itself: so that its cost is seen, and a broken zig is, too."""

import re
from pathlib import PurePath

from wheelmatrix.errors import ToolMissing
from wheelmatrix.model import Command, FirstLink, Gathered, Target
from wheelmatrix.options import BuildOptions
from wheelmatrix.options.toolchain import toolchain_environment
from wheelmatrix.plan.linker import Linker, zig_home
from wheelmatrix.platforms import rustc_args, rustflags

MANIFEST = """[package]
name = "first-link"
version = "0.0.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[workspace]
"""
"""The crate's Cargo.toml."""

SOURCE = """#[no_mangle]
pub extern "C" fn first_link() -> i32 {
    std::thread::spawn(|| 0).join().unwrap_or(1)
}
"""
"""Its library: threads and unwinding bring in all that Rust's std asks of the target's libc."""

_FILE = "first_link.so"

_KNOWN = (
    (re.compile(r"unable to provide libc"), "zig has no libc of this kind and version", "write a higher floor"),
    (re.compile(r"[Uu]nknown target CPU"), "this zig does not know the processor", "pip install --upgrade ziglang"),
    (re.compile(r"can't find crate for `(std|core)`"), "this rustc has no std for the target", "rustup target add"),
)
"""What zig and rustc say, what it means, and what helps."""


def first_link(linked: Linker, target: Target, options: BuildOptions, gathered: Gathered) -> FirstLink | None:
    """Return what is to be linked before anything else for a target; None: nothing, or it was done before."""
    if linked.kind != "zig":
        return None
    # zig's own libraries are others for what is stripped, as cargo does where no debug information is asked for.
    profile = "dev" if options.profile == "dev" else "release"
    folder = zig_home(gathered) / "first-link" / linked.target
    done = folder / f"{linked.version}-{profile}.done"
    if done in gathered.first_links:
        return None
    flags = " ".join(rustflags(target))
    command = Command(
        argv=(
            str(linked.program), "rustc", "--lib", "--profile", profile, "--target", linked.target,
            "--target-dir", str(folder / "target"), "--manifest-path", str(folder / "Cargo.toml"), "--offline",
            "--", *rustc_args(target, _FILE, by_zig=True),
        ),
        environment={**linked.environment, **toolchain_environment(options), **({"RUSTFLAGS": flags} if flags else {})},
        directory=PurePath(folder),
        without=frozenset({"CARGO"}),
    )  # fmt: skip
    return FirstLink(id=linked.target, manifest=folder / "Cargo.toml", done=done, command=command)


def lacking(said: str, where: str) -> ToolMissing | None:
    """Return the error for what zig or rustc lack, from what they said; None: that is not why it failed."""
    for pattern, meaning, hint in _KNOWN:
        if found := pattern.search(said):
            return ToolMissing.of(f"{meaning}: {found[0]}", where=where, hint=hint)
    return None
