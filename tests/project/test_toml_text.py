"""Changed tables in the words of their file: what was not changed stays as it was, to the byte."""

import copy
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.project.toml_text import rewritten, written

MANIFEST = """\
# who made it
[package]
name = "app"  # a name
version.workspace = true
readme = "../README.md"
include = [
  "src", # the sources ]
  'b"]',
]

[[bin]]
name = "one"

[[bin]]
name = "two"
path = "src/two.rs"

[dependencies]
a = { path = "../a", features = ["x"] }
"quoted.b" = '1'

[target.'cfg(windows)'.dependencies]
c.path = "c"
"""


def changed(edit: str, text: str = MANIFEST) -> str:
    table = tomli.loads(text)
    exec(edit, {"t": table})
    result = rewritten(text, table)
    assert tomli.loads(result) == table
    return result


def test_what_is_not_changed_stays_to_the_byte() -> None:
    assert rewritten(MANIFEST, tomli.loads(MANIFEST)) == MANIFEST


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        ("t['package']['readme'] = 'README.md'", '"../README.md"', '"README.md"'),
        ("del t['package']['readme']", 'readme = "../README.md"\n', ""),
        ("del t['bin'][0]", '[[bin]]\nname = "one"\n', ""),
        ("del t['bin']", '[[bin]]\nname = "one"\n\n[[bin]]\nname = "two"\npath = "src/two.rs"\n', "\n"),
        ("t['dependencies']['a'] = '1.0'", '{ path = "../a", features = ["x"] }', '"1.0"'),
        ("t['dependencies']['quoted.b'] = '2'", "'1'", '"2"'),
        ("t['package']['include'] = []", '[\n  "src", # the sources ]\n  \'b"]\',\n]', "[]"),
        ("del t['target']", "[target.'cfg(windows)'.dependencies]\nc.path = \"c\"\n", ""),
        ("t['target']['cfg(windows)']['dependencies']['c']['path'] = 'd'", '"c"', '"d"'),
        ("t['package']['new'] = 1", '\n\n[[bin]]\nname = "one"', '\nnew = 1\n\n[[bin]]\nname = "one"'),
    ],
)
def test_one_change_is_one_edit(edit: str, old: str, new: str) -> None:
    assert changed(edit) == MANIFEST.replace(old, new, 1)


def test_a_dotted_key_becomes_a_value() -> None:
    assert 'version = "1.0"\n' in changed("t['package']['version'] = '1.0'")
    assert "# who made it" in changed("t['package']['version'] = '1.0'")


def test_new_tables_are_added() -> None:
    assert changed("t['a'] = 1", "").strip() == "a = 1"


def test_a_text_without_an_end_of_line_takes_new_keys() -> None:
    assert changed("t['b'] = 2", "a = 1") == "a = 1\nb = 2\n"


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=8), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)
TABLES = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)


@given(TABLES)
def test_what_is_written_is_read_back(table: dict[str, Any]) -> None:
    assert tomli.loads(written(table)) == table


@given(TABLES, TABLES)
def test_any_table_becomes_any_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert tomli.loads(rewritten(written(before), copy.deepcopy(after))) == after
