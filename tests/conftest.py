"""What every test may count on: a machine without the developer's own settings, and crates to build in."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.crates import copy_crate

_OWN = ("WHEELMATRIX_", "MATURIN_", "PYO3_", "CARGO_BUILD_", "CARGO_PROFILE_")
_OWN_NAMES = frozenset({"CARGO_TARGET_DIR", "CARGO_ENCODED_RUSTFLAGS", "CARGO_MAKEFLAGS", "CONDA_PREFIX", "FORCE_COLOR",
                        "NO_COLOR", "PYTHONPATH", "RUSTFLAGS", "SOURCE_DATE_EPOCH", "VIRTUAL_ENV",
                        "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"})  # fmt: skip
_KEPT = frozenset({"WHEELMATRIX_TEST_CACHE"})


@pytest.fixture(autouse=True, scope="session")
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take away what would steer a build, and give the caches a place of their own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - _KEPT:
            if name.startswith(_OWN) or name in _OWN_NAMES:
                patch.delenv(name)
        patch.setenv("WHEELMATRIX_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def crate(tmp_path: Path) -> Callable[[str], Path]:
    """Give a copy of one of the crates that `tests/crates/README.md` tells of, by name."""

    def copy(name: str) -> Path:
        return copy_crate(name, tmp_path / "crates")

    return copy
