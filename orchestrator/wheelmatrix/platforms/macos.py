"""macOS and iOS."""

from wheelmatrix.platforms.platform import Platform

MACOS = Platform(
    title="macOS",
    suffixes={
        "cpython": ".{soabi}-{env}.so",
        "pypy": ".{soabi}-{env}.so",
        "graalpy": ".{soabi}-{arch}-{env}.so",
    },
    library="lib{name}.dylib",
    graalpy_archs=frozenset({"x86_64", "arm64"}),
    floor_name="macOS",
    whole_from=11,
    # The interpreter that loads the module has Python's symbols; nothing else is linked for them.
    rustflags=("-C", "link-arg=-undefined", "-C", "link-arg=dynamic_lookup"),
    # rustc's own install name is the absolute path of the build. Two arguments and not -Wl, which splits at commas.
    rustc_args=("-C", "link-arg=-install_name", "-C", "link-arg=@rpath/{file}"),
    # No map of the debug information: it names the object files of the build by their paths. Apple's own tools read it
    # when they collect the information beside the library, so their linker goes on writing it.
    zig_rustc_args=("-C", "link-arg=-Wl,-S"),
)

# PEP 730: modules are linked against Python.framework there, so nothing is looked up dynamically.
IOS = Platform(
    title="iOS",
    suffixes={"cpython": ".{soabi}-{env}.so"},
    library="lib{name}.dylib",
    cpython_since=(3, 13),
    floor_name="iOS",
    rustc_args=MACOS.rustc_args,
)
