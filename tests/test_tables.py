"""What matrix/ says is read whole, agrees with those who know, and is refused where it is wrong."""

import re
import subprocess
import tomllib
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import Tag, cpython_tags, parse_tag

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError
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

    assert set(TABLES.targets) - set(known.stdout.split()) == set()


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


def test_policies_come_most_compatible_first() -> None:
    names = [policy.name for policy in tables.policies_for(TABLES, "manylinux", "x86_64")]

    assert names[:4] == ["manylinux_2_5", "manylinux_2_12", "manylinux_2_17", "manylinux_2_24"]
    assert [policy.floor for policy in tables.policies_for(TABLES, "musllinux", "loongarch64")] == [(1, 2)]
    assert tables.policies_for(TABLES, "manylinux", "sparc64") == ()
    assert tables.policies_for(TABLES, "many", "x86_64") == ()


def test_a_policy_allows_what_an_older_one_allows_and_its_own() -> None:
    old, new = (
        next(policy for policy in tables.policies_for(TABLES, "manylinux", "x86_64") if policy.floor == floor)
        for floor in ((2, 5), (2, 17))
    )

    assert "2.17" in new.symbol_versions["GLIBC"] - old.symbol_versions["GLIBC"]
    assert old.symbol_versions["GLIBC"] < new.symbol_versions["GLIBC"]
    assert "libexpat.so.1" in new.libraries - old.libraries
    assert new.aliases == ("manylinux2014",)


def test_forbidden_symbols_end_with_the_policy_that_names_them() -> None:
    by_floor = {policy.floor: policy.forbidden for policy in tables.policies_for(TABLES, "manylinux", "x86_64")}

    assert "uncompress2" in by_floor[2, 31]["libz.so.1"]
    assert "uncompress2" not in by_floor[2, 34]["libz.so.1"]
    assert "libc.so.6" in by_floor[2, 17]
    assert "libc.so.6" not in by_floor[2, 24]


def test_musl_is_known_by_both_of_its_names() -> None:
    (policy, _) = tables.policies_for(TABLES, "musllinux", "x86_64")

    assert policy.libraries == {"libc.so", "libc.musl-x86_64.so.1", "libz.so.1"}


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


def changed(name: str, change: Callable[[str], str]) -> dict[str, str]:
    return {**TEXTS, name: change(TEXTS[name])}


def said(texts: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        tables.load(texts)
    return [f"{issue.where}: {issue.message}" for issue in caught.value.issues]


WRONG = [
    ("targets.toml", 'os = "linux"', 'oss = "linux"', r"row 1 \(x86_64-unknown-linux-gnu\): oss: the key is not known"),
    ("targets.toml", 'os = "linux"', 'oss = "linux"', r"row 1 \(x86_64-unknown-linux-gnu\): os: the key is missing"),
    ("targets.toml", "word_bits = 64", "word_bits = 65", r"word_bits: expected one of 32, 64, found 65"),
    ("targets.toml", "word_bits = 64", "word_bits = 64.0", r"word_bits: expected one of 32, 64, found 64.0"),
    ("targets.toml", "big_endian = false", "big_endian = 0", r"big_endian: expected true or false, found 0"),
    ("targets.toml", '"2.5"', "2.5", r"installer_floor: expected a version in quotes such as \"2.17\", found 2.5"),
    ("targets.toml", "{minor}_x86", "{micro}_x86", r"tag: expected a platform tag with no other field"),
    ("targets.toml", 'source = "linux-gnu"', 'source = "hearsay"', r"source: expected one of linux-gnu, .*'hearsay'"),
    ("targets.toml", "targets = [", "target = [", r"targets.toml: target: the key is not known"),
    ("targets.toml", "targets = [", "targets = [ 7,", r"row 1: 7 is no row"),
    ("targets.toml", "targets = [", "targets = ", r"targets.toml: no valid TOML: .*line 4"),
    ("targets.toml", "i586-unknown-linux-gnu", "i686-unknown-linux-gnu", r"row 3 .*is the triple of an earlier row"),
    ("interpreters.toml", '"final"', '"finale"', r"row 1 \(cp38\): status: expected one of final, prerelease"),
    ("interpreters.toml", "2024-10-07", '"soon"', r"end_of_life: expected a date such as 2026-10-31, found 'soon'"),
    ("interpreters.toml", "2024-10-07,", "2024-10-07T10:00:00,", r"end_of_life: expected a date"),
    ("interpreters.toml", '"cp38",', '"cp39",', r"row 2 \(cp39\): 'cp39' is the id of an earlier row"),
    ("interpreters.toml", "date = 2026-11-23", "day = 2026-11-23", r"sources.cpython: date: the key is missing"),
    ("indexes.toml", "'any'", "'any('", r"indexes.pypi: platform_tags: expected a list of regular expressions"),
    ("indexes.toml", "104857600", "0", r"file_limit_bytes: expected a whole number above 0, found 0"),
    ("indexes.toml", "104857600", "true", r"file_limit_bytes: expected a whole number above 0, found True"),
    ("policies/manylinux.json", '"family"', '"famly"', r"policies/manylinux.json: famly: the key is not known"),
    ("policies/manylinux.json", '"floor": "2.12"', '"floor": "2.4"', r"2.4: expected the policies by floor"),
    ("policies/manylinux.json", '"floor": "2.24"', '"floor": "2.25"', r"no policy has the floor 2.24"),
    ("policies/manylinux.json", '"aliases": ["manylinux1"]', '"aliases": "manylinux1"', r"policy 1: aliases: expect"),
    ("policies/manylinux.json", '"aarch64": {', '"aarch65": {', r"symbol_versions.aarch65: no policy has this arch"),
    ("policies/musllinux.json", '"1.1": [', '"1.1": {', r"policies/musllinux.json: no valid JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "right", "wrong", "message"), WRONG)
def test_a_wrong_table_is_refused_with_file_row_and_key(name: str, right: str, wrong: str, message: str) -> None:
    texts = changed(name, lambda text: text.replace(right, wrong, 1))

    issues = said(texts)

    assert any(issue.startswith(name) for issue in issues)
    assert any(re.search(message, issue) for issue in issues), issues


def test_all_issues_of_all_tables_are_told_at_once() -> None:
    texts = changed("targets.toml", lambda text: text.replace("big_endian = false", "big_endian = 0"))
    texts["indexes.toml"] = ""
    texts["notes.toml"] = ""
    del texts["interpreters.toml"]

    issues = said(texts)

    assert len([issue for issue in issues if "big_endian" in issue]) > 50
    assert "interpreters.toml: the table is missing" in issues
    assert "indexes.toml: indexes: the key is missing" in issues
    assert "notes.toml: no table of this name is known" in issues


def test_an_unknown_key_brings_the_nearest_one() -> None:
    with pytest.raises(ConfigError) as caught:
        tables.load(changed("indexes.toml", lambda text: text.replace("upload_url", "uplaod_url", 1)))

    assert caught.value.issues[0].hint == "did you mean upload_url?"


@pytest.mark.parametrize("text", ["[]", "3", '"x"', "null", "{}", '{"policies": []}'])
def test_a_policy_file_of_another_shape_is_refused(text: str) -> None:
    assert said({**TEXTS, "policies/manylinux.json": text})


@given(st.sampled_from(sorted(TEXTS)), st.text(max_size=60))
def test_any_other_text_is_refused_as_a_configuration_error(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        tables.load({**TEXTS, name: text})

    assert all(issue.where.startswith(name) for issue in caught.value.issues)
