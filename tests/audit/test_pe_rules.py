"""The verdict on one Windows library: machine, Python, runtimes, system DLLs, entry, traces of the build."""

import random

import pytest
from dll_image import AMD64, ARM, ARM64, KERNEL, PYTHON312, X86, dll_image, mutated
from elf_image import elf_image
from small_tables import GNU, GOLDEN, TABLES, WIN32, WIN_AMD64, WIN_ARM64, expectation, python

from wheelmatrix import resources, tables
from wheelmatrix.audit.pe import read
from wheelmatrix.audit.pe_rules import audit_pe, python_linkage
from wheelmatrix.model import Abi, AuditMode, Expectation, Report, Target

CP312 = Abi(kind="version", interpreter=python((3, 12)))
CP313 = Abi(kind="version", interpreter=python((3, 13)))
CP314 = Abi(kind="version", interpreter=python((3, 14)))
CP314T = Abi(kind="version", interpreter=python((3, 14), free_threaded=True))
PP311 = Abi(kind="version", interpreter=python((3, 11), implementation="pypy"))
GP312 = Abi(kind="version", interpreter=python((3, 12), implementation="graalpy"))
ABI3_38, ABI3_39, ABI3_311 = (Abi(kind="abi3", interpreter=python((3, minor))) for minor in (8, 9, 11))
ABI3T = Abi(kind="abi3t", interpreter=python((3, 15)))


def expected(
    abi: Abi = CP312,
    *,
    target: Target = WIN_AMD64,
    mode: AuditMode = "check",
    module: str = "demo",
    plain: bool = False,
) -> Expectation:
    return expectation(target=target, kind=abi.kind, interpreter=abi.interpreter, mode=mode, module=module, plain=plain)


def audit(image: bytes, wanted: Expectation | None = None, *bundled: str, is_extension: bool = True) -> Report:
    return audit_pe(
        image, wanted or expected(), TABLES, name="demo.pyd", is_extension=is_extension, bundled=frozenset(bundled)
    )


def golden(name: str) -> bytes:
    return (GOLDEN / "pe" / f"{name}.dll").read_bytes()


@pytest.mark.parametrize(
    ("name", "abi", "target"),
    [
        ("abi3_amd64", ABI3_39, WIN_AMD64),
        ("abi3_x86", ABI3_39, WIN32),
        ("abi3_arm64", ABI3_39, WIN_ARM64),
        ("cp312", CP312, WIN_AMD64),
        ("cp314t", CP314T, WIN_AMD64),
        ("pp311", PP311, WIN_AMD64),
        ("gp312", GP312, WIN_AMD64),
        ("abi3t", ABI3T, WIN_AMD64),
        ("stable_3_11", ABI3_311, WIN_AMD64),
        ("ucrt", ABI3_38, WIN_AMD64),
        ("vcruntime140_1", ABI3_39, WIN_AMD64),
    ],
)
def test_a_module_of_its_tag_may_be_shipped(name: str, abi: Abi, target: Target) -> None:
    report = audit(golden(name), expected(abi, target=target))

    assert report.problems == report.warnings == ()
    assert (report.machine, report.word_bits, report.platform_tags) == (target.arch, target.word_bits, (target.tag,))
    assert (report.floor, report.graft, report.rpaths, report.versions) == (None, (), (), {})
    assert report.needed[0] == "KERNEL32.dll"
    assert report.entry_symbols in (("PyInit_demo",), ("PyModExport_demo",))


