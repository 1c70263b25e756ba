"""What matrix/ says is read whole, agrees with those who know, and is refused where it is wrong."""

import subprocess
import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import Tag, cpython_tags, parse_tag

from wheelmatrix import resources, tables
from wheelmatrix.model import Interpreter
from wheelmatrix.platforms import PLATFORMS

TEXTS = resources.table_texts()
TABLES = tables.load(TEXTS)
CPYTHON = [row for row in TABLES.interpreters if row.implementation == "cpython"]


def test_every_row_of_a_file_becomes_a_noun() -> None:
    parsed = {name: tomllib.loads(text) for name, text in TEXTS.items() if name.endswith(".toml")}

    assert [row["triple"] for row in parsed["targets.toml"]["targets"]] == list(TABLES.targets)
    assert [row["id"] for row in parsed["interpreters.toml"]["interpreters"]] == [row.id for row in TABLES.interpreters]
    assert list(parsed["indexes.toml"]["indexes"]) == list(TABLES.indexes)


def test_every_source_is_used_and_dated() -> None:
    for name in ("targets.toml", "interpreters.toml", "indexes.toml"):
        file = tomllib.loads(TEXTS[name])
        rows = file[name.removesuffix(".toml")]
        used = {row["source"] for row in (rows.values() if isinstance(rows, dict) else rows)}

        assert used == set(file["sources"]), name


def test_rustc_knows_every_triple() -> None:
    known = subprocess.run(["rustc", "--print", "target-list"], capture_output=True, text=True, check=True)

    assert {row.triple for row in TABLES.targets.values() if not row.slices} - set(known.stdout.split()) == set()


@pytest.mark.parametrize(
    "triple",
    ["x86_64-unknown-linux-gnu", "i686-unknown-linux-musl", "s390x-unknown-linux-gnu", "powerpc64le-unknown-linux-gnu",
     "armv7-unknown-linux-gnueabihf", "mips64-unknown-linux-gnuabi64", "aarch64-apple-darwin", "wasm32-wasip1"],
)  # fmt: skip
def test_rustc_agrees_on_word_bits_and_byte_order(triple: str) -> None:
    printed = subprocess.run(
        ["rustc", "--print", "cfg", "--target", triple], capture_output=True, text=True, check=True
    )
    row = TABLES.targets[triple]

    assert f'target_pointer_width="{row.word_bits}"' in printed.stdout
    assert f'target_endian="{"big" if row.big_endian else "little"}"' in printed.stdout


def test_every_target_belongs_to_a_platform_and_every_platform_has_a_target() -> None:
    assert {row.os for row in TABLES.targets.values()} == set(PLATFORMS)


def test_a_plain_tag_is_the_tag_or_has_no_version() -> None:
    for row in TABLES.targets.values():
        assert row.plain_tag == row.tag or "{" not in row.plain_tag
        assert ("{major}" in row.tag) or row.installer_floor is None
        assert bool(row.elf_machine) == (row.os not in {"macos", "ios", "windows", "aix", "emscripten", "wasi"})


def test_ids_of_interpreters_are_unique_and_in_matrix_order() -> None:
    ids = [row.id for row in TABLES.interpreters]

    assert len(set(ids)) == len(ids)
    assert ids == [
        *("cp38", "cp39", "cp310", "cp311", "cp312", "cp313", "cp313t", "cp314", "cp314t"),
        *("cp315", "cp315t", "cp316", "cp316t"),
        *("pp39_pp73", "pp310_pp73", "pp311_pp73", "pp311_pp80", "pp312_pp80"),
        *("gp311_242", "gp312_250", "gp313_253"),
    ]


def test_only_313t_has_to_be_named() -> None:
    assert [row.id for row in TABLES.interpreters if not row.offered] == ["cp313t"]


def test_the_life_of_cpython_ends_as_the_devguide_says() -> None:
    ends = {row.id: row.end_of_life for row in CPYTHON}

    assert ends["cp38"] == date(2024, 10, 7)
    assert [ends[f"cp3{minor}"] for minor in range(9, 16)] == [date(2016 + minor, 10, 31) for minor in range(9, 16)]
    assert ends["cp314t"] == ends["cp314"]


def test_groups_are_those_that_can_be_enabled() -> None:
    groups = {row.id: row.group for row in TABLES.interpreters if row.group}

    assert set(groups.values()) == {"pypy", "pypy-eol", "graalpy", "cpython-prerelease"}
    assert groups["pp311_pp80"] == "pypy"
    assert groups["cp316t"] == "cpython-prerelease"


@pytest.mark.parametrize("row", CPYTHON, ids=lambda row: row.id)
def test_packaging_accepts_the_tags_of_every_cpython(row: Interpreter) -> None:
    abis = [row.abi_tag]
    looked_for = set(cpython_tags(row.version, abis=abis, platforms=["linux_x86_64"]))
    others = [other for other in CPYTHON if other is not row]

    assert Tag(row.python_tag, row.abi_tag, "linux_x86_64") in looked_for
    assert not [other.id for other in others if Tag(other.python_tag, other.abi_tag, "linux_x86_64") in looked_for]


@pytest.mark.parametrize("row", CPYTHON, ids=lambda row: row.id)
def test_packaging_gives_the_stable_abi_to_those_who_load_it(row: Interpreter) -> None:
    looked_for = set(cpython_tags(row.version, abis=[row.abi_tag], platforms=["any"]))
    stable = parse_tag("cp38-abi3-any")
    both = parse_tag("cp315-abi3.abi3t-any")

    assert bool(stable & looked_for) is not row.free_threaded
    assert bool(both & looked_for) is (row.version >= (3, 15))


@pytest.mark.parametrize(
    ("tag", "accepted"),
    [
        ("any", True),
        ("win_amd64", True),
        ("manylinux_2_17_x86_64", True),
        ("manylinux2014_ppc64", True),
        ("manylinux1_aarch64", False),
        ("manylinux_2_36_loongarch64", False),
        ("musllinux_1_2_riscv64", True),
        ("musllinux_1_2_ppc64", False),
        ("linux_x86_64", False),
        ("linux_armv7l", True),
        ("macosx_10_12_x86_64", True),
        ("macosx_11_0_arm64", True),
        ("macosx_11_1_arm64", False),
        ("macosx_16_0_arm64", False),
        ("macosx_26_0_universal2", True),
        ("ios_13_0_arm64_iphonesimulator", True),
        ("android_21_arm64_v8a", True),
        ("pyemscripten_2025_0_wasm32", True),
        ("freebsd_14_1_release_amd64", False),
        ("win_amd64.any", False),
        ("any\n", False),
    ],
)
def test_pypi_accepts_the_platform_tags_it_lists(tag: str, accepted: bool) -> None:
    assert tables.accepts(TABLES.indexes["pypi"], tag) is accepted
    assert tables.accepts(TABLES.indexes["testpypi"], tag) is accepted


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("x86_64-unknwn-linux-gnu", "x86_64-unknown-linux-gnu"),
        ("aarch64-linux-gnu", "aarch64-unknown-linux-gnu"),
        ("arm64-apple-darwin", "aarch64-apple-darwin"),
        ("x86_64-windows-msvc", "x86_64-pc-windows-msvc"),
    ],
)
def test_a_misspelt_triple_leads_to_the_one_that_was_meant(typed: str, meant: str) -> None:
    assert tables.nearest_triple(TABLES, typed) == meant


@given(st.text(max_size=40))
def test_some_triple_is_always_the_nearest(text: str) -> None:
    assert tables.nearest_triple(TABLES, text) in TABLES.targets
