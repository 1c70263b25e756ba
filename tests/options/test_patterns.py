from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.options import expand_braces, matches, nearest, split_patterns

CELL, SHORT = "cp312-manylinux_2_17_x86_64", "cp312-manylinux_x86_64"


@pytest.mark.parametrize(
    ("pattern", "globs"),
    [
        ("cp312-*", ("cp312-*",)),
        ("cp3{12,13}-*", ("cp312-*", "cp313-*")),
        ("{cp312,pp3{10,11}}-*", ("cp312-*", "pp310-*", "pp311-*")),
        ("{a,b}{1,2}", ("a1", "a2", "b1", "b2")),
        ("cp{310..312}-*", ("cp310-*", "cp311-*", "cp312-*")),
        ("cp3{12,12t}", ("cp312", "cp312t")),
        ("{a,}", ("a", "")),
        ("{a}", ("{a}",)),
        ("{a", ("{a",)),
        ("a}", ("a}",)),
        ("{{a,b}", ("{a", "{b")),
        ("", ("",)),
    ],
)
def test_braces_expand_as_in_a_shell(pattern: str, globs: tuple[str, ...]) -> None:
    assert expand_braces(pattern) == globs


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("cp312-*",), True),
        (("*-manylinux_x86_64",), True),
        (("*-manylinux_2_17_*",), True),
        (("cp311-* cp312-*",), True),
        (("cp311-*", "cp312-*"), True),
        (("cp3{11,12}-*",), True),
        (("cp31[0-2]-*",), True),
        (("cp312",), False),
        (("312",), False),
        (("CP312-*",), False),
        (("cp3{10,11}-*",), False),
        (("",), False),
        ((), False),
    ],
)
def test_a_pattern_matches_the_whole_id_or_its_short_form(patterns: tuple[str, ...], expected: bool) -> None:
    assert matches(patterns, CELL, SHORT) is expected


def test_each_text_may_hold_several_patterns() -> None:
    assert split_patterns(("a  b", "c")) == ("a", "b", "c")


@given(st.text(alphabet="ab1*{},.-", max_size=12))
def test_any_text_is_a_pattern(pattern: str) -> None:
    globs = expand_braces(pattern)

    assert globs
    assert matches((pattern,), "a-b", "a-b") is any(fnmatchcase("a-b", glob) for glob in globs)


@given(st.lists(st.text(alphabet="abc123", min_size=1), min_size=2, max_size=5, unique=True))
def test_a_brace_matches_each_of_its_choices(choices: list[str]) -> None:
    pattern = "x{" + ",".join(choices) + "}-*"

    assert all(matches((pattern,), f"x{choice}-y", "") for choice in choices)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("modul-name", "module-name"), ("module_name", "module-name"), ("PROFILE", "profile"), ("zzz", "")],
)
def test_the_nearest_word_is_found(word: str, expected: str) -> None:
    assert nearest(word, ("module-name", "profile", "features")) == expected
