"""What is asked before a release that cannot be taken back."""

import pytest

from wheelmatrix.model.release import Listed, Listing
from wheelmatrix.publish.asking import questions


def listing(*names: str) -> Listing:
    return Listing(state="known", files={name: Listed(filename=name) for name in names})


def test_a_new_project_is_asked_for_by_name() -> None:
    (question,) = questions(Listing(state="absent"), "demo", "1.0", "pypi")

    assert "pypi has no project demo yet" in question


@pytest.mark.parametrize(
    ("version", "asks"), [("1.9", True), ("2.0", False), ("2.1", False), ("1.9rc1", False), ("no version", False)]
)
def test_a_version_older_than_the_newest_is_asked_for(version: str, asks: bool) -> None:
    found = questions(listing("demo-2.0.tar.gz", "demo-1.0-py3-none-any.whl", "junk"), "demo", version, "pypi")

    assert bool(found) == asks


def test_an_index_that_tells_nothing_asks_nothing() -> None:
    assert questions(Listing(state="unknown"), "demo", "1.0", "x") == ()
