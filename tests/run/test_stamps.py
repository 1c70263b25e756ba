import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wheelmatrix.run.stamps import is_settled, names, stamp

SECOND_NS = 1_000_000_000
THEN_NS = 1_600_000_000 * SECOND_NS


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text("longer than before"),
        lambda path: os.utime(path, ns=(THEN_NS, THEN_NS + 1)),
        lambda path: path.chmod(0o755),
        lambda path: path.unlink(),
        lambda path: (path.unlink(), path.mkdir()),
    ],
)
def test_a_file_that_changed_has_another_stamp(tmp_path: Path, change: Callable[[Path], object]) -> None:
    path = tmp_path / "file"
    path.write_text("text")
    path.chmod(0o644)
    os.utime(path, ns=(THEN_NS, THEN_NS))
    before = stamp(str(path))
    assert before == stamp(str(path))

    change(path)

    assert stamp(str(path)) != before


def test_a_file_in_the_place_of_another_has_another_stamp(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_text("text")
        os.utime(tmp_path / name, ns=(THEN_NS, THEN_NS))
    before = stamp(str(tmp_path / "one"))

    (tmp_path / "other").replace(tmp_path / "one")

    assert stamp(str(tmp_path / "one")) != before


def test_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dead").symlink_to("nothing")
    (tmp_path / "circle").symlink_to("circle")

    assert stamp(str(tmp_path / "link")) == stamp(str(tmp_path / "file"))
    assert stamp(str(tmp_path / "dead")) is None
    assert stamp(str(tmp_path / "circle")) is None
    assert stamp("a\0b") is None


def test_of_a_folder_the_names_count_and_not_what_python_and_cargo_make_there(tmp_path: Path) -> None:
    for name in ("package", "__pycache__", "target"):
        (tmp_path / name).mkdir()
    (tmp_path / "b.py").touch()
    (tmp_path / "a.py").touch()
    assert names(str(tmp_path)) == ["a.py", "b.py", "package/", "target/"]
    before = stamp(str(tmp_path))

    (tmp_path / "target/CACHEDIR.TAG").touch()
    assert names(str(tmp_path)) == ["a.py", "b.py", "package/"]
    (tmp_path / "target/CACHEDIR.TAG").unlink()
    (tmp_path / "target/wheelmatrix").mkdir()
    assert names(str(tmp_path)) == ["a.py", "b.py", "package/"]
    (tmp_path / "package/c.py").touch()
    assert names(str(tmp_path)) == ["a.py", "b.py", "package/"]

    (tmp_path / "c.py").touch()
    assert names(str(tmp_path)) == ["a.py", "b.py", "c.py", "package/"]
    assert stamp(str(tmp_path)) not in (before, None)


@pytest.mark.parametrize(
    ("changed_ns", "settled"),
    [
        (THEN_NS, True),
        (THEN_NS + 8 * SECOND_NS, True),
        (THEN_NS + 9 * SECOND_NS, False),  # a clock without fractions may tick every two seconds
        (THEN_NS + 9 * SECOND_NS + 500_000_000, True),
        (THEN_NS + 9 * SECOND_NS + 950_000_000, False),
        (THEN_NS + 11 * SECOND_NS, False),
    ],
)
def test_what_changed_long_before_it_was_read_is_settled(tmp_path: Path, changed_ns: int, settled: bool) -> None:
    path = tmp_path / "file"
    path.touch()
    os.utime(path, ns=(changed_ns, changed_ns))

    assert is_settled(str(path), THEN_NS + 10 * SECOND_NS) is settled


def test_what_is_not_there_is_settled(tmp_path: Path) -> None:
    assert is_settled(str(tmp_path / "none"), 0)
