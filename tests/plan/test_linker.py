"""Who links: a table over what is here, what was asked for and what is configured."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pytest
from tests.plan.gathered import LINUX, MUSL, TABLES, cargo_metadata, gathered, project, target

from wheelmatrix.errors import ConfigError, Issue, ToolMissing, WheelmatrixError
from wheelmatrix.model import Gathered, Target, Version
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan import host_half
from wheelmatrix.plan.linker import Linker, linked_packages, linker, zig_glibc

ARM = "aarch64-unknown-linux-gnu"
POWER = "powerpc64le-unknown-linux-gnu"
MINGW = "x86_64-pc-windows-gnu"
MSVC = "x86_64-pc-windows-msvc"
APPLE, INTEL = "aarch64-apple-darwin", "x86_64-apple-darwin"
RISCV = "riscv64gc-unknown-linux-gnu"
BSD, BSDS = "x86_64-unknown-freebsd", "CARGO_TARGET_X86_64_UNKNOWN_FREEBSD_LINKER"
OTHER_ARM = "thumbv7neon-unknown-linux-gnueabihf"
OWN = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"

ZIG = ("cargo-zigbuild",)
ZIG_PACKAGES = {"ziglang": "0.15.2", "cargo-zigbuild": "0.24.1"}
GCC = ("aarch64-linux-gnu-gcc", "aarch64-linux-gnu-g++", "aarch64-linux-gnu-ar")
EXTRA = "pip install 'wheelmatrix[zig]'"


def machine(
    *programs: str, zig: bool = False, triple: str = LINUX, stds: Iterable[str] = TABLES.targets, **changed: Any
) -> Gathered:
    """Return a machine with every std, and with zig as `pip install wheelmatrix[zig]` brings it if wanted."""
    if zig:
        programs, changed = (*ZIG, *programs), {"tools": ZIG_PACKAGES, **changed}
    return gathered(triple=triple, stds=stds, programs=programs, **changed)


def asked(where: Target, here: Gathered, **options: Any) -> Linker:
    return linker(where, BuildOptions(**options), project(), here)


def refused(where: Target, here: Gathered, kind: type[WheelmatrixError] = ToolMissing, **options: Any) -> Issue:
    """Return the one issue that keeps `where` from being linked."""
    with pytest.raises(kind) as caught:
        asked(where, here, **options)
    (issue,) = caught.value.issues
    assert issue.where == f"target {where}"
    return issue


# Who is chosen


@pytest.mark.parametrize(
    ("where", "here", "kind", "named"),
    [
        # the host
        (target(), machine(), "native", "the system's linker"),
        (target(), machine(zig=True), "native", "the system's linker"),
        (target(floor=(2, 17)), machine(), "native", "the system's linker"),
        (target(floor=(2, 17)), machine("x86_64-linux-gnu-gcc"), "native", "the system's linker"),
        (target(floor=(2, 17)), machine(zig=True), "zig", "zig 0.15.2 for glibc 2.17"),
        (target(floor=(2, 17)), machine(*ZIG), "native", "the system's linker"),
        (target(MUSL, (1, 2)), machine(zig=True, triple=MUSL), "native", "the system's linker"),
        (target(OTHER_ARM, (2, 28)), machine(zig=True, triple=OTHER_ARM), "native", "the system's linker"),
        # foreign Linux
        (target(ARM), machine(zig=True), "zig", "zig 0.15.2 for glibc 2.17"),
        (target(ARM, (2, 28)), machine(zig=True), "zig", "zig 0.15.2 for glibc 2.28"),
        (target(ARM), machine(*GCC), "gcc", "aarch64-linux-gnu-gcc"),
        (target(ARM), machine(*GCC, zig=True), "zig", "zig 0.15.2 for glibc 2.17"),
        (target(ARM), machine(*GCC, *ZIG), "gcc", "aarch64-linux-gnu-gcc"),
        (target(ARM), machine(*ZIG, "zig"), "zig", "zig for glibc 2.17"),
        (target(ARM), machine(*ZIG, "zig", tools={"zig": "0.16.0"}), "zig", "zig 0.16.0 for glibc 2.17"),
        (target(OTHER_ARM), machine("arm-linux-gnueabihf-gcc", zig=True), "gcc", "arm-linux-gnueabihf-gcc"),
        (target(MUSL), machine(zig=True), "zig", "zig 0.15.2"),
        (target(POWER, (2, 19)), machine(zig=True), "zig", "zig 0.15.2 for glibc 2.19"),
        (target(POWER), machine(zig=True), "zig", "zig 0.15.2 for glibc 2.19"),
        # Windows and macOS
        (target(MINGW), machine(zig=True), "zig", "zig 0.15.2"),
        (target(MINGW), machine("x86_64-w64-mingw32-gcc"), "gcc", "x86_64-w64-mingw32-gcc"),
        (target(MINGW), machine(triple=MSVC), "native", "the system's linker"),
        (target(MSVC), machine("cargo-xwin"), "xwin", "cargo-xwin"),
        (target("aarch64-pc-windows-msvc"), machine(triple=MSVC), "native", "the system's linker"),
        (target(APPLE), machine(zig=True), "zig", "zig 0.15.2"),
        (target(INTEL), machine(zig=True, triple=APPLE), "native", "the system's linker"),
        (target(APPLE, (12, 0)), machine(triple=APPLE), "native", "the system's linker"),
        (target(ARM), machine(zig=True, triple=APPLE), "zig", "zig 0.15.2 for glibc 2.17"),
    ],
)  # fmt: skip
def test_without_a_choice_it_is_who_is_here(where: Target, here: Gathered, kind: str, named: str) -> None:
    found = asked(where, here)

    assert (found.kind, found.title) == (kind, named)


CONFIGURED = {"target": {ARM: {"linker": "lld-wrapper"}}}


@pytest.mark.parametrize(
    ("here", "options"),
    [
        (machine(environment={OWN: "lld-wrapper"}), {}),
        (machine(), {"environment": ((OWN, "lld-wrapper"),)}),
        (machine(cargo_config=({}, CONFIGURED)), {}),
        (machine(*GCC, zig=True, cargo_config=(CONFIGURED,)), {}),
        (machine(*GCC, zig=True, environment={OWN: "lld-wrapper"}), {"linker": "native"}),
    ],
)
def test_the_users_own_linker_comes_before_ours(here: Gathered, options: dict[str, Any]) -> None:
    found = asked(target(ARM, (2, 17)), here, **options)

    assert (found.kind, found.title) == ("native", "lld-wrapper, as cargo is configured")
    assert (found.program, found.target, found.environment) == (PurePath("cargo"), ARM, {})


def test_a_linker_of_another_target_is_none_of_this_one() -> None:
    assert asked(target(MUSL), machine(zig=True, cargo_config=(CONFIGURED,))).kind == "zig"


@pytest.mark.parametrize(
    ("choice", "kind"), [("native", "native"), ("zig", "zig"), ("gcc", "gcc"), ("auto", "zig")]
)  # fmt: skip
def test_the_users_choice_counts(choice: str, kind: str) -> None:
    assert asked(target(ARM), machine(*GCC, zig=True), linker=choice).kind == kind


def test_zig_may_be_chosen_for_the_host_without_a_floor() -> None:
    found = asked(target(), machine(zig=True), linker="zig")

    assert (found.kind, found.target) == ("zig", f"{LINUX}.2.17")


# How cargo is called then


def test_zig_is_started_in_place_of_cargo_with_a_glibc_and_caches_of_its_own() -> None:
    found = asked(target(ARM, (2, 28)), machine(zig=True))

    assert found.program == PurePath("/usr/bin/cargo-zigbuild")
    assert found.target == f"{ARM}.2.28"
    assert found.environment == {
        "CARGO_ZIGBUILD_CACHE_DIR": "cache/zig",
        "ZIG_GLOBAL_CACHE_DIR": "cache/zig/cache",
        "ZIG_LOCAL_CACHE_DIR": "cache/zig/cache",
        "CARGO_ZIGBUILD_PYTHON_PATH": "/venv/bin/python",
    }


def test_a_zig_on_the_path_is_named_where_its_package_is_not_installed() -> None:
    environment = asked(target(ARM), machine(*ZIG, "zig")).environment

    assert environment["CARGO_ZIGBUILD_ZIG_PATH"] == "/usr/bin/zig"
    assert "CARGO_ZIGBUILD_PYTHON_PATH" not in environment


def test_a_target_without_glibc_has_no_suffix() -> None:
    assert [asked(target(triple), machine(zig=True)).target for triple in (MUSL, MINGW, APPLE)] == [MUSL, MINGW, APPLE]


@pytest.mark.parametrize("choice", ["zig", "xwin"])
def test_a_variable_for_another_linker_is_taken_away_from_the_one_that_was_chosen(choice: str) -> None:
    where = target(ARM) if choice == "zig" else target(MSVC)
    name = f"CARGO_TARGET_{where.triple.upper().replace('-', '_')}_LINKER"

    found = asked(where, machine("cargo-xwin", zig=True, environment={name: "ld"}), linker=choice)

    assert found.without - {host_half.VARIABLE} == {name}


def test_gcc_is_told_to_cargo_and_its_siblings_to_build_scripts() -> None:
    found = asked(target(ARM), machine(*GCC))

    assert (found.program, found.target) == (PurePath("cargo"), ARM)
    assert found.environment == {
        OWN: "/usr/bin/aarch64-linux-gnu-gcc",
        "CC_aarch64_unknown_linux_gnu": "/usr/bin/aarch64-linux-gnu-gcc",
        "CXX_aarch64_unknown_linux_gnu": "/usr/bin/aarch64-linux-gnu-g++",
        "AR_aarch64_unknown_linux_gnu": "/usr/bin/aarch64-linux-gnu-ar",
    }


def test_gcc_without_siblings_is_enough() -> None:
    assert asked(target(ARM), machine(GCC[0])).environment.keys() == {OWN, "CC_aarch64_unknown_linux_gnu"}


def test_xwin_is_started_in_place_of_cargo() -> None:
    found = asked(target(MSVC), machine("cargo-xwin"))

    assert (found.program, found.target) == (PurePath("/usr/bin/cargo-xwin"), MSVC)


# glibc


@pytest.mark.parametrize(
    ("where", "compatibility", "glibc"),
    [
        (target(), (), (2, 17)),
        (target(RISCV), (), (2, 29)),
        (target("loongarch64-unknown-linux-gnu"), (), (2, 36)),
        (target(POWER), (), (2, 19)),
        (target(), ("manylinux_2_28",), (2, 28)),
        (target(), ("pypi", "2014"), (2, 17)),
        (target(floor=(2, 31)), ("manylinux_2_28",), (2, 31)),
        (target(MUSL), (), None),
        (target(MUSL, (1, 2)), (), None),
        (target(APPLE, (11, 0)), (), None),
        (target(MINGW), (), None),
    ],
)
def test_zig_never_chooses_a_glibc_itself(
    where: Target, compatibility: tuple[str, ...], glibc: Version | None
) -> None:  # fmt: skip
    assert zig_glibc(where, BuildOptions(compatibility=compatibility)) == glibc


@pytest.mark.parametrize(
    ("where", "compatibility", "message", "hint"),
    [
        (target(POWER, (2, 17)), (), "glibc 2.17 is below 2.19, the oldest that zig has", f"write {POWER}.2.19; a GNU"),
        (target(POWER), ("2014",), "glibc 2.17 is below 2.19, the oldest that zig has", f"write {POWER}.2.19; a GNU"),
        (target(ARM), ("1",), "glibc 2.5 is below 2.17, the ", f"write {ARM}.2.17; a GNU"),
        (target(RISCV), ("2_27",), "glibc 2.27 is below 2.29, the lowest that Rust", f"write {RISCV}.2.29"),
    ],
)  # fmt: skip
def test_a_glibc_that_cannot_be_linked_against_is_refused(
    where: Target, compatibility: tuple[str, ...], message: str, hint: str
) -> None:
    for here in (machine(zig=True), machine()):
        found = refused(where, here, ConfigError, compatibility=compatibility)

        assert found.message.startswith(message)
        assert found.message.endswith(f"for {where.triple}")
        assert found.hint.startswith(hint)


def test_gcc_links_against_its_own_glibc_whatever_zig_has() -> None:
    gcc = "powerpc64le-linux-gnu-gcc"

    assert asked(target(POWER, (2, 17)), machine(gcc)).kind == "gcc"
    assert asked(target(POWER, (2, 17)), machine(gcc, zig=True), linker="gcc").kind == "gcc"


# What is missing


@pytest.mark.parametrize(
    ("where", "programs", "options", "message", "hint"),
    [
        (target(ARM), (), {}, "cargo-zigbuild and zig not found", f"{EXTRA}, or install gcc-aarch64-linux-gnu"),
        (target(ARM), ZIG, {}, "zig not found", f"{EXTRA}, or install gcc-aarch64-linux-gnu"),
        (target(ARM), ("zig",), {}, "cargo-zigbuild not found", f"{EXTRA}, or install gcc-aarch64-linux-gnu"),
        (target(ARM), ("apt-get",), {}, "cargo-zigbuild and zig", f"{EXTRA}, or apt-get install gcc-aarch64-linux-gnu"),
        (target(ARM), ("brew",), {}, "cargo-zigbuild and zig", EXTRA),
        (target(), (), {"linker": "zig"}, "cargo-zigbuild and zig", f"{EXTRA}, or install gcc-x86-64-linux-gnu"),
        (target(MUSL), ("apt-get",), {}, "cargo-zigbuild and zig", EXTRA),
        (target(MINGW), ("dnf",), {}, "cargo-zigbuild and zig", f"{EXTRA}, or dnf install mingw64-gcc"),
        (target(APPLE), ("brew",), {}, "cargo-zigbuild and zig", EXTRA),
        (target(ARM), ZIG, {"linker": "gcc"}, "aarch64-linux-gnu-gcc", f"install gcc-aarch64-linux-gnu, or {EXTRA}"),
        (target(OTHER_ARM), (), {}, "arm-linux-gnueabihf-gcc not found", "install gcc-arm-linux-gnueabihf"),
        (target(MSVC), (), {}, "cargo-xwin not", f"pip install cargo-xwin, or take {MINGW}, which zig links"),
        (target("aarch64-pc-windows-msvc"), (), {}, "cargo-xwin not",
         "pip install cargo-xwin, or take aarch64-pc-windows-gnullvm, which zig links"),
        (target("x86_64-win7-windows-msvc"), (), {}, "cargo-xwin not", "pip install cargo-xwin"),
        (target(BSD, (14, 1)), (), {}, f"no linker for {BSD} is known",
         f"name one: variable {BSDS}, or target.{BSD}.linker in .cargo/config.toml"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_what_to_install(
    where: Target, programs: tuple[str, ...], options: dict[str, Any], message: str, hint: str
) -> None:
    found = refused(where, machine(*programs), **options)

    assert found.message.startswith(message)
    assert found.hint == hint


@pytest.mark.parametrize(
    ("where", "choice", "message", "hint"),
    [
        (target(OTHER_ARM), "zig", "zig does not link for", "--linker gcc, or --linker native"),
        (target(BSD, (14, 1)), "zig", "zig does not link for", "--linker native with a linker that cargo is told of: "),
        (target(MUSL), "gcc", "no GNU cross compiler for", "--linker zig, or --linker native"),
        (target(BSD, (14, 1)), "gcc", "no GNU cross compiler for", "--linker native"),
        (target(MINGW), "xwin", "cargo-xwin does not link for", "--linker auto"),
        (target(ARM), "xwin", "cargo-xwin does not link for", "--linker auto"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(where: Target, choice: str, message: str, hint: str) -> None:
    found = refused(where, machine("cargo-xwin", zig=True), ConfigError, linker=choice)

    assert found.message == f"{message} {where.triple}" + (" is known" if choice == "gcc" else "")
    assert found.hint.startswith(hint)


@pytest.mark.parametrize(
    ("programs", "tools", "message", "hint"),
    [
        (ZIG, {**ZIG_PACKAGES, "ziglang": "0.14.0"}, "ziglang 0.14.0 is too old: at least 0.14.1",
         "pip install --upgrade 'ziglang>=0.14.1'"),
        (ZIG, {**ZIG_PACKAGES, "ziglang": "0.9"}, "ziglang 0.9 is too old", "pip install --upgrade 'ziglang>=0.14.1'"),
        (ZIG, {**ZIG_PACKAGES, "cargo-zigbuild": "0.23.9"}, "cargo-zigbuild 0.23.9 is too old: at least 0.24",
         "pip install --upgrade 'cargo-zigbuild>=0.24'"),
        ((*ZIG, "zig"), {"cargo-zigbuild": "0.24.1", "zig": "0.13.0"}, "zig 0.13.0 is too old", EXTRA),
    ],
)  # fmt: skip
def test_a_zig_that_is_too_old_is_refused(
    programs: tuple[str, ...], tools: dict[str, str], message: str, hint: str
) -> None:
    found = refused(target(ARM), machine(*programs, tools=tools))

    assert found.message.startswith(message)
    assert found.hint == hint


@pytest.mark.parametrize("version", ["0.14.1", "0.15.2", "0.17.0-dev.1", "1.0"])
def test_a_zig_that_is_new_enough_is_taken(version: str) -> None:
    assert asked(target(ARM), machine(zig=True, tools={**ZIG_PACKAGES, "ziglang": version})).kind == "zig"


@pytest.mark.parametrize(
    ("toolchain", "hint"),
    [("", f"rustup target add {ARM}"), ("nightly", f"rustup target add --toolchain nightly {ARM}")],
)
def test_a_missing_std_is_said_with_the_command_that_installs_it(toolchain: str, hint: str) -> None:
    found = refused(target(ARM), machine(zig=True, stds=(LINUX,)), toolchain=toolchain)

    assert (found.message, found.hint) == (f"rustc 1.95.0 has no std for {ARM}", hint)


def test_a_missing_std_and_a_missing_linker_are_said_at_once() -> None:
    with pytest.raises(ToolMissing) as caught:
        asked(target(ARM), machine(stds=()))

    assert [issue.hint.partition(",")[0] for issue in caught.value.issues] == [f"rustup target add {ARM}", EXTRA]


@pytest.mark.parametrize("flag", ["build-std", "build-std=std,panic_abort"])
def test_a_std_that_cargo_builds_need_not_be_here(flag: str) -> None:
    assert asked(target(ARM), machine(zig=True, stds=()), unstable_flags=(flag,)).kind == "zig"


def test_the_hosts_std_is_where_its_rustc_is() -> None:
    assert asked(target(), machine(stds=())).kind == "native"


# macOS


@pytest.mark.parametrize(
    ("where", "variable", "told"),
    [
        (target(APPLE), "", "11.0"),
        (target(INTEL), "", "10.12"),
        (target(APPLE, (12, 3)), "", "12.3"),
        (target(APPLE, (12, 0)), "13.1", "12.0"),
        (target(APPLE), "13.1", "13.1"),
        (target(APPLE), "14", "14"),
        (target(INTEL), "10.13", "10.13"),
        (target(APPLE), "10.13", "11.0"),
        (target(INTEL), "10.9", "10.12"),
        (target(APPLE), "new", "11.0"),
    ],
)
def test_the_lowest_macos_is_the_floor_then_the_users_then_rusts(where: Target, variable: str, told: str) -> None:
    variables = {"MACOSX_DEPLOYMENT_TARGET": variable} if variable else {}
    for found in (
        asked(where, machine(zig=True, environment=variables)),
        asked(where, machine(zig=True), environment=tuple(variables.items())),
        asked(where, machine(triple=APPLE, environment=variables)),
    ):
        assert found.environment["MACOSX_DEPLOYMENT_TARGET"] == told


def test_other_systems_are_told_of_no_macos() -> None:
    found = asked(target(ARM), machine(*GCC, environment={"MACOSX_DEPLOYMENT_TARGET": "12.0"}))

    assert "MACOSX_DEPLOYMENT_TARGET" not in found.environment


def with_dependency(kind: str | None, name: str = "security-framework-sys", **changed: Any) -> Gathered:
    """Return a machine for a crate whose dependency `middle` depends on `name` in the way `kind`."""
    metadata = cargo_metadata()
    crate, *others = metadata["resolve"]["nodes"]
    both = {
        "id": crate["id"],
        "deps": [*crate["deps"], {"name": "middle", "pkg": "middle", "dep_kinds": [{"kind": None, "target": None}]}],
    }
    middle = {"id": "middle", "deps": [{"name": "x", "pkg": name, "dep_kinds": [{"kind": kind, "target": None}]}]}
    metadata["resolve"]["nodes"] = [both, *others, middle, {"id": name, "deps": [], "features": []}]
    metadata["packages"] += [{"id": each, "name": each} for each in ("middle", name)]
    return machine(zig=True, cargo_metadata=metadata, **changed)


@pytest.mark.parametrize("name", ["security-framework-sys", "core-foundation-sys", "objc2-core-graphics", "metal"])
def test_a_framework_is_refused_without_an_sdk(name: str) -> None:
    found = refused(target(APPLE), with_dependency(None, name))

    assert found.message.endswith(f"which these dependencies link: {name}")
    assert "SDKROOT" in found.hint


@pytest.mark.parametrize("kind", ["dev", "build"])
def test_a_framework_that_does_not_end_in_the_library_needs_no_sdk(kind: str) -> None:
    assert asked(target(APPLE), with_dependency(kind)).kind == "zig"


@pytest.mark.parametrize(
    ("where", "here", "options"),
    [
        (target(APPLE), with_dependency(None, environment={"SDKROOT": "/sdk"}), {}),
        (target(APPLE), with_dependency(None), {"environment": (("SDKROOT", "/sdk"),)}),
        (target(APPLE), with_dependency(None), {"linker": "native"}),
        (target(ARM), with_dependency(None), {}),
        (target(APPLE), with_dependency(None, "core-foundation-sys-like"), {}),
    ],
)
def test_where_a_framework_can_be_linked_nothing_is_said(
    where: Target, here: Gathered, options: dict[str, Any]
) -> None:  # fmt: skip
    assert asked(where, here, **options).target.startswith(where.triple)


def test_packages_of_the_library_are_those_of_normal_dependencies_all_the_way_down() -> None:
    assert linked_packages(with_dependency(None), project()) == {"sample", "pyo3", "middle", "security-framework-sys"}
    assert linked_packages(with_dependency("build"), project()) == {"sample", "pyo3", "middle"}
    assert linked_packages(replace(gathered(), cargo_metadata={}), project()) == set()
