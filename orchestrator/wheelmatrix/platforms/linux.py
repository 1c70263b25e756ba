"""Linux with glibc or musl, and Android."""

from wheelmatrix.platforms.platform import Platform

# rustc links musl's C library statically unless told otherwise, and then cargo drops the cdylib. Source: rustc book,
# `crt-static`.
_DYNAMIC_LIBC = ("-C", "target-feature=-crt-static")

LINUX = Platform(
    title="Linux",
    suffixes={
        "cpython": ".{soabi}-{arch}-{env}.so",
        # PyPy says gnu on musl too.
        "pypy": ".{soabi}-{pypy_arch}-linux-gnu.so",
        "graalpy": ".{soabi}-{arch}-linux.so",
    },
    graalpy_archs=frozenset({"x86_64", "aarch64"}),
    rustflags_of_libc={"musl": _DYNAMIC_LIBC},
)

# PEP 738.
ANDROID = Platform(
    title="Android",
    suffixes={"cpython": ".{soabi}-{arch}-{env}.so"},
    cpython_since=(3, 13),
    floor_name="the Android API",
)
