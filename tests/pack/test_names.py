import pytest

from wheelmatrix.pack.names import dist_info_name, folded_into_files, name_fault


@pytest.mark.parametrize(
    "name",
    ["a", "pkg/__init__.py", "pkg/.hidden", "pkg/a,b.txt", 'pkg/a"b', "pkg/naïve.py", "pkg/a b", "pkg/...", "pkg/a:b"],
)
def test_ordinary_names_have_no_fault(name: str) -> None:
    assert name_fault(name) == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "empty"),
        ("a\nb", "control"),
        ("a\x00b", "control"),
        ("a\x7fb", "control"),
        ("pkg\\a.py", "backslash"),
        ("/etc/passwd", "absolute"),
        ("C:/x", "absolute"),
        ("../x", "leaves"),
        ("a/../b", "leaves"),
        ("a/", "directory"),
        ("a//b", "empty part"),
        ("./a", "`.` part"),
        ("a\udce4", "Unicode"),
        ("é" * 32768, "longer"),
    ],
)
def test_names_that_installers_or_indexes_refuse_have_a_fault(name: str, fault: str) -> None:
    assert fault in name_fault(name)


def test_a_file_that_another_member_needs_as_a_directory_is_found() -> None:
    assert folded_into_files(["a/b/c", "a/b", "a.py", "d"]) == (("a/b", "a/b/c"),)


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("My.Pkg", "1.0", "my_pkg-1.0"),
        ("a-_.b", "1.0rc1", "a_b-1.0rc1"),
        ("pkg", "1.0+ubuntu.1", "pkg-1.0+ubuntu.1"),
        ("pkg", "1.0-1", "pkg-1.0_1"),
    ],
)
def test_dist_info_is_spelled_as_the_filename_is(name: str, version: str, expected: str) -> None:
    assert dist_info_name(name, version) == expected
