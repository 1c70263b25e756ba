"""What a build is told, and what comes out of it."""

import pytest

from wheelmatrix import resources, tables
from wheelmatrix.platforms import libc_soname, library_name, rustc_args, rustflags

TARGETS = tables.load(resources.table_texts()).targets
LOOKUP = ("-C", "link-arg=-undefined", "-C", "link-arg=dynamic_lookup")


@pytest.mark.parametrize(
    ("triple", "flags"),
    [
        ("x86_64-unknown-linux-gnu", ()),
        ("x86_64-unknown-linux-musl", ("-C", "target-feature=-crt-static")),
        ("aarch64-apple-darwin", LOOKUP),
        ("aarch64-apple-ios", ()),
        ("x86_64-pc-windows-msvc", ()),
    ],
)
def test_only_musl_and_macos_need_flags_for_every_unit(triple: str, flags: tuple[str, ...]) -> None:
    assert rustflags(TARGETS[triple]) == flags


def test_the_install_name_of_a_module_is_no_path_of_this_machine() -> None:
    name = "a b,c.cpython-312-darwin.so"

    assert rustc_args(TARGETS["x86_64-apple-darwin"], name) == (
        *("-C", "link-arg=-install_name"),
        *("-C", f"link-arg=@rpath/{name}"),
    )
    assert rustc_args(TARGETS["x86_64-unknown-linux-gnu"], name) == ()


@pytest.mark.parametrize(
    ("triple", "name"),
    [
        ("x86_64-unknown-linux-gnu", "libmy_demo.so"),
        ("aarch64-apple-darwin", "libmy_demo.dylib"),
        ("x86_64-pc-windows-gnu", "my_demo.dll"),
        ("wasm32-unknown-emscripten", "my_demo.wasm"),
    ],
)
def test_a_library_is_called_as_rustc_calls_it(triple: str, name: str) -> None:
    assert library_name(TARGETS[triple], "my-demo") == name


def test_musls_c_library_has_a_name_that_the_policies_allow() -> None:
    policies = tables.load(resources.table_texts()).policies
    allowed = {(policy.arch, soname) for policy in policies if "musl" in policy.name for soname in policy.libraries}
    archs = {arch for arch, _ in allowed}
    named = {(target.arch, libc_soname(target)) for target in TARGETS.values() if libc_soname(target)}

    assert {(arch, soname) for arch, soname in named if arch in archs} <= allowed
    assert archs <= {arch for arch, _ in named}


@pytest.mark.parametrize(
    ("triple", "args"),
    [
        ("armv7-unknown-linux-musleabihf", ("-C", "link-arg=-Wl,-soname,libc.musl-armv7.so.1")),
        ("armv7-unknown-linux-musleabi", ()),
        ("mips-unknown-linux-musl", ()),
        ("x86_64-pc-windows-msvc", ("-C", "link-arg=/Brepro")),
        ("x86_64-pc-windows-gnu", ()),
        ("x86_64-unknown-linux-gnu", ()),
    ],
)
def test_the_linker_is_told_what_finishing_builds_upon(triple: str, args: tuple[str, ...]) -> None:
    assert rustc_args(TARGETS[triple], "x.so") == args


def test_zig_writes_no_paths_of_object_files_into_a_library_for_macos() -> None:
    mac, linux = TARGETS["x86_64-apple-darwin"], TARGETS["x86_64-unknown-linux-gnu"]

    assert rustc_args(mac, "x.so", by_zig=True)[-2:] == ("-C", "link-arg=-Wl,-S")
    assert rustc_args(linux, "x.so", by_zig=True) == ("-C", "link-arg=-fno-sanitize=undefined")
