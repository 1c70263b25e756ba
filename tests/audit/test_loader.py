"""The loader, simulated: what nobody offers is named, and what somebody may offer is not."""

import gzip
from pathlib import Path

import pytest
from dll_image import dll_image
from elf_image import ARM, elf_image
from hypothesis import given, settings
from hypothesis import strategies as st
from macho_image import ARM64, DYNAMIC, LOAD, REEXPORT, SYSTEM, WEAK, X86_64, fat_image, macho_image

from wheelmatrix import resources, tables
from wheelmatrix.audit.loader import simulate
from wheelmatrix.audit.python_symbols import FIRST, GONE
from wheelmatrix.model import Exports, Version

REAL = tables.load(resources.table_texts())
GOLDEN = Path(__file__).parent / "golden"
TABLES = {
    "gnu": Exports(
        library="gnu",
        since={"memcpy": "2.2", "dlopen": "2.2", "getrandom": "2.25"},
        machines={"EM_ARM": frozenset({"__aeabi_memcpy"})},
    ),
    "musl": Exports(
        library="musl",
        since={"memcpy": "1.2.3", "read": "1.2.3", "statx": "1.2.5"},
        machines={"EM_ARM": frozenset({"__aeabi_memcpy"})},
    ),
}
MEMCPY = ("libc.so.6", "GLIBC_2.14", 0, ("memcpy",))


def problems(*images: tuple[str, bytes], promise: tuple[str, Version] | None = None) -> list[str]:
    return list(simulate(dict(images), TABLES, promise=promise).problems)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(elf_image(needs=(MEMCPY,)), id="bound to a version of libc"),
        pytest.param(elf_image(undefined=("dlopen", "getrandom")), id="glibc's, without a version"),
        pytest.param(elf_image(undefined=("PyList_New", "_Py_Dealloc")), id="Python's"),
        pytest.param(elf_image(undefined=("PyPyList_New",)), id="PyPy's"),
        pytest.param(elf_image(weak=("__gmon_start__", "no_such_function")), id="weak"),
        pytest.param(
            elf_image(undefined=("XOpenDisplay",), needed=("libX11.so.6", "libc.so.6")), id="libX11 may have it"
        ),
        pytest.param(elf_image(undefined=("inflate",), needed=("libz.so.1", "libc.so.6")), id="libz has few versions"),
        pytest.param(elf_image(undefined=("memcpy", "read"), needed=("libc.so",)), id="musl's, by zig's name"),
        pytest.param(elf_image(undefined=("read",), needed=("libc.musl-x86_64.so.1",)), id="musl's, by Alpine's name"),
        pytest.param(
            elf_image(undefined=("__aeabi_memcpy",), needed=("libc.so",), machine=ARM, word_bits=32), id="musl's on ARM"
        ),
        pytest.param(elf_image(undefined=("statx",), needed=("libc.so",)), id="newer musl, no promise"),
    ],
)
def test_what_somebody_offers_is_not_missing(image: bytes) -> None:
    assert problems(("demo.so", image)) == []


@pytest.mark.parametrize(
    ("image", "named"),
    [
        (elf_image(undefined=("no_such_function",)), "no_such_function"),
        (elf_image(undefined=("b", "a", "PyList_New")), "a, b"),
        (elf_image(undefined=tuple(f"f{n}" for n in range(10))), "f0, f1, f2, f3, f4, f5, f6, f7 and 2 more"),
        (elf_image(undefined=("gnu_get_libc_version",), needed=("libc.so",)), "gnu_get_libc_version"),
        (elf_image(undefined=("__aeabi_memcpy",), needed=("libc.so",)), "__aeabi_memcpy"),  # not on x86_64
        (elf_image(undefined=("lost",), needed=("libstdc++.so.6", "libgcc_s.so.1", "libc.so.6")), "lost"),
        (elf_image(undefined=("lost",), needed=()), "lost"),
    ],
)
def test_what_nobody_offers_is_named(image: bytes, named: str) -> None:
    assert problems(("pkg/demo.so", image)) == [
        f"pkg/demo.so: undefined symbols that no library of the wheel, no Python and no C library offers: {named}"
    ]


def test_a_symbol_of_a_newer_musl_breaks_the_promise_of_the_tag() -> None:
    (said,) = problems(
        ("demo.so", elf_image(undefined=("read", "statx"), needed=("libc.so",))), promise=("musl", (1, 2))
    )

    assert said == "demo.so: musl has them from 1.2.5 on only, and the tag promises to run on older ones: statx"


