"""A name in an archive means the same place to every installer, or it is refused."""

import pytest

from wheelmatrix.audit.member_names import folded_names, name_faults


@pytest.mark.parametrize("name", ["a", "a/b.py", "a/", "é/ß", "a b", "...", "a/..b", "con"])
def test_plain_names_have_no_fault(name: str) -> None:
    assert list(name_faults(name)) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/a", "absolute"), ("c:a", "absolute"), ("//a", "absolute"), ("..", "leaves"), ("a/../b", "leaves"),
        ("../", "leaves"), ("", "empty part"), ("a//b", "empty part"), ("a/./b", "`.` part"), ("a\\b", "backslash"),
        ("a\x7f", "control"), ("a\0", "control"),
    ],
)  # fmt: skip
def test_other_names_are_told_what_is_wrong(name: str, said: str) -> None:
    assert any(said in fault for fault in name_faults(name))


def test_a_file_is_no_directory() -> None:
    names = ("a", "a/b/c", "d/", "d/e")

    assert list(folded_names(names, frozenset({"a", "d/e"}))) == [("a", "a/b/c")]
