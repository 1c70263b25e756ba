"""A crate whose runs the commands speak of."""

from pathlib import Path

import pytest
from journals import write_crate


@pytest.fixture
def crate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a tiny crate, which is the working directory, too."""
    for name in ("CARGO_TARGET_DIR", "WHEELMATRIX_TARGET_DIR"):
        monkeypatch.delenv(name, raising=False)
    write_crate(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
