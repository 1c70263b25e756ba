from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.project.globs import Ignored, excluded, fixed_prefix, matches_glob


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("a.txt", "a.txt", True),
        ("a.txt", "d/a.txt", False),
        ("*.txt", "d/a.txt", False),
        ("d/*", "d/e/a", False),
        ("d/**/*", "d/a", True),
        ("d/**/*", "d/e/a", True),
        ("**/*.txt", "a.txt", True),
        ("a?", "a/", False),
        ("[ab]", "b", True),
        ("[!ab]", "b", False),
        ("[[]a", "[a", True),
        ("{a,b}", "a", False),
        ("{a,b}", "{a,b}", True),
    ],
)
def test_globs_match_whole_paths(glob: str, path: str, matches: bool) -> None:
    assert matches_glob(glob, path) is matches


@pytest.mark.parametrize(
    ("patterns", "path", "out"),
    [
        (["a.py"], "t/a.py", True),
        (["/a.py"], "t/a.py", False),
        (["t/*.py"], "t/a.py", True),
        (["t/*.py"], "t/s/a.py", False),
        (["tests"], "t/tests/a.py", False),
        (["tests/"], "tests/a.py", False),
        (["tests/**"], "tests/s/a.py", True),
        (["**/tests/**"], "t/tests/a.py", True),
        (["*.py", "!t/a.py"], "t/a.py", False),
        (["!t/a.py", "*.py"], "t/a.py", True),
        (["t/{a,b}.py"], "t/b.py", True),
        (["\\#c"], "#c", True),
        (["#c"], "#c", False),
        (["a b "], "a b", True),
        (["**"], "t/a.py", True),
        ([""], "a", False),
    ],
)
def test_exclude_follows_maturins_reading_of_gitignore(patterns: list[str], path: str, out: bool) -> None:
    assert excluded(patterns, path) is out


@given(st.text(alphabet="ab/._-é ,[](){}!", min_size=1))
def test_a_file_is_matched_by_its_own_name_without_wildcards(path: str) -> None:
    assert matches_glob(path.replace("[", "[[]"), path)


@pytest.mark.parametrize(("glob", "prefix"), [("a/b/*.py", "a/b"), ("*.py", ""), ("a/**/b", "a"), ("a/b", "a")])
def test_the_fixed_prefix_ends_before_the_first_wildcard(glob: str, prefix: str) -> None:
    assert fixed_prefix(glob) == prefix


def test_the_innermost_ignore_file_has_the_last_word() -> None:
    root = PurePosixPath("/p")
    ignored = Ignored({root / ".gitignore": "*.txt\ngen/\n", root / "d" / ".gitignore": "!keep.txt\n"})

    assert root / "a.txt" in ignored
    assert root / "gen" / "x.py" in ignored
    assert root / "d" / "keep.txt" not in ignored
    assert root / "keep.txt" in ignored
