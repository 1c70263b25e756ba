"""The schema that is printed is the one that the options are read by."""

import json

import pytest

from wheelmatrix.cli import main
from wheelmatrix.cli import schema as printed
from wheelmatrix.options import schema


def test_the_schema_is_that_of_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([str(printed.command.name)])

    assert (code, json.loads(capsys.readouterr().out)) == (0, schema())