@pytest.mark.parametrize(
    ("cpython", "missing"),
    [((3, 12), ["PyTuple_GET_SIZE", "_PyOwn"]), ((3, 15), ["PyTuple_GET_SIZE", "_PyOwn"]), ((3, 16), []), (None, [])],
)
def test_python_symbols_are_those_that_a_cpython_ever_had(cpython: Version | None, missing: list[str]) -> None:
    """A macro that was declared as a function compiles, links, and is not there."""
    names = ("PyTuple_GET_SIZE", "PyTuple_Size", "_PyOwn", "PyInit_other", "PyBytesWriter_Create")
    image = elf_image(undefined=names)

    found = simulate({"demo.so": image}, REAL.exports, cpython=cpython)

    expected = [f"demo.so: Python symbols that no CPython offers: {', '.join(missing)}"] if missing else []
    assert list(found.problems) == expected


def test_the_table_of_cpython_agrees_with_what_the_audit_knows() -> None:
    since = REAL.exports["cpython"].since

    assert {name: since.get(name) for name in FIRST} == {name: f"{v[0]}.{v[1]}" for name, v in FIRST.items()}
    assert GONE.keys() <= since.keys()


@pytest.mark.parametrize(("floor", "count"), [((2, 17), 1), ((2, 25), 0), ((2, 28), 0)])
def test_a_symbol_of_a_newer_glibc_breaks_it_too_if_it_has_no_version_that_the_audit_sees(
    floor: Version, count: int
) -> None:
    found = problems(("demo.so", elf_image(undefined=("dlopen", "getrandom"))), promise=("gnu", floor))

    said = "demo.so: glibc has them from 2.25 on only, and the tag promises to run on older ones: getrandom"
    assert found == [said] * count


def test_a_library_without_libc_is_of_the_libc_that_the_tag_names() -> None:
    image = elf_image(undefined=("read",), needed=())

    assert problems(("demo.so", image), promise=("musl", (1, 2))) == []
    assert len(problems(("demo.so", image))) == 1


def test_libraries_of_the_wheel_offer_to_those_that_load_them_also_at_second_hand() -> None:
    demo = elf_image(undefined=("own", "deep"), needed=("libown-1.so", "libc.so.6"))
    own = elf_image(defined=("own",), needed=("libdeep.so.2",))
    deep = elf_image(defined=("deep",), soname="libdeep.so.2")

    found = (("demo.so", demo), ("demo.libs/libown-1.so", own), ("demo.libs/deep-abc.so", deep))

    assert problems(*found) == []
    assert problems(*found[:2]) == []  # libdeep is of the system now, and may have it: the audit tells of that
    assert problems(found[0], ("demo.libs/libown-1.so", elf_image(defined=("own",)))) != []


def test_a_library_of_the_wheel_that_is_not_loaded_offers_nothing() -> None:
    demo = elf_image(undefined=("own",))

    assert problems(("demo.so", demo), ("demo.libs/libown.so", elf_image(defined=("own",)))) != []


def test_libraries_may_need_each_other() -> None:
    one = elf_image(undefined=("b",), defined=("a",), needed=("two.so",))
    two = elf_image(undefined=("a",), defined=("b",), needed=("one.so",))

    assert problems(("one.so", one), ("two.so", two)) == []


def test_what_is_bound_to_a_library_of_the_wheel_has_to_be_in_that_library() -> None:
    demo = elf_image(needed=("libown.so",), needs=(("libown.so", "OWN_1", 0, ("own", "lost")),))

    (said,) = problems(("demo.so", demo), ("x.libs/libown.so", elf_image(defined=("own",))))

    assert said == "demo.so: x.libs/libown.so in the wheel does not define: lost"


def test_formats_whose_loader_is_not_simulated_are_named() -> None:
    members = {"demo.so": b"\0asm\1\0\0\0", "demo.pyd": b"hello", "notes.txt": b"MZ", "demo.py": b"x", "empty.so": b""}

    found = simulate(members, TABLES)

    assert found
    assert found.unread == ("demo.pyd", "demo.so")
    assert found.symbols == 0


def test_a_symbol_of_a_dll_of_the_wheel_has_to_be_in_it() -> None:
    """Windows binds each symbol to a DLL: those of the system are the audit's."""
    demo = dll_image(imports={"python312.dll": ("PyList_New",), "Own.DLL": ("f", "g"), "KERNEL32.dll": ("h",)})

    assert problems(("demo.pyd", demo), ("demo.libs/own.dll", dll_image(imports={}, exports=("f", "g")))) == []
    assert problems(("demo.pyd", demo), ("demo.libs/own.dll", dll_image(imports={}, exports=("f",)))) == [
        "demo.pyd: demo.libs/own.dll in the wheel does not define: g"
    ]


