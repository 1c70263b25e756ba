"""An sdist unpacked for a build: the same place, and the same times for what did not change."""

import io
import tarfile
from pathlib import Path

from wheelmatrix.run.from_sdist import unpack


def sdist(path: Path, files: dict[str, tuple[bytes, int]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, (content, mode) in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), mode, 1_153_704_088
            archive.addfile(member, io.BytesIO(content))
    return path


def test_what_did_not_change_keeps_its_time(tmp_path: Path) -> None:
    folder = tmp_path / "sdist"
    top = unpack(sdist(tmp_path / "a", {"a-1/x.rs": (b"1", 0o644), "a-1/y.sh": (b"1", 0o755)}), folder)
    before = {path.name: path.stat().st_mtime_ns for path in top.iterdir()}

    again = unpack(sdist(tmp_path / "a", {"a-1/x.rs": (b"1", 0o644), "a-1/y.sh": (b"2", 0o755)}), folder)

    after = {path.name: path.stat().st_mtime_ns for path in top.iterdir()}
    assert again == top == folder / "a-1"
    assert after["x.rs"] == before["x.rs"] > 1_700_000_000 * 10**9
    assert after["y.sh"] > before["y.sh"]
    assert (top / "y.sh").stat().st_mode & 0o777 == 0o755


def test_what_another_sdist_left_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "sdist"
    old = unpack(sdist(tmp_path / "a", {"a-1/src/x.rs": (b"1", 0o644)}), folder)
    (old / "Cargo.lock").touch()

    new = unpack(sdist(tmp_path / "b", {"a-2/y.rs": (b"1", 0o644)}), folder)

    assert [path.name for path in folder.iterdir()] == ["a-2"]
    assert [path.name for path in new.iterdir()] == ["y.rs"]
