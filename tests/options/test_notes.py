"""All that is wrong is collected first and then said at once."""

from datetime import date

import pytest

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.options import Notes
from wheelmatrix.options.notes import describe


def test_notes_without_an_issue_raise_nothing() -> None:
    notes = Notes()
    notes.forgiving().unknown_key("tool.maturin", "x", ())

    notes.raise_issues()

    assert notes.warnings == ["tool.maturin: unknown key 'x' is ignored"]


def test_every_issue_is_raised_at_once() -> None:
    notes = Notes()
    notes.issue("a", "wrong", "mend it")
    notes.wrong_type("b", "a string", 3)
    notes.unknown_key("c", "strp", ("strip", "out"))

    with pytest.raises(ConfigError) as caught:
        notes.raise_issues()

    assert caught.value.issues == (
        Issue(where="a", message="wrong", hint="mend it"),
        Issue(where="b", message="expected a string, found 3 (an integer)"),
        Issue(where="c", message="unknown key 'strp'", hint="did you mean strip?"),
    )


def test_forgiving_notes_write_to_the_same_lists() -> None:
    notes = Notes()
    forgiving = notes.forgiving()

    forgiving.unknown_key("tool.maturin", "strp", ("strip",))
    forgiving.issue("tool.maturin", "wrong")

    assert notes.warnings == ["tool.maturin: unknown key 'strp' is ignored; did you mean strip?"]
    assert [issue.message for issue in notes.issues] == ["wrong"]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (True, "true (a boolean)"),
        (1, "1 (an integer)"),
        (1.5, "1.5 (a float)"),
        ("x", '"x" (a string)'),
        ([1], "an array"),
        ({"a": 1}, "a table"),
        (date(2026, 1, 2), "2026-01-02 (a date or time)"),
    ],
)
def test_a_value_is_described_as_toml_calls_it(found: object, text: str) -> None:
    assert describe(found) == text
