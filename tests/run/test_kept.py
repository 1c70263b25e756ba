from itertools import islice
from pathlib import Path

from wheelmatrix.run.kept import roots


def test_it_may_lie_in_the_target_directory_of_any_folder_above(tmp_path: Path) -> None:
    crate = tmp_path / "crates/native"

    found = list(roots(str(crate), {}))

    folders = (crate, *crate.parents)
    assert found == [str(folder / "target/wheelmatrix") for folder in folders]


def test_a_variable_says_where_it_is(tmp_path: Path) -> None:
    for name in ("CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"):
        assert list(roots(str(tmp_path), {name: "own"})) == [str(tmp_path / "own/wheelmatrix")]
        assert list(roots(str(tmp_path), {name: "/own"})) == ["/own/wheelmatrix"]
    both = {"CARGO_BUILD_TARGET_DIR": "less", "CARGO_TARGET_DIR": "more"}
    assert list(roots(str(tmp_path), both)) == [str(tmp_path / "more/wheelmatrix")]
    assert list(islice(roots(str(tmp_path), {"CARGO_TARGET_DIR": ""}), 1)) == [str(tmp_path / "target/wheelmatrix")]
