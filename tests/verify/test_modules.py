"""What a wheel puts on the path, and which of it can be imported."""

import pytest

from wheelmatrix.verify.modules import Module, modules_of, on_path


def test_packages_come_before_extension_modules() -> None:
    files = {
        "zoo/__init__.py": b"", "zoo/sub/__init__.py": b"", "alone.py": b"", "demo-1.0.dist-info/METADATA": b"",
        "zoo/_native.cpython-312-x86_64-linux-gnu.so": b"\0PyInit__native\0",
        "fast.abi3.so": b"PyModExport_fast",
    }  # fmt: skip

    assert modules_of(files) == (
        Module(name="alone"),
        Module(name="zoo"),
        Module(name="fast", library="fast.abi3.so"),
        Module(name="zoo._native", library="zoo/_native.cpython-312-x86_64-linux-gnu.so"),
    )


@pytest.mark.parametrize(
    ("name", "content", "modules"),
    [
        ("demo.pyd", b"PyInit_demo", ["demo"]),
        ("demo.so", b"PyInit_demo", ["demo"]),
        ("demo.cp311-win_amd64.pyd", b"PyInit_demo", ["demo"]),
        ("space/demo.so", b"_PyInit_demo", ["space.demo"]),
        ("pkg/__init__.abi3.so", b"PyInit___init__", ["pkg"]),
        ("größe.so", b"PyInitU_gre_3na8c", []),
        ("demo.so", b"demo_new", []),
        ("demo.libs/libfoo-1.so", b"PyInit_libfoo", []),
        ("demo/libfoo.so.1", b"PyInit_libfoo", []),
        ("not-a-name/demo.so", b"PyInit_demo", []),
        ("demo.txt", b"PyInit_demo", []),
    ],
)
def test_a_library_is_a_module_if_it_has_the_entry_of_its_name(name: str, content: bytes, modules: list[str]) -> None:
    assert [module.name for module in modules_of({name: content})] == modules


def test_names_beyond_ascii_have_punycode_entries() -> None:
    entry = "größe".encode("punycode").replace(b"-", b"_")

    assert [module.name for module in modules_of({"größe.so": b"\0PyInitU_" + entry})] == ["größe"]


def test_what_is_no_module_is_left_alone() -> None:
    names = ("pkg/readme.txt", "pkg/data.py", "a-b.py", "demo-1.0.dist-info/RECORD", "__init__/x")

    assert modules_of(dict.fromkeys(names, b"")) == ()


def test_the_data_directory_is_laid_over_the_rest() -> None:
    members = {
        "a.py": b"1",
        "demo-1.0.data/purelib/b.py": b"2",
        "demo-1.0.data/platlib/pkg/c.so": b"3",
        "demo-1.0.data/scripts/run": b"4",
        "demo-1.0.dist-info/METADATA": b"5",
    }

    assert on_path(members) == {"a.py": b"1", "b.py": b"2", "pkg/c.so": b"3", "demo-1.0.dist-info/METADATA": b"5"}


def test_a_wheel_without_a_module_has_none() -> None:
    assert modules_of({}) == ()
