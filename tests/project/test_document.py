from pathlib import PurePath

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.project.document import parse


def test_a_toml_file_is_read_as_tables() -> None:
    assert parse(PurePath("pyproject.toml"), "[project]\nname = 'x'\n") == {"project": {"name": "x"}}


def test_what_is_no_toml_is_told_with_its_place() -> None:
    with pytest.raises(ConfigError, match=r"pyproject\.toml:2:9: broken TOML"):
        parse(PurePath("pyproject.toml"), "\n[project")
