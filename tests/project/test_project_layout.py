import pytest
from small_project import MANIFEST, PYO3, ROOT, metadata, tiny

from wheelmatrix.errors import ConfigError
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.crate import read
from wheelmatrix.project.layout import Layout, extension_name, layout, module_name, normal, python_roots

CRATE = read(metadata(tiny(), *PYO3), MANIFEST, BuildOptions())


def place(options: BuildOptions, *files: str) -> Layout:
    return layout(options, {"name": "tiny"}, CRATE, ROOT, [ROOT / name for name in files], "tiny")


@pytest.mark.parametrize(
    ("files", "is_mixed"),
    [
        ((), False),
        (("tiny/__init__.py",), True),
        (("tiny/sub/x.py",), True),
        (("tiny/Cargo.toml", "tiny/src/lib.rs"), False),
        (("tiny/Cargo.toml", "tiny/__init__.py"), True),
        (("tiny.py",), False),
        (("tiny2/__init__.py",), False),
    ],
)
def test_a_directory_of_the_modules_name_makes_it_mixed(files: tuple[str, ...], is_mixed: bool) -> None:
    assert place(BuildOptions(), *files).is_mixed is is_mixed


def test_python_source_is_where_the_package_is() -> None:
    found = place(BuildOptions(python_source="python", module_name="pkg.sub._x"), "python/pkg/__init__.py")

    assert (found.python_root, found.package, found.extension) == (ROOT / "python", "pkg", "_x")


def test_python_source_may_be_outside_of_the_project() -> None:
    assert python_roots(BuildOptions(python_source="../py"), ROOT / "a", MANIFEST) == (ROOT / "py",)


def test_python_source_without_the_package_is_refused() -> None:
    with pytest.raises(ConfigError, match="python-source has no package tiny"):
        place(BuildOptions(python_source="python"), "python/other/x.py")


def test_a_crate_in_rust_has_its_package_in_src() -> None:
    assert python_roots(BuildOptions(), ROOT, ROOT / "rust" / "Cargo.toml") == (ROOT / "src", ROOT)


@pytest.mark.parametrize(
    ("module", "project", "library", "declared", "expected"),
    [
        ("a.b", "x", "lib", "lib", "a.b"),
        ("", "x", "lib", "lib", "lib"),
        ("", "x", "lib", "", "x"),
        ("", "x-y", "x_y", "", "x_y"),
    ],
)
def test_the_module_is_called_by_what_is_said_nearest(
    module: str, project: str, library: str, declared: str, expected: str
) -> None:
    assert module_name(BuildOptions(module_name=module), {"name": project}, library, declared) == expected


@pytest.mark.parametrize("name", ["a-b", "a.b-c", "1x", "a..b", "a.class", "a/b"])
def test_a_module_name_that_cannot_be_imported_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be imported"):
        module_name(BuildOptions(module_name=name), {}, "lib", "lib")


@pytest.mark.parametrize(
    ("module", "is_mixed", "expected"),
    [
        ("tiny", False, "tiny/tiny.so"),
        ("tiny", True, "tiny/tiny.so"),
        ("a.b._c", True, "a/b/_c.so"),
        ("a.b._c", False, "_c/_c.so"),
    ],
)
def test_the_library_lies_in_its_package(module: str, is_mixed: bool, expected: str) -> None:
    assert extension_name(module, is_mixed, ".so") == expected


def test_paths_are_made_normal_by_their_text() -> None:
    assert normal(ROOT / "a" / ".." / "." / "b") == ROOT / "b"
