"""Triples with and without a floor become targets, or an error that says what to write."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError
from wheelmatrix.platforms import host_target, lowest_floor, parse_target, platform_tags

TABLES = tables.load(resources.table_texts())
LINUX = "x86_64-unknown-linux-gnu"


def test_a_triple_alone_leaves_the_floor_to_the_audit() -> None:
    target = parse_target(TABLES, "x86_64-unknown-linux-gnu")

    assert target == TABLES.targets["x86_64-unknown-linux-gnu"]
    assert target.floor is None


@pytest.mark.parametrize(
    ("text", "triple", "floor"),
    [
        ("x86_64-unknown-linux-gnu.2.17", "x86_64-unknown-linux-gnu", (2, 17)),
        ("arm-unknown-linux-gnueabihf.2.28", "arm-unknown-linux-gnueabihf", (2, 28)),
        ("x86_64-unknown-linux-musl.1.2", "x86_64-unknown-linux-musl", (1, 2)),
        ("aarch64-apple-darwin.12", "aarch64-apple-darwin", (12, 0)),
        ("aarch64-linux-android.24", "aarch64-linux-android", (24, 0)),
        ("x86_64-unknown-freebsd.14.1", "x86_64-unknown-freebsd", (14, 1)),
        ("powerpc64-ibm-aix.7204.1945", "powerpc64-ibm-aix", (7204, 1945)),
    ],
)
def test_a_floor_stands_behind_the_triple(text: str, triple: str, floor: tuple[int, int]) -> None:
    target = parse_target(TABLES, text)

    assert (target.triple, target.floor) == (triple, floor)


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("manylinux_2_17_x86_64", "x86_64-unknown-linux-gnu.2.17"),
        ("manylinux_2_28_aarch64", "aarch64-unknown-linux-gnu.2.28"),
        ("manylinux_2_17_i686", "i686-unknown-linux-gnu.2.17"),
        ("manylinux_2_17_armv7l", "armv7-unknown-linux-gnueabihf.2.17"),
        ("manylinux_2_31_riscv64", "riscv64gc-unknown-linux-gnu.2.31"),
        ("manylinux_2_19_ppc64le", "powerpc64le-unknown-linux-gnu.2.19"),
        ("manylinux2014_x86_64", "x86_64-unknown-linux-gnu.2.17"),
        ("manylinux2014_s390x", "s390x-unknown-linux-gnu.2.17"),
        ("musllinux_1_2_x86_64", "x86_64-unknown-linux-musl.1.2"),
        ("linux_x86_64", "x86_64-unknown-linux-gnu"),
        ("linux_armv6l", "arm-unknown-linux-gnueabihf"),
        ("macosx_11_0_arm64", "aarch64-apple-darwin.11.0"),
        ("macosx_10_13_x86_64", "x86_64-apple-darwin.10.13"),
        ("macosx_10_12_universal2", "universal2-apple-darwin.10.12"),
        ("win_amd64", "x86_64-pc-windows-gnu"),
        ("win32", "i686-pc-windows-gnu"),
        ("win_arm64", "aarch64-pc-windows-msvc"),
        ("haiku_1_x86_64", "x86_64-unknown-haiku"),
    ],
)
def test_a_platform_tag_names_the_first_target_that_such_wheels_are_for(tag: str, written: str) -> None:
    assert str(parse_target(TABLES, tag)) == written


@pytest.mark.parametrize(
    ("tag", "triple"),
    [("win_amd64", "x86_64-pc-windows-msvc"), ("win32", "i686-pc-windows-msvc"), ("linux_x86_64", LINUX)],
)
def test_on_windows_the_first_is_the_one_with_microsofts_tools(tag: str, triple: str) -> None:
    assert parse_target(TABLES, tag, host_os="windows").triple == triple


@given(st.sampled_from(sorted(TABLES.targets)))
def test_every_tag_that_is_made_is_read(triple: str) -> None:
    row = TABLES.targets[triple]
    if not row.tag.startswith(("manylinux", "musllinux", "macosx", "linux", "win")):
        return
    lowest = lowest_floor(row)
    asked = replace(row, floor=lowest if "{major}" in row.tag else None)

    (tag,) = platform_tags(asked, asked.floor, ())

    assert platform_tags(parse_target(TABLES, tag), asked.floor, ()) == (tag,)


@given(st.sampled_from(sorted(TABLES.targets)), st.integers(0, 60))
def test_a_target_is_written_as_it_is_read(triple: str, above: int) -> None:
    row = TABLES.targets[triple]
    lowest = lowest_floor(row) or (2, 0)
    text = f"{triple}.{lowest[0]}.{lowest[1] + above}" if "{major}" in row.tag else triple

    assert str(parse_target(TABLES, text)) == text


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("x86_64-unknwn-linux-gnu", "'x86_64-unknwn-linux-gnu' is not known", "mean x86_64-unknown-linux-gnu?"),
        ("arm64-apple-darwin.11.0", "'arm64-apple-darwin' is not known", "mean aarch64-apple-darwin?"),
        ("", "a target is empty", "write a Rust target triple"),
        ("x86_64-pc-windows-msvc.1.0", "has no floor", "write x86_64-pc-windows-msvc"),
        ("x86_64-unknown-haiku.1", "has no floor", "write x86_64-unknown-haiku"),
        ("x86_64-unknown-linux-gnu.2.5", "glibc 2.5 is below 2.17", "x86_64-unknown-linux-gnu.2.17 or"),
        ("x86_64-unknown-linux-musl.1.1", "musl 1.1 is below 1.2", "linux-musl.1.2 or"),
        ("aarch64-apple-darwin.10.15", "macOS 10.15 is below 11.0", "aarch64-apple-darwin.11.0 or"),
        ("x86_64-unknown-freebsd", "needs a version of FreeBSD", "x86_64-unknown-freebsd.X.Y"),
        ("wasm32-unknown-emscripten", "needs a version of the Pyodide ABI", "wasm32-unknown-emscripten.X.Y"),
        ("manylinux_2_5_x86_64", "glibc 2.5 is below 2.17", "x86_64-unknown-linux-gnu.2.17 or"),
        ("manylinux1_x86_64", "glibc 2.5 is below 2.17", "x86_64-unknown-linux-gnu.2.17 or"),
        ("manylinux2010_i686", "glibc 2.12 is below 2.17", "i686-unknown-linux-gnu.2.17 or"),
        ("musllinux_1_1_aarch64", "musl 1.1 is below 1.2", "aarch64-unknown-linux-musl.1.2 or"),
        ("macosx_10_9_arm64", "macOS 10.9 is below 11.0", "aarch64-apple-darwin.11.0 or"),
        ("manylinux_2_17_arm64", "is not known", "mean manylinux_2_17_aarch64?"),
        ("manylinux_2_28_amd64", "is not known", "mean manylinux_2_28_x86_64?"),
        ("manylinux_2_17_x86-64", "is not known", "mean manylinux_2_17_x86_64?"),
        ("manylinux2014_arm64", "is not known", "mean manylinux2014_aarch64?"),
        ("manylinux2014", "is not known", "mean manylinux2014_"),
        ("linux_arm64", "is not known", "mean linux_aarch64?"),
        ("musllinux_aarch64", "is not known", "mean musllinux_1_2_aarch64?"),
        ("macosx_11_0_aarch64", "is not known", "mean macosx_11_0_arm64?"),
        ("macosx_11_0_amd64", "is not known", "mean macosx_11_0_x86_64?"),
        ("macosx_universal2", "is not known", "mean macosx_10_12_universal2?"),
        ("win_x86_64", "is not known", "mean win_amd64?"),
        ("win64", "is not known", "mean win_a"),
        ("win_amd64.10", "win_amd64 is a platform tag, and a floor stands behind triples only", "write win_amd64"),
        ("manylinux_2_17_x86_64.2.28", "is a platform tag", "write x86_64-unknown-linux-gnu.2.28"),
        ("x86_64-unknown-linux-gnu.2.17.1", "is not known", "mean x86_64-unknown-linux-gnu?"),
        ("x86_64-unknown-linux-gnu." + "9" * 5000, "is not known", "did you mean"),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_what_to_write(text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_target(TABLES, text)

    (issue,) = caught.value.issues
    assert message in issue.message
    assert hint in issue.hint


def test_the_host_of_a_distribution_has_the_facts_of_its_plain_triple() -> None:
    plain = TABLES.targets["x86_64-unknown-linux-musl"]

    host = host_target(TABLES, "x86_64-alpine-linux-musl")

    assert host.triple == "x86_64-alpine-linux-musl"
    assert (host.tag, host.suffix_env) == (plain.tag, plain.suffix_env)
    assert parse_target(TABLES, "x86_64-alpine-linux-musl") == host
    assert host_target(TABLES, "aarch64-wolfi-linux-gnu").arch == "aarch64"


def test_an_unknown_host_is_refused_with_the_nearest_triple() -> None:
    with pytest.raises(ConfigError) as caught:
        host_target(TABLES, "riscv64-unknown-linux-gnu-x")

    assert "rustc's host" in caught.value.issues[0].where
    assert caught.value.issues[0].hint == "did you mean riscv64gc-unknown-linux-gnu?"


@given(st.text(max_size=40))
def test_any_text_is_a_target_or_a_configuration_error(text: str) -> None:
    try:
        found = parse_target(TABLES, text)
    except ConfigError:
        return
    assert found.triple in TABLES.targets
