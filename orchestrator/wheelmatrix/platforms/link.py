"""What a build needs to be told on each target, and what a library is called there."""

from wheelmatrix.model import Target
from wheelmatrix.platforms.registry import PLATFORMS

_BY_ZIG = ("-C", "link-arg=-fno-sanitize=undefined")
"""Without it zig compiles a runtime for its sanitizer before the first link, 3 to 10 s, which nothing asks for."""


def rustflags(target: Target, *, has_library: bool = True, has_module: bool = True) -> tuple[str, ...]:
    """Return the flags that every unit for `target` needs, to be added to the user's; may be empty.

    `has_library`: a shared library is shipped, not programs alone; `has_module`: Python imports it.
    """
    platform = PLATFORMS[target.os]
    own = platform.rustflags if has_module else ()
    return (*own, *(platform.rustflags_of_libc.get(target.libc, ()) if has_library else ()))


def rustc_args(target: Target, module_file: str, *, by_zig: bool = False) -> tuple[str, ...]:
    """Return what `cargo rustc --` passes for the library that ships as `module_file` (`x.abi3.so`); may be empty.

    An empty `module_file` is a program's.
    """
    platform, soname = PLATFORMS[target.os], libc_soname(target) if module_file else ""
    own = [one.replace("{file}", module_file) for one in platform.rustc_args if module_file]
    own += (*_BY_ZIG, *platform.zig_rustc_args) if by_zig else ()
    if target.libc == "musl" and not soname:
        return tuple(own)
    return (*own, *(one.replace("{libc}", soname) for one in platform.rustc_args_of_libc.get(target.libc, ())))


def libc_soname(target: Target) -> str:
    """Return what installers and auditors expect musl's C library to be called: `libc.musl-x86_64.so.1`.

    Empty where the C library is another one, and where no distribution's Python looks for musllinux wheels.
    """
    arch = PLATFORMS[target.os].musl_archs.get(target.arch, "")
    return f"libc.musl-{arch}.so.1" if arch and target.libc == "musl" and "{major}" in target.tag else ""


def library_name(target: Target, library: str) -> str:
    """Return the file name that rustc gives the cdylib `library`: `libx.so`, `libx.dylib`, `x.dll`."""
    return PLATFORMS[target.os].library.format(name=library.replace("-", "_"))
