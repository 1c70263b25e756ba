"""A wrong row is refused by file, row and key, and everything that is wrong is said at once."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError

TEXTS = resources.table_texts()


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
]  # fmt: skip


@pytest.mark.parametrize(("name", "right", "wrong", "message"), WRONG)
def test_a_wrong_table_is_refused_with_file_row_and_key(name: str, right: str, wrong: str, message: str) -> None:
    texts = {**TEXTS, name: TEXTS[name].replace(right, wrong, 1)}

    issues = said(texts)

    assert any(issue.startswith(name) for issue in issues)
    assert any(re.search(message, issue) for issue in issues), issues


def test_all_issues_of_all_tables_are_told_at_once() -> None:
    texts = {**TEXTS, "targets.toml": TEXTS["targets.toml"].replace("big_endian = false", "big_endian = 0")}
    texts["indexes.toml"] = ""
    texts["notes.toml"] = ""
    del texts["interpreters.toml"]

    issues = said(texts)

    assert len([issue for issue in issues if "big_endian" in issue]) > 50
    assert "interpreters.toml: the table is missing" in issues
    assert "indexes.toml: indexes: the key is missing" in issues
    assert "notes.toml: no table of this name is known" in issues


def test_an_unknown_key_brings_the_nearest_one() -> None:
    texts = {**TEXTS, "indexes.toml": TEXTS["indexes.toml"].replace("upload_url", "uplaod_url", 1)}

    with pytest.raises(ConfigError) as caught:
        tables.load(texts)

    assert caught.value.issues[0].hint == "did you mean upload_url?"


@given(st.sampled_from(sorted(TEXTS)), st.text(max_size=60))
def test_any_other_text_is_refused_as_a_configuration_error(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        tables.load({**TEXTS, name: text})

    assert all(issue.where.startswith(name) for issue in caught.value.issues)