@pytest.mark.parametrize(
    ("name", "abi", "target", "said"),
    [
        ("abi3_amd64", ABI3_39, WIN32, "built for amd64 64-bit, but i686-pc-windows-msvc is x86 32-bit"),
        ("abi3_amd64", ABI3_39, WIN_ARM64, "built for amd64 64-bit, but aarch64-pc-windows-msvc is arm64"),
        ("abi3_x86", ABI3_39, WIN_AMD64, "built for x86 32-bit"),
        ("abi3_arm64", ABI3_39, WIN_AMD64, "built for arm64 64-bit"),
        ("cp312", ABI3_39, WIN_AMD64, "linked to python312.dll, which one Python alone has"),
        ("cp312", CP313, WIN_AMD64, "but the Python of its tag has python313.dll"),
        ("cp314t", CP314, WIN_AMD64, "but the Python of its tag has python314.dll"),
        ("cp312", CP314T, WIN_AMD64, "it crashes; link python314t.dll"),
        ("abi3_amd64", CP314T, WIN_AMD64, "it crashes; link python314t.dll"),
        ("abi3_amd64", ABI3T, WIN_AMD64, "it crashes; link python3t.dll"),
        ("abi3t", ABI3_39, WIN_AMD64, "python3t.dll, but the Python of its tag has python3.dll"),
        ("abi3t", ABI3_39, WIN_AMD64, "only PyModExport_demo is exported"),
        ("cp312", PP311, WIN_AMD64, "libpypy3.11-c.dll"),
        ("pp311", CP312, WIN_AMD64, "built for PyPy"),
        ("gp312", CP312, WIN_AMD64, "python-native.dll"),
        ("two_pythons", ABI3_39, WIN_AMD64, "linked to python312.dll"),
        ("no_python", ABI3_39, WIN_AMD64, "linked to no Python DLL; the Python of its tag has python3.dll"),
        ("debug_python", CP312, WIN_AMD64, "python312_d.dll of a debug build"),
        ("mingw_python", CP312, WIN_AMD64, "libpython3.12.dll of a MinGW Python"),
        ("by_ordinal", ABI3_39, WIN_AMD64, "1 symbols from python3.dll by number"),
        ("other_entry", ABI3_39, WIN_AMD64, "neither PyInit_demo nor PyModExport_demo is exported; found PyInit_other"),
        ("not_stable", ABI3_39, WIN_AMD64, "not part of it: PyUnicode_New"),
        ("stable_3_11", ABI3_39, WIN_AMD64, "with 3.11: PyObject_GetBuffer"),
        ("debug_crt", ABI3_39, WIN_AMD64, "ucrtbased.dll, a debug runtime"),
    ],
)
@pytest.mark.parametrize("mode", ["repair", "check", "warn", "skip"])
def test_what_is_not_of_its_tag_must_not_be_shipped_in_any_mode(
    name: str, abi: Abi, target: Target, said: str, mode: AuditMode
) -> None:
    report = audit(golden(name), expected(abi, target=target, mode=mode))

    assert not report
    assert any(said in problem for problem in report.problems), report.problems
    assert report.platform_tags == ()


def test_the_entry_symbol_is_that_of_the_module() -> None:
    assert audit(golden("other_entry"), expected(ABI3_39, module="other"))


def test_functions_that_only_windows_has_are_of_the_stable_abi_there() -> None:
    assert "PyErr_SetFromWindowsErr" in python_linkage(read(golden("stable_3_11"))).undefined
    assert audit(golden("stable_3_11"), expected(ABI3_311))


def test_the_stable_abi_in_a_wheel_of_one_python_is_a_doubt() -> None:
    for name in ("abi3_amd64", "two_pythons"):
        report = audit(golden(name), expected(CP312))

        assert report
        assert ["could be a wider one" in warning for warning in report.warnings] == [True]


def test_names_from_other_dlls_are_not_pythons() -> None:
    image = dll_image(imports={"python3.dll": ("PyList_New",), "KERNEL32.dll": ("PyPrivate_X",)})

    assert audit(image, expected(ABI3_39))
    assert python_linkage(read(image)).undefined == {"PyList_New"}


def test_a_delayed_python_is_a_python() -> None:
    image = dll_image(imports=KERNEL, delayed={"Python3.DLL": ("PyUnicode_New",)})

    assert [problem[-13:] for problem in audit(image, expected(ABI3_39)).problems] == ["PyUnicode_New"]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (dll_image(machine=ARM), "built for 0x1c4 64-bit"),
        (dll_image(machine=AMD64, word_bits=32), "built for amd64 32-bit"),
        (dll_image(characteristics=0x22), "not a DLL but a program"),
        (dll_image()[:900], "a damaged PE file"),
        (elf_image(), "not a PE file"),
        (b"", "not a PE file"),
    ],
)
def test_what_windows_does_not_load_must_not_be_shipped(image: bytes, said: str) -> None:
    report = audit(image)

    assert not report
    assert said in report.problems[0]
    assert report.platform_tags == ()


def test_another_system_does_not_load_it() -> None:
    report = audit(dll_image(), expected(target=GNU))

    assert "a Windows library, which x86_64-unknown-linux-gnu does not load" in report.problems
    assert report.platform_tags == ()


def test_the_old_c_runtime_is_a_doubt() -> None:
    report = audit(golden("msvcrt"), expected(ABI3_39))

    assert report
    assert ["msvcrt.dll" in warning for warning in report.warnings] == [True]


WANTING = [
    ("msvcp140", "MSVCP140.dll", "C++ runtime of Microsoft's compiler"),
    ("mingw", "libgcc_s_seh-1.dll", "MinGW compiler"),
    ("foo", "foo.dll", "no Windows is sure to have"),
]


