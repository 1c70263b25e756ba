"""The last touch on a library: what a linker wrote that says when, or by what name only it knows; the size stays."""

from wheelmatrix.model import Target
from wheelmatrix.pack.finish_elf import with_libc_name
from wheelmatrix.pack.finish_pe import without_stamps
from wheelmatrix.platforms import libc_soname


def is_finished_by_us(target: Target) -> bool:
    """Return whether `finished` may change a library for `target`; Mach-O never: its signature covers every byte."""
    return target.os == "windows" or bool(libc_soname(target))


def finished(image: bytes, target: Target, *, with_debug_info: bool = False) -> bytes:
    """Return the library as it is shipped: of the same size, and the same again if it is finished once more.

    On musl it asks for the C library by Alpine's name, which auditors and installers know, and not by zig's `libc.so`;
    on Windows nothing in it says when it was linked or where its debug information lies. What cannot be read, or is
    not of the form that is edited, comes back as it is: the audit says what is wrong with it. `with_debug_info`: its
    debug information is shipped beside it, so that on Windows it goes on saying whose it is.
    """
    if target.os == "windows":
        return without_stamps(image, keeps_identity=with_debug_info)
    soname = libc_soname(target)
    return with_libc_name(image, soname) if soname else image
