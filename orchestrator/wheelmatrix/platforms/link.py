"""What an extension module's build needs to be told on each target, and what its library is called."""

from wheelmatrix.model import Target
from wheelmatrix.platforms.registry import PLATFORMS


def rustflags(target: Target) -> tuple[str, ...]:
    """Return the flags that every unit for `target` needs, to be added to the user's; may be empty."""
    platform = PLATFORMS[target.os]
    return (*platform.rustflags, *platform.rustflags_of_libc.get(target.libc, ()))


def rustc_args(target: Target, module_file: str, *, by_zig: bool = False) -> tuple[str, ...]:
    """Return what `cargo rustc --` passes for the library that ships as `module_file` (`x.abi3.so`); may be empty."""
    platform, soname = PLATFORMS[target.os], libc_soname(target)
    own = [one.replace("{file}", module_file) for one in platform.rustc_args]
    own += platform.zig_rustc_args if by_zig else ()
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
