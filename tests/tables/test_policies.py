"""Policies say only what they add, and mean everything that came before."""

import re

import pytest

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError

TEXTS = resources.table_texts()


TABLES = tables.load(TEXTS)


def said(texts: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        tables.load(texts)
    return [f"{issue.where}: {issue.message}" for issue in caught.value.issues]


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


def test_every_macos_has_its_own_directories_on_both_machines() -> None:
    intel, arm = (tables.policies_for(TABLES, "macosx", arch) for arch in ("x86_64", "arm64"))

    assert [policy.libraries for policy in (*intel, *arm)] == 2 * [{"/System/Library/", "/usr/lib/"}]
    assert all(policy.floor == (10, 4) for policy in (*intel, *arm))


WRONG = [
    ("policies/manylinux.json", '"family"', '"famly"', r"policies/manylinux.json: famly: the key is not known"),
    ("policies/manylinux.json", '"floor": "2.12"', '"floor": "2.4"', r"2.4: expected the policies by floor"),
    ("policies/manylinux.json", '"floor": "2.24"', '"floor": "2.25"', r"no policy has the floor 2.24"),
    ("policies/manylinux.json", '"aliases": ["manylinux1"]', '"aliases": "manylinux1"', r"policy 1: aliases: expect"),
    ("policies/manylinux.json", '"aarch64": {', '"aarch65": {', r"symbol_versions.aarch65: no policy has this arch"),
    ("policies/musllinux.json", '"1.1": [', '"1.1": {', r"policies/musllinux.json: no valid JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "right", "wrong", "message"), WRONG)
def test_a_wrong_policy_file_is_refused_with_its_key(name: str, right: str, wrong: str, message: str) -> None:
    texts = {**TEXTS, name: TEXTS[name].replace(right, wrong, 1)}

    issues = said(texts)

    assert any(issue.startswith(name) for issue in issues)
    assert any(re.search(message, issue) for issue in issues), issues


@pytest.mark.parametrize("text", ["[]", "3", '"x"', "null", "{}", '{"policies": []}'])
def test_a_policy_file_of_another_shape_is_refused(text: str) -> None:
    assert said({**TEXTS, "policies/manylinux.json": text})
