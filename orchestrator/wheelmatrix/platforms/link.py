"""What an extension module's build needs to be told on each target, and what its library is called."""

from wheelmatrix.model import Target
from wheelmatrix.platforms.registry import PLATFORMS


def rustflags(target: Target) -> tuple[str, ...]:
    """Return the flags that every unit for `target` needs, to be added to the user's; may be empty."""
    platform = PLATFORMS[target.os]
    return (*platform.rustflags, *platform.rustflags_of_libc.get(target.libc, ()))


def rustc_args(target: Target, module_file: str) -> tuple[str, ...]:
    """Return what `cargo rustc --` passes for the library that ships as `module_file` (`x.abi3.so`); may be empty."""
    return tuple(one.replace("{file}", module_file) for one in PLATFORMS[target.os].rustc_args)


def library_name(target: Target, library: str) -> str:
    """Return the file name that rustc gives the cdylib `library`: `libx.so`, `libx.dylib`, `x.dll`."""
    return PLATFORMS[target.os].library.format(name=library.replace("-", "_"))
