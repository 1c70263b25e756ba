"""An error says all that is wrong, where, and what to do; its class says how the program ends."""

import signal

import pytest

from wheelmatrix import errors
from wheelmatrix.errors import (
    AuditError,
    CompileError,
    ConfigError,
    InstallError,
    Interrupted,
    Issue,
    NothingToBuild,
    PackError,
    ToolMissing,
    UploadError,
    VerifyError,
    WheelmatrixError,
)

KINDS = (
    WheelmatrixError,
    ConfigError,
    NothingToBuild,
    ToolMissing,
    CompileError,
    AuditError,
    PackError,
    UploadError,
    VerifyError,
    InstallError,
)


@pytest.mark.parametrize(
    ("issue", "text"),
    [
        (Issue(message="no such key"), "no such key"),
        (Issue(message="no such key", where="pyproject.toml:3:1"), "pyproject.toml:3:1: no such key"),
        (Issue(message="no such key", hint="did you mean strip?"), "no such key\n  hint: did you mean strip?"),
        (Issue(message="broken", where="a.toml", hint="mend it"), "a.toml: broken\n  hint: mend it"),
    ],
)
def test_an_issue_is_told_with_its_place_and_hint(issue: Issue, text: str) -> None:
    assert str(issue) == text


def test_an_error_tells_every_issue() -> None:
    first, second = Issue(message="one", where="a"), Issue(message="two", hint="three")

    error = ConfigError(first, second)

    assert error.issues == (first, second)
    assert str(error) == "a: one\ntwo\n  hint: three"


def test_an_error_of_one_issue_is_made_of_its_words() -> None:
    error = AuditError.of("too new", where="x.so", hint="ask for less")

    assert type(error) is AuditError
    assert error.issues == (Issue(message="too new", where="x.so", hint="ask for less"),)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_without_an_issue_is_a_bug(kind: type[WheelmatrixError]) -> None:
    with pytest.raises(AssertionError):
        kind()


def test_every_kind_of_failure_has_an_exit_code_of_its_own() -> None:
    assert [kind.exit_code for kind in KINDS] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert len({kind.kind for kind in KINDS}) == len(KINDS)


def test_every_error_is_one_of_ours() -> None:
    made = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)]

    assert {*made} == {*KINDS, Interrupted}
    assert all(issubclass(one, WheelmatrixError) for one in made)


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_gives_the_exit_code_that_shells_give(number: int, exit_code: int) -> None:
    error = Interrupted.by(number, "stopped")

    assert error.exit_code == exit_code
    assert "again" in error.issues[0].hint


def test_one_interruption_leaves_the_class_as_it_was() -> None:
    Interrupted.by(signal.SIGTERM, "stopped")

    assert Interrupted.exit_code == WheelmatrixError.exit_code
