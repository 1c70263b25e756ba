"""Plain values are read from text and from TOML, or refused with what was expected."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.options import Facts, Notes
from wheelmatrix.options.kinds import FLAG, NUMBER, TEXT, TEXTS, Kind, words

PLAIN = Facts(help="x")
CHOICE = Facts(help="x", choices=("repair", "check"), refused={"mend": "is no word of ours"})
LEVEL = Facts(help="x", minimum=0, maximum=9)
JOBS = Facts(help="x", minimum=1)
SPLIT = Facts(help="x", splits=", ")


def text(kind: Kind, found: str, facts: Facts = PLAIN) -> tuple[Any, list[str]]:
    notes = Notes()
    return kind.from_text(found, facts, "--x", notes), [str(issue) for issue in notes.issues]


def toml(kind: Kind, found: object, facts: Facts = PLAIN) -> tuple[Any, list[str]]:
    notes = Notes()
    return kind.from_toml(found, facts, "x", notes), [str(issue) for issue in notes.issues]


@pytest.mark.parametrize(
    ("kind", "facts", "found", "expected"),
    [
        (TEXT, PLAIN, "", ""),
        (TEXT, CHOICE, "check", "check"),
        (TEXTS, PLAIN, "", ()),
        (TEXTS, PLAIN, "a 'b c' C:\\x\\y #d", ("a", "b c", "C:\\x\\y", "#d")),
        (TEXTS, SPLIT, "a,b c, d", ("a", "b", "c", "d")),
        (TEXTS, CHOICE, "check repair", ("check", "repair")),
        (FLAG, PLAIN, "1", True),
        (FLAG, PLAIN, " Yes ", True),
        (FLAG, PLAIN, "OFF", False),
        (NUMBER, PLAIN, "-3", -3),
        (NUMBER, LEVEL, "9", 9),
    ],
)
def test_text_is_read(kind: Kind, facts: Facts, found: str, expected: object) -> None:
    assert text(kind, found, facts) == (expected, [])


@pytest.mark.parametrize(
    ("kind", "facts", "found", "said"),
    [
        (TEXT, CHOICE, "chek", '--x: expected repair or check, found "chek"\n  hint: did you mean check?'),
        (TEXT, CHOICE, "mend", "--x: mend is no word of ours\n  hint: choose repair or check"),
        (TEXTS, PLAIN, "a 'b", "--x: a quotation mark has no partner in a 'b"),
        (FLAG, PLAIN, "maybe", '--x: expected true or false, found "maybe"'),
        (FLAG, PLAIN, "", '--x: expected true or false, found ""'),
        (NUMBER, PLAIN, "1.5", '--x: expected a whole number, found "1.5"'),
        (NUMBER, LEVEL, "10", "--x: expected a whole number from 0 to 9, found 10"),
        (NUMBER, JOBS, "0", "--x: expected a whole number of at least 1, found 0"),
    ],
)
def test_text_that_cannot_be_meant_is_refused(kind: Kind, facts: Facts, found: str, said: str) -> None:
    assert text(kind, found, facts)[1] == [said]


@pytest.mark.parametrize(
    ("kind", "facts", "found", "expected"),
    [
        (TEXT, PLAIN, "x", "x"),
        (TEXTS, PLAIN, ["a b", "c"], ("a b", "c")),
        (TEXTS, SPLIT, "a, b", ("a", "b")),
        (TEXTS, SPLIT, ["a, b"], ("a, b",)),
        (FLAG, PLAIN, False, False),
        (NUMBER, JOBS, 1, 1),
    ],
)
def test_toml_is_read(kind: Kind, facts: Facts, found: object, expected: object) -> None:
    assert toml(kind, found, facts) == (expected, [])


@pytest.mark.parametrize(
    ("kind", "facts", "found", "said"),
    [
        (TEXT, PLAIN, 3, "x: expected a string, found 3 (an integer)"),
        (TEXTS, PLAIN, "a", 'x: expected an array of strings, found "a" (a string)'),
        (TEXTS, SPLIT, 1, "x: expected a string or an array of strings, found 1 (an integer)"),
        (TEXTS, PLAIN, ["a", 1], "x[1]: expected a string, found 1 (an integer)"),
        (FLAG, PLAIN, "true", 'x: expected a boolean, found "true" (a string)'),
        (NUMBER, PLAIN, True, "x: expected an integer, found true (a boolean)"),
        (NUMBER, LEVEL, -1, "x: expected a whole number from 0 to 9, found -1"),
    ],
)
def test_toml_of_another_type_is_refused(kind: Kind, facts: Facts, found: object, said: str) -> None:
    assert toml(kind, found, facts)[1] == [said]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="'"), min_size=1)))
def test_quoted_words_come_out_as_they_are(parts: list[str]) -> None:
    notes = Notes()

    assert words(" ".join(f"'{part}'" for part in parts), "x", notes) == parts
    assert notes.issues == []


@given(st.integers())
def test_a_number_is_the_same_in_text_and_toml(number: int) -> None:
    assert text(NUMBER, str(number)) == toml(NUMBER, number) == (number, [])


@pytest.mark.parametrize(
    ("kind", "facts", "expected"),
    [
        (TEXT, PLAIN, {"type": "string"}),
        (TEXT, CHOICE, {"type": "string", "enum": ["repair", "check"]}),
        (TEXTS, PLAIN, {"type": "array", "items": {"type": "string"}}),
        (TEXTS, SPLIT, {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
        (FLAG, PLAIN, {"type": "boolean"}),
        (NUMBER, LEVEL, {"type": "integer", "minimum": 0, "maximum": 9}),
        (NUMBER, JOBS, {"type": "integer", "minimum": 1}),
    ],
)
def test_a_kind_is_described_to_editors(kind: Kind, facts: Facts, expected: dict[str, object]) -> None:
    assert kind.schema(facts) == expected
