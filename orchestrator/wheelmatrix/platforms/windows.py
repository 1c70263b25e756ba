"""Windows, whichever its C runtime."""

from wheelmatrix.platforms.platform import Platform

# Hashes of the content in place of the time and of the PDB file's random identity. GNU's linkers have other options for
# it, or none: what they write is taken out by `pack.finish`.
_REPRODUCIBLE = ("-C", "link-arg=/Brepro")

WINDOWS = Platform(
    title="Windows",
    suffixes={"cpython": ".{abi}-{env}.pyd", "pypy": ".{soabi}-{env}.pyd"},
    stable_suffix=".pyd",
    library="{name}.dll",
    rustc_args_of_libc={"msvc": _REPRODUCIBLE},
)
