import pytest

from wheelmatrix.project.lock import Locked, knows, locked

TEXT = """version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["serde"]

[[package]]
name = "serde"
version = "1.0.0"
source = "registry+index"
checksum = "ab"
"""


def test_the_packages_of_a_lock_have_a_source_unless_they_are_paths() -> None:
    assert locked(TEXT) == (
        Locked(name="app", version="0.1.0", source="", checksum=""),
        Locked(name="serde", version="1.0.0", source="registry+index", checksum="ab"),
    )


@pytest.mark.parametrize("text", ["", "no toml", "package = 1", "package = [1]", '[[package]]\nname = "app"\n'])
def test_a_lock_that_cannot_be_read_has_no_packages(text: str) -> None:
    assert locked(text) == ()
    assert not knows(text, [{"name": "app", "version": "0.1.0"}])


def test_a_lock_knows_a_crate_by_name_and_version() -> None:
    assert knows(TEXT, [{"name": "app", "version": "0.1.0"}, {"name": "serde", "version": "1.0.0"}])
    assert not knows(TEXT, [{"name": "app", "version": "0.2.0"}])
