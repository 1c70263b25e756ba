import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wheelmatrix.errors import PackError
from wheelmatrix.run.dist_info import dist_info, read_dist_info, write_dist_info
from wheelmatrix.run.prepare import prepare


def test_metadata_is_written_and_read_again(crate: Callable[[str], Path], tmp_path: Path) -> None:
    folder = crate("tiny-mixed")
    (folder / "LICENSE").write_text("mine")
    prepared = prepare(
        {"offline": True, "interpreters": ("3.12",)}, directory=folder, environment=dict(os.environ)
    )  # fmt: skip

    told = dist_info(prepared, "wheelmatrix test")
    name = write_dist_info(told, tmp_path / "out")

    again = read_dist_info(tmp_path / "out" / name)
    found = again.files
    assert name == "tiny_mixed-0.1.0.dist-info"
    assert (told.folder, told.files) == (again.folder, found)
    assert told.sources == (folder / "LICENSE",)
    assert sorted(found) == ["METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE"]
    assert found["METADATA"] == prepared.plan.project.metadata.text
    assert b"Generator: wheelmatrix test\n" in found["WHEEL"]
    assert b"\nTag: cp312-cp312-" in found["WHEEL"]


def test_a_place_that_cannot_be_is_told_of(crate: Callable[[str], Path], tmp_path: Path) -> None:
    prepared = prepare(
        {"offline": True, "interpreters": ("3.12",)}, directory=crate("tiny"), environment=dict(os.environ)
    )  # fmt: skip
    (tmp_path / "file").write_text("")

    with pytest.raises(PackError):
        write_dist_info(dist_info(prepared, "wheelmatrix test"), tmp_path / "file")


def test_a_directory_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert read_dist_info(tmp_path / "none").files == {}
