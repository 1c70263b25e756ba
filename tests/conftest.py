"""What every test may count on: a machine without the developer's own settings, and crates to build in."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from tests import toolchain
from tests.e2e.crates import copy_crate
from tests.toolchain import Rust, Unavailable, Unpacked

_SOURCE = Path(__file__).parents[1] / "orchestrator"
_OWN = ("WHEELMATRIX_", "MATURIN_", "PYO3_", "CARGO_BUILD_", "CARGO_PROFILE_")
_OWN_NAMES = frozenset({"CARGO_TARGET_DIR", "CARGO_ENCODED_RUSTFLAGS", "CARGO_MAKEFLAGS", "CONDA_PREFIX", "FORCE_COLOR",
                        "NO_COLOR", "PYTHONPATH", "RUSTFLAGS", "SOURCE_DATE_EPOCH", "VIRTUAL_ENV",
                        "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"})  # fmt: skip


@pytest.fixture(autouse=True, scope="session")
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take away what would steer a build, and give the caches a place of their own."""
    with pytest.MonkeyPatch.context() as patch:
        # Who tests another checkout than the one that is installed says so; programs that tests start are of it, too.
        said = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        for name in tuple(os.environ):
            if name.startswith(_OWN) or name in _OWN_NAMES:
                patch.delenv(name)
        if str(_SOURCE) in said:
            patch.setenv("PYTHONPATH", str(_SOURCE))
        patch.setenv("WHEELMATRIX_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def crate(tmp_path: Path) -> Callable[[str], Path]:
    """Give a copy of one of the crates that `tests/crates/README.md` tells of, by name."""

    def copy(name: str) -> Path:
        return copy_crate(name, tmp_path / "crates")

    return copy


@pytest.fixture(scope="session")
def rust_for() -> Callable[[Iterable[str]], Rust]:
    """Give a Rust toolchain that has std for the triples asked for; building one takes a minute, once."""

    def ask(triples: Iterable[str]) -> Rust:
        # Where every test will run, all are built by the first who asks: together they take less time.
        all_at_once = toolchain.TRIPLES if "CI" in os.environ else ()
        try:
            return toolchain.rust(toolchain.default_directory(), dict.fromkeys([*triples, *all_at_once]))
        except Unavailable as error:
            _missing(error)

    return ask


@pytest.fixture(scope="session")
def foreign_python() -> Callable[[str], Unpacked]:
    """Give a Python that this machine has not, by its name in `tests.toolchain.PYTHONS`."""

    def ask(name: str) -> Unpacked:
        try:
            return toolchain.provide(toolchain.default_directory(), [name])[name]
        except Unavailable as error:
            _missing(error)

    return ask


def _missing(error: Unavailable) -> NoReturn:
    """Fail in CI, which has what is missing installed; elsewhere skip, and say how to get it."""
    if "CI" in os.environ:
        pytest.fail(str(error), pytrace=False)
    pytest.skip(f"{error}; run this on Debian, x86_64, in the environment of `python -m tests`")
