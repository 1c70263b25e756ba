"""What cargo packages of the files of a crate; tests/run/test_listing.py compares it with cargo itself."""

from pathlib import PurePath

import pytest

from wheelmatrix.model import SourceFile
from wheelmatrix.project.packaged import Listed, packaged

ROOT = PurePath("/p")
NAMES = (".hidden", "Cargo.lock", "Cargo.toml", "a.txt", "benches/b.rs", "docs/.x", "docs/a.txt", "src/lib.rs")


def chosen(package: dict[str, object], *, by_git: bool = False) -> list[str]:
    files = tuple(SourceFile(path=ROOT / name, real_path=ROOT / name, executable=False, size_bytes=1) for name in NAMES)
    found = packaged(Listed(directory=ROOT, files=files, by_git=by_git), package)
    return [file.path.relative_to(ROOT).as_posix() for file in found]


@pytest.mark.parametrize(
    ("package", "by_git", "names"),
    [
        ({}, False, ["Cargo.lock", "Cargo.toml", "a.txt", "benches/b.rs", "docs/a.txt", "src/lib.rs"]),
        (
            {},
            True,
            [".hidden", "Cargo.lock", "Cargo.toml", "a.txt", "benches/b.rs", "docs/.x", "docs/a.txt", "src/lib.rs"],
        ),
        ({"exclude": ["benches", "a.txt"]}, False, ["Cargo.lock", "Cargo.toml", "src/lib.rs"]),
        ({"exclude": ["/a.txt"]}, False, ["Cargo.lock", "Cargo.toml", "benches/b.rs", "docs/a.txt", "src/lib.rs"]),
        ({"include": ["src", ".hidden"]}, False, [".hidden", "Cargo.lock", "Cargo.toml", "src/lib.rs"]),
        ({"include": ["*.txt"], "exclude": ["a.txt"]}, False, ["Cargo.lock", "Cargo.toml", "a.txt", "docs/a.txt"]),
        ({"exclude": []}, False, ["Cargo.lock", "Cargo.toml", "a.txt", "benches/b.rs", "docs/a.txt", "src/lib.rs"]),
    ],
)
def test_include_and_exclude_choose_the_files(package: dict[str, object], by_git: bool, names: list[str]) -> None:
    assert chosen(package, by_git=by_git) == names
