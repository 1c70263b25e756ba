"""Triples with and without a floor become targets, or an error that says what to write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError
from wheelmatrix.platforms import host_target, lowest_floor, parse_target

TABLES = tables.load(resources.table_texts())


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
    with pytest.raises(ConfigError):
        parse_target(TABLES, text)
