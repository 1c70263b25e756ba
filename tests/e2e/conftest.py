"""A crate of its own for every test, and the program to build it with."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.crates import copy_crate
from tests.e2e.program import Project
from tests.e2e.sending import Sending, sending

FIVE = ("3.9", "3.10", "3.11", "3.12", "3.13")


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Project]:
    """Give a copy of a crate of `tests/crates/`, by name, with the program ready to run in it.

    `below`: folder of the copy, below the test's own. The caches of the machine's Pythons are shared by all tests of
    a session, and never the developer's.
    """

    def copy(name: str, below: str = "crates") -> Project:
        mark = {"E2E_MARK": str(tmp_path), "CARGO_NET_OFFLINE": "true"}
        return Project(copy_crate(name, tmp_path / below), mark)

    return copy


@pytest.fixture
def five() -> tuple[str, ...]:
    """Give `-i` and five versions of CPython, 3.12 among them; none need be installed."""
    return ("-i", *FIVE)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Sending]]:
    """Give files to upload, and the program to do it with; `wheels`, `sdist`, `payload_bytes`: as `sending` has it."""
    all_of_them: list[Sending] = []

    def files(**settings: Any) -> Sending:
        all_of_them.append(sending(tmp_path, **settings))
        return all_of_them[-1]

    yield files
    for each in all_of_them:
        each.end()
