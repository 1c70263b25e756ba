"""The other Unix-like systems, and WebAssembly."""

from wheelmatrix.platforms.platform import Platform

# CPython's Misc/platform_triplet.c knows none of these systems, so that its suffix ends with the ABI.
_WITHOUT_TRIPLET = ".{soabi}.so"

FREEBSD = Platform(title="FreeBSD", suffixes={"cpython": _WITHOUT_TRIPLET}, floor_name="FreeBSD")
OPENBSD = Platform(title="OpenBSD", suffixes={"cpython": _WITHOUT_TRIPLET}, floor_name="OpenBSD")
DRAGONFLY = Platform(title="DragonFly BSD", suffixes={"cpython": _WITHOUT_TRIPLET}, floor_name="DragonFly BSD")
# pkgsrc builds Python without the ABI in the suffix.
NETBSD = Platform(title="NetBSD", suffixes={"cpython": ".so"}, floor_name="NetBSD")
SOLARIS = Platform(title="Solaris", suffixes={"cpython": _WITHOUT_TRIPLET})
ILLUMOS = Platform(title="illumos", suffixes={"cpython": _WITHOUT_TRIPLET})
HAIKU = Platform(title="Haiku", suffixes={"cpython": _WITHOUT_TRIPLET})
HURD = Platform(title="GNU Hurd", suffixes={"cpython": ".{soabi}-{arch}-{env}.so"})
AIX = Platform(
    title="AIX",
    suffixes={"cpython": _WITHOUT_TRIPLET},
    library="lib{name}.a",
    floor_name="AIX (version, release and level, then build date: 7204.1945)",
)

EMSCRIPTEN = Platform(
    title="Emscripten",
    suffixes={"cpython": ".{soabi}-{arch}-{env}.so"},
    library="{name}.wasm",
    cpython_since=(3, 11),
    floor_name="the Pyodide ABI (PEP 783)",
    rustc_args=("-C", "link-arg=-sSIDE_MODULE=2", "-C", "link-arg=-sWASM_BIGINT"),
)
WASI = Platform(
    title="WASI",
    suffixes={"cpython": ".{soabi}-{arch}-{env}.so"},
    library="{name}.wasm",
    cpython_since=(3, 11),
)