def test_python_symbols_of_windows_are_known_there_alone() -> None:
    names = ("PyErr_SetFromWindowsErr", "PyTuple_GET_SIZE", "PyTuple_Size")
    windows = dll_image(imports={"python312.dll": names})

    found = simulate({"demo.pyd": windows}, REAL.exports, cpython=(3, 12)).problems
    linux = simulate({"demo.so": elf_image(undefined=names)}, REAL.exports, cpython=(3, 12)).problems

    assert list(found) == ["demo.pyd: Python symbols that no CPython offers: PyTuple_GET_SIZE"]
    assert list(linux) == ["demo.so: Python symbols that no CPython offers: PyErr_SetFromWindowsErr, PyTuple_GET_SIZE"]


OWN = ("@rpath/libown.dylib", LOAD)
SYSTEM_FIRST = ((SYSTEM, LOAD), OWN)


def test_a_symbol_of_a_library_of_the_wheel_has_to_be_in_it_on_macos() -> None:
    demo = macho_image(
        loads=SYSTEM_FIRST, undefined=(("_malloc", 1), ("_own", 2), ("_lost", 2), ("_PyList_New", DYNAMIC))
    )
    own = macho_image(install_name="/DLC/libown.dylib", defined=("_own",))

    assert problems(("demo.so", demo), ("demo/.dylibs/libown.dylib", own)) == [
        "demo.so: demo/.dylibs/libown.dylib in the wheel does not define: lost"
    ]


@pytest.mark.parametrize(
    ("loads", "own"),
    [
        (((SYSTEM, LOAD), ("@rpath/libown.dylib", WEAK)), macho_image(defined=("_own",))),
        (SYSTEM_FIRST, macho_image(defined=())),
        (SYSTEM_FIRST, macho_image(defined=("_own",), loads=((SYSTEM, REEXPORT),))),
        (((SYSTEM, LOAD), ("/usr/lib/libown.dylib", LOAD)), macho_image(defined=("_own",))),
    ],
    ids=["weak", "stripped", "it hands others' on", "another of the same name is of macOS"],
)
def test_a_library_of_the_wheel_may_offer_what_it_does_not_show(loads: tuple[tuple[str, int], ...], own: bytes) -> None:
    demo = macho_image(loads=loads, undefined=(("_lost", 2),))

    assert problems(("demo.so", demo), ("demo/.dylibs/libown.dylib", own)) == []


def test_each_slice_finds_libraries_of_its_own_architecture() -> None:
    own_2 = (("_own", 2),)
    demo = fat_image(
        (X86_64, macho_image(cpu=X86_64, loads=SYSTEM_FIRST, undefined=own_2, signed=None)),
        (ARM64, macho_image(cpu=ARM64, loads=SYSTEM_FIRST, undefined=own_2)),
    )
    intel = macho_image(cpu=X86_64, defined=("_own",), signed=None)
    own = fat_image((X86_64, intel), (ARM64, macho_image(cpu=ARM64, defined=("_other",))))

    assert problems(("demo.so", demo), ("libown.dylib", intel)) == []
    assert len(problems(("demo.so", demo), ("libown.dylib", own))) == 1


def test_python_symbols_are_judged_on_macos_too() -> None:
    demo = macho_image(undefined=(("_PyTuple_GET_SIZE", DYNAMIC), ("_PyTuple_Size", DYNAMIC), ("_strange", DYNAMIC)))

    found = simulate({"demo.so": demo}, REAL.exports, cpython=(3, 12)).problems

    assert list(found) == ["demo.so: Python symbols that no CPython offers: PyTuple_GET_SIZE"]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.so")), ids=lambda path: path.name)
def test_compiled_libraries_lack_nothing(path: Path) -> None:
    assert problems((path.name, path.read_bytes())) == []


@pytest.mark.parametrize("path", sorted((GOLDEN / "pe").glob("*.dll")), ids=lambda path: path.name)
def test_compiled_dlls_lack_nothing(path: Path) -> None:
    found = simulate({"demo.pyd": path.read_bytes()}, REAL.exports)

    assert (found.problems, found.unread) == ((), ())


@pytest.mark.parametrize("path", sorted((GOLDEN / "macho").glob("*.gz")), ids=lambda path: path.name)
def test_compiled_macho_files_lack_nothing(path: Path) -> None:
    found = simulate({f"{path.stem}.so": gzip.decompress(path.read_bytes())}, REAL.exports, cpython=(3, 15))

    assert (found.problems, found.unread) == ((), ())
    assert found.symbols


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_a_damaged_library_is_a_problem_and_never_an_exception(place: int, noise: bytes) -> None:
    image = bytearray(elf_image(undefined=("lost",), needs=(MEMCPY,)))
    at = place % len(image)
    image[at : at + len(noise)] = noise

    found = simulate({"demo.so": bytes(image)}, TABLES)

    assert isinstance(found.problems, tuple)
