"""A TOML file of the project, as tables."""

from pathlib import PurePath
from typing import Any

import tomli

from wheelmatrix.errors import ConfigError


def parse(path: PurePath, text: str) -> dict[str, Any]:
    """Return a TOML document; raises ConfigError with file, line and column if it is broken."""
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        at = f"{path}:{error.lineno}:{error.colno}"
        raise ConfigError.of(f"broken TOML: {error.msg}", where=at) from error
