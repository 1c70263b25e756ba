"""Which libraries dyld finds on every macOS, and which paths tell of the machine that built the image."""

import pytest
from macho_image import EXECUTE, LOAD, WEAK, macho_image

from wheelmatrix.audit.macho import Slice, read
from wheelmatrix.audit.macho_loads import Loads, judge_loads, path_problems, path_warnings

ALLOWED = frozenset({"/usr/lib/", "/System/Library/"})
BUNDLED = frozenset({"libx.dylib"})


def judge(path: str, kind: int = LOAD, **image: object) -> Loads:
    (one,) = read(macho_image(loads=((path, kind),), **image)).slices  # type: ignore[arg-type]  # passed through
    return judge_loads(one, ALLOWED, BUNDLED)


@pytest.mark.parametrize(
    ("path", "image"),
    [
        ("/usr/lib/libSystem.B.dylib", {}),
        ("/System/Library/Frameworks/Security.framework/Versions/A/Security", {}),
        ("@rpath/libx.dylib", {}),
        ("@loader_path/../demo.dylibs/libx.dylib", {}),
        ("@executable_path/libx.dylib", {"kind": EXECUTE}),
        ("@rpath/libswiftCore.dylib", {"rpaths": ("/usr/lib/swift",)}),
    ],
)
def test_what_macos_or_the_wheel_has_is_found(path: str, image: dict[str, object]) -> None:
    assert judge(path, **image) == Loads(graft=(), problems=(), warnings=())


@pytest.mark.parametrize(
    "path",
    [
        "/opt/homebrew/lib/libfoo.dylib", "/usr/local/lib/libfoo.dylib", "/usr/library/x", "@rpath/libfoo.dylib",
        "/usr/lib/../local/libfoo.dylib", "/build/target/release/deps/libfoo.dylib",
    ],
)  # fmt: skip
def test_what_only_the_builder_has_would_have_to_be_copied(path: str) -> None:
    assert judge(path) == Loads(graft=(path,), problems=(), warnings=())


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("@loader_path/libfoo.dylib", "no file of that name is in the wheel"),
        ("@executable_path/libx.dylib", "beside the program"),
        ("libx.dylib", "in the current directory"),
    ],
)
def test_what_is_found_nowhere_is_a_problem_that_no_copy_cures(path: str, said: str) -> None:
    assert said in judge(path).problems[0]


def test_dyld_goes_on_without_a_weak_library() -> None:
    found = judge("/opt/homebrew/lib/libfoo.dylib", WEAK)

    assert (found.graft, found.problems) == ((), ())
    assert "if that is there" in found.warnings[0]


def paths(**image: object) -> Slice:
    (one,) = read(macho_image(**image)).slices  # type: ignore[arg-type]  # passed through
    return one


@pytest.mark.parametrize("name", ["/build/target/release/deps/libdemo.dylib", "/usr/local/lib/libdemo.dylib"])
def test_an_absolute_install_name_is_the_builders(name: str) -> None:
    (problem,) = path_problems(paths(install_name=name), ALLOWED)

    assert name in problem
    assert "-install_name @rpath/libdemo.dylib" in problem


@pytest.mark.parametrize("name", ["@rpath/demo.so", "demo.so", "", "/DLC/demo/.dylibs/libx.dylib", "/usr/lib/x.dylib"])
def test_other_install_names_tell_nothing_of_the_builder(name: str) -> None:
    assert list(path_problems(paths(install_name=name), ALLOWED)) == []


@pytest.mark.parametrize(
    ("path", "told"), [("/opt/homebrew/lib", 1), ("lib", 1), ("", 1), ("@loader_path/..", 0), ("/usr/lib/swift", 0)]
)
def test_an_rpath_of_the_builder_is_told(path: str, told: int) -> None:
    assert len(list(path_warnings(paths(rpaths=(path,)), ALLOWED))) == told
