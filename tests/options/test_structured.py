"""Features, file patterns and variables: what maturin's tables mean, and what they cannot mean."""

from typing import Any

import pytest

from wheelmatrix.options import Facts, Feature, Notes, Pattern
from wheelmatrix.options.kinds import Kind
from wheelmatrix.options.structured import FEATURES, PAIRS, PATTERNS

INCLUDE, EXCLUDE = Facts(help="x", key="include"), Facts(help="x", key="exclude")


def toml(kind: Kind, found: object, facts: Facts = INCLUDE) -> tuple[Any, list[str]]:
    notes = Notes()
    return kind.from_toml(found, facts, "x", notes), [str(issue).partition("\n")[0] for issue in notes.issues]


def text(kind: Kind, found: str, facts: Facts = INCLUDE) -> tuple[Any, list[str]]:
    notes = Notes()
    return kind.from_text(found, facts, "X", notes), [str(issue).partition("\n")[0] for issue in notes.issues]


def test_features_may_have_conditions() -> None:
    found = ["a", {"feature": "b", "python-version": ">=3.11"}, {"feature": "c", "python-implementation": "PyPy"}]

    assert toml(FEATURES, found) == (
        (
            Feature(feature="a"),
            Feature(feature="b", python_version=">=3.11"),
            Feature(feature="c", python_implementation="pypy"),
        ),
        [],
    )


def test_features_are_words_of_a_text() -> None:
    assert text(FEATURES, "a b/c") == ((Feature(feature="a"), Feature(feature="b/c")), [])


def test_patterns_may_say_where_they_look_and_where_they_go() -> None:
    found = ["a/*.py", {"path": "b", "format": "sdist"}, {"path": "c", "from": "out-dir", "to": "d", "crate-name": "e"}]

    assert toml(PATTERNS, found) == (
        (
            Pattern(path="a/*.py"),
            Pattern(path="b", formats=frozenset({"sdist"})),
            Pattern(path="c", out_dir=True, to="d", crate="e"),
        ),
        [],
    )


@pytest.mark.parametrize("path", ["/docs", "!docs/keep.md", "!/docs", "**/*.c"])
def test_an_exclusion_may_be_tied_to_the_root_or_taken_back(path: str) -> None:
    assert toml(PATTERNS, [path], EXCLUDE) == ((Pattern(path=path),), [])


def test_variables_are_pairs() -> None:
    assert text(PAIRS, "A=1 'B=2 3' C=") == ((("A", "1"), ("B", "2 3"), ("C", "")), [])
    assert toml(PAIRS, {"A": "1", "B": ""}) == ((("A", "1"), ("B", "")), [])


@pytest.mark.parametrize(
    ("kind", "found", "said"),
    [
        (FEATURES, "a", 'x: expected an array, found "a" (a string)'),
        (FEATURES, [3], "x[0]: expected a string, or a table with feature, found 3 (an integer)"),
        (FEATURES, [{"python-version": ">=3"}], "x[0]: lacks the key feature"),
        (FEATURES, [{"feature": 1}], "x[0].feature: expected a string, found 1 (an integer)"),
        (FEATURES, [{"feature": "a", "python-version": "3.11"}], "x[0].python-version: expected a version specifier"),
        (FEATURES, [{"feature": "a", "python-implementation": "jython"}], "x[0].python-implementation: expected cpyth"),
        (FEATURES, [{"feature": "a", "pythn-version": ">=3"}], "x[0]: unknown key 'pythn-version'"),
        (PATTERNS, [3], "x[0]: expected a string, or a table with path, found 3"),
        (PATTERNS, [""], "x[0]: expected a pattern, found an empty string"),
        (PATTERNS, ["../a"], 'x[0]: "../a" leads out of the project'),
        (PATTERNS, ["/etc/passwd"], 'x[0]: "/etc/passwd" leads out of the project'),
        (PATTERNS, ["C:\\a"], 'x[0]: "C:\\a" leads out of the project'),
        (PATTERNS, ["a\\..\\..\\b"], "leads out of the project"),
        (PATTERNS, [{"path": "a", "format": "egg"}], 'x[0].format: expected "sdist" or "wheel", found "egg"'),
        (PATTERNS, [{"path": "a", "format": 3}], 'x[0].format: expected "sdist", "wheel" or an array of them'),
        (PATTERNS, [{"path": "a", "from": "src"}], 'x[0].from: expected "out-dir", found "src"'),
        (PATTERNS, [{"path": "a", "to": "b"}], "x[0]: to and crate-name need from"),
        (PATTERNS, [{"path": "a", "from": "out-dir", "to": "../b"}], 'x[0].to: "../b" leads out of the wheel'),
        (PAIRS, ["A=1"], "x: expected a table of strings, found an array"),
        (PAIRS, {"A": 1}, "x.A: expected a string, found 1 (an integer)"),
        (PAIRS, {"A=B": "1"}, 'x: "A=B" cannot be the name of a variable'),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: Kind, found: object, said: str) -> None:
    _, issues = toml(kind, found)

    assert any(said in issue for issue in issues), issues


def test_an_exclusion_has_no_place_in_the_wheel() -> None:
    _, issues = toml(PATTERNS, [{"path": "a", "from": "out-dir"}], EXCLUDE)

    assert "x[0]: unknown key 'from'" in issues


@pytest.mark.parametrize("word", ["A", "=1"])
def test_a_variable_has_a_name_and_a_value(word: str) -> None:
    assert text(PAIRS, word) == ((), [f'X: expected NAME=VALUE, found "{word}"'])
