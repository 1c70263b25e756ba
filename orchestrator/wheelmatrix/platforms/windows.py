"""Windows, whichever its C runtime."""

from wheelmatrix.platforms.platform import Platform

WINDOWS = Platform(
    title="Windows",
    suffixes={"cpython": ".{abi}-{env}.pyd", "pypy": ".{soabi}-{env}.pyd"},
    stable_suffix=".pyd",
    library="{name}.dll",
)
