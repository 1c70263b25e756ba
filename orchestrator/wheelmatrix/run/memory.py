"""What a run keeps for the next one: small files of JSON, each with the key that it holds for."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from wheelmatrix.errors import PackError
from wheelmatrix.run.files import write_whole


def recall(path: Path, key: str) -> Mapping[str, Any] | None:
    """Return what was kept in `path` for `key`; None: nothing, something else, or what nobody can read any more."""
    with suppress(OSError, ValueError):
        known = json.loads(path.read_bytes())
        if isinstance(known, dict) and known.get("key") == key:
            return known
    return None


def remember(path: Path, key: str, facts: Mapping[str, object]) -> None:
    """Keep `facts` in `path` for `key`, instead of what was kept there; a disk that is full keeps nothing."""
    with suppress(OSError, PackError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps({"key": key, **facts}).encode())
