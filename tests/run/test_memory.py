from pathlib import Path

import pytest

from wheelmatrix.run.memory import recall, remember


def test_what_is_kept_holds_for_its_key_alone(tmp_path: Path) -> None:
    place = tmp_path / "new" / "one.json"
    remember(place, "a", {"size": 3, "names": ["x"]})

    assert recall(place, "a") == {"key": "a", "size": 3, "names": ["x"]}
    assert recall(place, "b") is None

    remember(place, "b", {})
    assert recall(place, "a") is None
    assert recall(place, "b") == {"key": "b"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"a"', b"{}", b"\xff", b'{"key": 1}'])
def test_what_cannot_be_read_is_not_known(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "one.json"
    assert recall(place, "a") is None

    place.write_bytes(content)
    assert recall(place, "a") is None


def test_a_place_that_cannot_be_written_to_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    remember(tmp_path / "file" / "one.json", "a", {})

    assert recall(tmp_path / "file" / "one.json", "a") is None
