"""Linux with glibc or musl, and Android."""

from wheelmatrix.platforms.platform import Platform

# rustc links musl's C library statically unless told otherwise, and then cargo drops the cdylib. Source: rustc book,
# `crt-static`.
_DYNAMIC_LIBC = ("-C", "target-feature=-crt-static")

# zig's musl calls itself libc.so, Alpine's libc.musl-<arch>.so.1. The linker writes the longer name into the string
# table as the module's own, and `pack.finish` gives it to the C library.
_ALPINES_NAME = ("-C", "link-arg=-Wl,-soname,{libc}")

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
    rustc_args_of_libc={"musl": _ALPINES_NAME},
    # Source: Alpine's architectures; the names that auditwheel's policies allow.
    musl_archs={
        "aarch64": "aarch64",
        "armv6l": "armhf",
        "armv7l": "armv7",
        "i686": "x86",
        "loongarch64": "loongarch64",
        "ppc64le": "ppc64le",
        "riscv64": "riscv64",
        "s390x": "s390x",
        "x86_64": "x86_64",
    },
)

# PEP 738.
ANDROID = Platform(
    title="Android",
    suffixes={"cpython": ".{soabi}-{arch}-{env}.so"},
    cpython_since=(3, 13),
    floor_name="the Android API",
)
