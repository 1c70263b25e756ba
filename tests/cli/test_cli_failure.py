"""Errors, warnings and misuse are told on stderr, whole and without color where none was asked for."""

import click
import pytest

from wheelmatrix.cli.failure import tell, tell_usage, warn
from wheelmatrix.errors import ConfigError, Issue

LONG = "word " * 60 + "end"


def test_every_issue_is_told_with_place_and_hint(capsys: pytest.CaptureFixture[str]) -> None:
    tell(ConfigError(Issue(message="one", where="a.toml:1:2"), Issue(message="two", hint="mend it")))

    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error: a.toml:1:2: one\nerror: two\n  hint: mend it\n"


def test_a_message_is_one_line_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    tell(ConfigError.of(LONG))

    assert capsys.readouterr().err == f"error: {LONG}\n"


def test_brackets_in_a_message_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    warn("[tool.maturin] has [red]no[/red] such key")

    assert capsys.readouterr().err == "warning: [tool.maturin] has [red]no[/red] such key\n"


def test_misuse_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with click.Context(click.Command("build"), info_name="wheelmatrix build") as ctx:
        tell_usage(click.UsageError("No such option: --x", ctx))
    tell_usage(click.UsageError("No such command"))

    assert capsys.readouterr().err == (
        "error: no such option: --x\n  hint: wheelmatrix build --help\nerror: no such command\n"
    )


@pytest.mark.parametrize(("color", "is_colored"), [("always", True), ("never", False), ("auto", False)])
def test_color_is_as_asked_for(capsys: pytest.CaptureFixture[str], color: str, is_colored: bool) -> None:
    warn("careful", ["build", "--color", color])

    assert ("\x1b[" in capsys.readouterr().err) is is_colored