@pytest.mark.parametrize(("name", "library", "said"), WANTING)
@pytest.mark.parametrize(
    ("mode", "is_ok", "warnings"), [("repair", False, 0), ("check", False, 0), ("warn", True, 1), ("skip", True, 0)]
)
def test_what_no_windows_has_is_taken_as_the_mode_says(
    name: str, library: str, said: str, mode: AuditMode, is_ok: bool, warnings: int
) -> None:
    report = audit(golden(name), expected(ABI3_39, mode=mode))

    assert (bool(report), len(report.warnings)) == (is_ok, warnings)
    assert report.platform_tags == (("win_amd64",) if is_ok else ())
    for line in (*report.problems, *report.warnings):
        assert line.startswith(f"it needs {library}, ")
        assert said in line


@pytest.mark.parametrize(("name", "library", "said"), WANTING)
def test_what_the_wheel_brings_along_is_there(name: str, library: str, said: str) -> None:
    report = audit(golden(name), expected(ABI3_39), library.upper(), "other.dll")

    assert report, said
    assert report.warnings == ()


def test_a_plain_tag_asks_for_no_policy() -> None:
    report = audit(golden("foo"), expected(ABI3_39, plain=True))

    assert report
    assert report.warnings == ()


def test_what_is_loaded_when_it_is_called_may_be_missing() -> None:
    image = dll_image(delayed={"nvcuda.dll": ("cuInit",), "WS2_32.dll": ("send",)})

    report = audit(image)

    assert report
    assert [warning.split(",")[0] for warning in report.warnings] == ["it loads nvcuda.dll when it first calls it"]
    assert audit(image, expected(mode="skip")).warnings == ()


def test_a_runtime_that_an_older_python_lacks_is_missing() -> None:
    report = audit(golden("vcruntime140_1"), expected(ABI3_38))

    assert [problem.split(",")[0] for problem in report.problems] == ["it needs VCRUNTIME140_1.dll"]


def test_a_library_that_is_no_extension_needs_no_python() -> None:
    image = dll_image(imports=KERNEL, exports=("foo",))

    assert audit(image, is_extension=False)
    assert len(audit(image).problems) == 2


def test_everything_is_found_at_once() -> None:
    image = dll_image(
        machine=ARM64,
        imports={"python313.dll": ("PyDict_GetItemRef",), "foo.dll": ("f",), "ucrtbased.dll": ("g",)},
        exports=(),
    )

    assert len(audit(image).problems) == 6


@pytest.mark.parametrize("path", [r"C:\Users\me\demo.pdb", "/tmp/x/demo.pdb", r"..\demo.pdb"])
def test_the_path_of_a_build_is_a_doubt(path: str) -> None:
    (warning,) = audit(dll_image(pdb=path)).warnings

    assert repr(path) in warning
    assert audit(dll_image(pdb="demo.pdb")).warnings == ()


@pytest.mark.parametrize(
    ("time_stamp", "rich", "repro", "doubts"),
    [(1, True, False, 1), (1, True, True, 0), (0, True, False, 0), (1, False, False, 0), (1, False, True, 0)],
)
def test_the_time_of_the_link_is_a_doubt_where_it_is_sure(
    time_stamp: int, rich: bool, repro: bool, doubts: int
) -> None:
    report = audit(dll_image(time_stamp=time_stamp, rich=rich, repro=repro))

    assert report
    assert ["/Brepro" in warning for warning in report.warnings] == [True] * doubts


def test_counting_by_function_is_doubtful_where_there_is_a_gil() -> None:
    report = audit(dll_image(imports={"python312.dll": ("_Py_DecRef",)}))

    assert report
    assert "counts references" in report.warnings[0]


@pytest.mark.parametrize("name", ["abi3_amd64", "ucrt", "msvcrt"])
def test_the_table_that_ships_knows_what_these_need(name: str) -> None:
    shipped = tables.load(resources.table_texts())
    target = shipped.targets["x86_64-pc-windows-gnu"]

    report = audit_pe(golden(name), expected(ABI3_39, target=target), shipped, name=name)

    assert report.problems == ()
    assert report.platform_tags == ("win_amd64",)


@pytest.mark.slow
def test_no_mutation_raises_anything() -> None:
    chance = random.Random(20261126)
    images = [path.read_bytes() for path in sorted((GOLDEN / "pe").glob("*.dll"))]
    images += [
        dll_image(machine=machine, word_bits=bits, delayed=PYTHON312, pdb="C:/demo.pdb", rich=True, time_stamp=1)
        for machine, bits in ((AMD64, 64), (X86, 32), (ARM64, 64))
    ]

    for _ in range(2000):
        report = audit(mutated(chance.choice(images), chance), expected(chance.choice((CP312, ABI3_39, ABI3T, PP311))))
        assert bool(report) is bool(report.platform_tags)
