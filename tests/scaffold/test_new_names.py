"""A name that cargo, Python or Windows would refuse later is refused at once."""

import sys
from collections.abc import Iterator

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.scaffold import names


def faults(name: str, *, is_imported: bool = True) -> Iterator[str]:
    try:
        assert names.checked(name, where="--name", is_imported=is_imported) == name
    except ConfigError as error:
        for issue in error.issues:
            assert issue.where == "--name"
            assert "--name" in issue.hint
            yield issue.message


@pytest.mark.parametrize("name", ["a", "my-lib", "my_lib", "Lib2", "asyncio2"])
def test_usual_names_are_taken(name: str) -> None:
    assert list(faults(name)) == []


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("", "letter first"),
        ("9x", "letter first"),
        ("ünï", "letter first"),
        ("a.b", "letter first"),
        ("a b", "letter first"),
        ("-a", "letter first"),
        ("a-", "last character"),
        ("fn", "keyword of Rust"),
        ("gen", "keyword of Rust"),
        ("import", "keyword of Python"),
        ("json", "Python's own"),
        ("test", "Rust or cargo"),
        ("proc-macro", "Rust or cargo"),
        ("tests", "tests lie in"),
        ("con", "Windows"),
        ("COM1", "Windows"),
    ],
)
def test_what_no_project_can_be_called_is_told(name: str, word: str) -> None:
    assert word in " ".join(faults(name))


def test_everything_is_told_at_once() -> None:
    assert len(list(faults("async"))) == 2


def test_a_program_may_be_called_as_a_module_is() -> None:
    assert list(faults("json", is_imported=False)) == []
    assert list(faults("import", is_imported=False)) == []


def test_the_modules_of_python_are_those_of_python() -> None:
    assert names._PYTHON - {"tomllib", "xml"} <= sys.stdlib_module_names
