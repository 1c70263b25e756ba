"""The verdict on one Mach-O library: slices, platform, paths, signature, Python, modes and tags."""

import gzip
from dataclasses import replace

import pytest
from macho_image import (
    ARM64,
    ARM64E,
    BUNDLE,
    DSYM,
    DYNAMIC,
    EXECUTE,
    IOS,
    LIBRARY,
    LOAD,
    MACOS,
    OBJECT,
    PROGRAM,
    SYSTEM,
    WEAK,
    X86_64,
    X86_64H,
    Signed,
    fat_image,
    macho_image,
)
from small_tables import GNU, GOLDEN, MAC_ARM, MAC_INTEL, TABLES, UNIVERSAL2, expectation, python

from wheelmatrix import resources, tables
from wheelmatrix.audit.macho_rules import audit_macho
from wheelmatrix.model import AuditMode, Expectation, Report, Target, Version

SHIPPED = tables.load(resources.table_texts())
INTEL = macho_image(cpu=X86_64, platforms=((MACOS, (10, 12)),), signed=None)
BOTH = fat_image((X86_64, INTEL), (ARM64, macho_image()))
HOMEBREW = macho_image(loads=((SYSTEM, LOAD), ("/opt/homebrew/lib/libfoo.dylib", LOAD)))
MODES: tuple[AuditMode, ...] = ("repair", "check", "warn", "skip")


def golden(name: str) -> bytes:
    return gzip.decompress((GOLDEN / "macho" / f"{name}.gz").read_bytes())


def audit(image: bytes, expected: Expectation | None = None, **changes: bool) -> Report:
    return audit_macho(image, expected or expectation(target=MAC_ARM), TABLES, name="demo.so", **changes)


@pytest.mark.parametrize(
    ("image", "target", "tags"),
    [
        (macho_image(), MAC_ARM, ("macosx_11_0_arm64",)),
        (macho_image(kind=BUNDLE, install_name=""), MAC_ARM, ("macosx_11_0_arm64",)),
        (INTEL, MAC_INTEL, ("macosx_10_12_x86_64",)),
        (BOTH, UNIVERSAL2, ("macosx_10_12_universal2", "macosx_10_12_x86_64", "macosx_11_0_arm64")),
    ],
)
def test_a_library_of_the_target_may_be_shipped(image: bytes, target: Target, tags: tuple[str, ...]) -> None:
    report = audit(image, expectation(target=target))

    assert report, report.problems
    assert (report.warnings, report.platform_tags, report.machine) == ((), tags, target.arch)


@pytest.mark.parametrize(
    ("name", "target", "tags"),
    [
        ("plain_arm64", "aarch64-apple-darwin", ("macosx_11_0_arm64",)),
        ("plain_x86_64", "x86_64-apple-darwin", ("macosx_10_12_x86_64",)),
        ("newer_arm64", "aarch64-apple-darwin", ("macosx_13_0_arm64",)),
    ],
)
def test_what_zig_linked_is_fine_by_the_shipped_tables(name: str, target: str, tags: tuple[str, ...]) -> None:
    report = audit_macho(golden(name), expectation(target=SHIPPED.targets[target]), SHIPPED, name=name)

    assert (report.problems, report.warnings, report.platform_tags) == ((), (), tags)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_entry", "neither PyInit_demo nor PyModExport_demo is exported; found no entry symbol"),
        ("strange", "no library was found for strange when it was linked"),
        ("install_name", "its install name /build/target/release/deps/libdemo.dylib is a path of the machine"),
        ("homebrew", "it needs /opt/homebrew/opt/other/lib/libother.1.dylib, which no other macOS is sure to have"),
        ("bundled", "it needs @rpath/libother.1.dylib"),
        ("framework", "it is linked to /Library/Frameworks/Python.framework/Versions/3.12/Python"),
        ("libpython", "it is linked to @rpath/libpython3.12.dylib"),
    ],
)
def test_each_rule_is_broken_by_a_library_that_zig_linked(name: str, said: str) -> None:
    target = SHIPPED.targets["x86_64-apple-darwin"]

    report = audit_macho(golden(name), expectation(target=target, mode="check"), SHIPPED, name=name)

    assert len(report.problems) == 1, report.problems
    assert said in report.problems[0]
    assert report.platform_tags == ()


@pytest.mark.parametrize(("name", "said"), [("rpath", "'/opt/homebrew/lib'"), ("weak", "libother.1.dylib if that is")])
def test_bad_habits_of_linked_libraries_are_warnings(name: str, said: str) -> None:
    target = SHIPPED.targets["x86_64-apple-darwin"]

    report = audit_macho(golden(name), expectation(target=target, mode="check"), SHIPPED, name=name)

    assert report, report.problems
    assert said in report.warnings[0]


def test_a_library_that_the_wheel_has_is_found() -> None:
    expected = expectation(target=MAC_INTEL, mode="check")

    assert audit_macho(golden("bundled"), expected, TABLES, name="x", bundled=frozenset({"libother.1.dylib"}))


def test_a_changed_page_is_a_problem_on_any_machine() -> None:
    for image, target in ((golden("plain_arm64"), MAC_ARM), (macho_image(cpu=X86_64), MAC_INTEL)):
        report = audit(image.replace(b"libSystem", b"libsystem"), expectation(target=target))

        assert "pages are not what was signed (page 0 first)" in report.problems[0]


@pytest.mark.parametrize(
    ("image", "target", "said"),
    [
        (INTEL, MAC_ARM, "built for x86_64, but aarch64-apple-darwin is arm64: no arm64 code"),
        (macho_image(cpu=ARM64E), MAC_ARM, "built for arm64e"),
        (macho_image(cpu=X86_64H), MAC_INTEL, "built for x86_64h"),
        (macho_image(), UNIVERSAL2, "built for arm64, but universal2-apple-darwin is x86_64 and arm64: no x86_64"),
        (BOTH, MAC_ARM, "it has code for x86_64 beside arm64"),
        (macho_image(), GNU, "a Mach-O library, which x86_64-unknown-linux-gnu does not load"),
        (macho_image(kind=OBJECT), MAC_ARM, "not a shared library but MH_OBJECT"),
        (macho_image(kind=EXECUTE), MAC_ARM, "not a shared library but MH_EXECUTE"),
        (macho_image(platforms=((IOS, (14, 0)),)), MAC_ARM, "built for iOS, not for macOS"),
        (macho_image(signed=None), MAC_ARM, "no code signature"),
        (macho_image(signed=Signed(limit=64)), MAC_ARM, "covers 64 of the"),
        (fat_image((X86_64, INTEL), (ARM64, macho_image()), align=12), UNIVERSAL2, "no page of 16384 bytes"),
        (macho_image(undefined=(("_Py_True", PROGRAM),)), MAC_ARM, "looks for Py_True in the program alone"),
        (macho_image(undefined=(("_PyDict_GetItemRef", DYNAMIC),)), MAC_ARM, "new in 3.13"),
        (macho_image(undefined=(("_deflate", DYNAMIC),)), MAC_ARM, "no library was found for deflate"),
        (macho_image()[:100], MAC_ARM, "damaged"),
        (b"MZ\x90\0", MAC_ARM, "not a Mach-O file"),
    ],
)
def test_what_is_not_of_the_target_must_not_be_shipped(image: bytes, target: Target, said: str) -> None:
    report = audit(image, expectation(target=target))

    assert not report
    assert any(said in problem for problem in report.problems), report.problems
    assert report.platform_tags == ()


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (macho_image(platforms=()), "does not say which macOS"),
        (macho_image(two_level=False), "flat namespace"),
        (macho_image(signed=Signed(behind=b"x")), "something follows its code signature"),
        (macho_image(signed=Signed(hash_type=9)), "unknown kind (type 9)"),
        (macho_image(rpaths=("/opt/x",)), "'/opt/x'"),
        (macho_image(loads=(("/opt/x.dylib", WEAK),)), "/opt/x.dylib if that is there"),
        (macho_image(undefined=(("__Py_DecRef", DYNAMIC),)), "counts references"),
    ],
)
def test_bad_habits_are_warnings(image: bytes, said: str) -> None:
    report = audit(image)

    assert report, report.problems
    assert any(said in warning for warning in report.warnings), report.warnings


@pytest.mark.parametrize(
    "symbol",
    ["_CFRelease", "_kCFBooleanTrue", "___CFConstantStringClassReference", "_objc_msgSend", "_OBJC_CLASS_$_NSArray"],
)
def test_what_python_on_macos_brings_along_is_offered(symbol: str) -> None:
    report = audit(macho_image(undefined=((symbol, DYNAMIC),)))

    assert (report.problems, report.warnings) == ((), ())


def test_beside_a_framework_an_unknown_symbol_may_be_one_that_the_sdk_lost() -> None:
    loads = ((SYSTEM, LOAD), ("/System/Library/Frameworks/Foundation.framework/Versions/C/Foundation", LOAD))

    report = audit(macho_image(loads=loads, undefined=(("_FSPathMakeRef", DYNAMIC),)))

    assert report
    assert "FSPathMakeRef" in report.warnings[0]


def test_weak_and_two_level_symbols_are_not_judged() -> None:
    image = macho_image(undefined=(("_malloc", LIBRARY),), weak=(("_later", DYNAMIC), ("_PyDict_GetItemRef", DYNAMIC)))

    assert audit(image).problems == ()


@pytest.mark.parametrize(
    ("mode", "is_ok", "graft", "tags"),
    [
        ("repair", True, ("/opt/homebrew/lib/libfoo.dylib",), ("macosx_11_0_arm64",)),
        ("check", False, (), ()),
        ("warn", True, (), ("macosx_11_0_arm64",)),
        ("skip", True, (), ("macosx_11_0_arm64",)),
    ],
)
def test_what_is_to_be_grafted_is_taken_as_the_mode_says(
    mode: AuditMode, is_ok: bool, graft: tuple[str, ...], tags: tuple[str, ...]
) -> None:
    report = audit(HOMEBREW, expectation(target=MAC_ARM, mode=mode))

    assert (bool(report), report.graft, report.platform_tags) == (is_ok, graft, tags)
    said = report.problems if mode == "check" else report.warnings
    assert any("libfoo" in line for line in said) is (mode in ("check", "warn"))


@pytest.mark.parametrize(
    ("mode", "floor", "is_ok", "tags"),
    [
        ("repair", (12, 0), False, ()),
        ("repair", (14, 0), True, ("macosx_14_0_arm64",)),
        ("check", (12, 0), False, ()),
        ("warn", (12, 0), True, ("macosx_13_0_arm64",)),
        ("skip", (12, 0), True, ("macosx_12_0_arm64",)),
    ],
)
def test_a_floor_is_kept_or_the_mode_decides(
    mode: AuditMode, floor: Version, is_ok: bool, tags: tuple[str, ...]
) -> None:
    report = audit(golden("newer_arm64"), expectation(target=replace(MAC_ARM, floor=floor), mode=mode))

    assert (bool(report), report.platform_tags, report.floor) == (is_ok, tags, (13, 1))
    if not is_ok:
        assert "macOS 12.0 was asked for, but its arm64 code needs 13.1" in report.problems[0]


def test_a_filenames_tag_is_a_promise_too() -> None:
    asked = expectation(target=MAC_ARM, mode="check", ceiling=("macosx", (12, 0)))
    other = expectation(target=MAC_ARM, mode="check", ceiling=("macosx", (13, 0)))

    assert not audit(golden("newer_arm64"), asked)
    kept = audit(golden("newer_arm64"), other)
    assert (kept.problems, kept.platform_tags) == ((), ("macosx_13_0_arm64",))
    assert "needs macOS 13.1, and tags say 13.0" in kept.warnings[0]


@pytest.mark.parametrize("mode", MODES)
def test_no_mode_forgives_a_wrong_machine_entry_abi_libpython_signature_or_leak(mode: AuditMode) -> None:
    for image in (
        INTEL,
        macho_image(defined=()),
        macho_image(loads=(("@rpath/libpython3.12.dylib", LOAD),)),
        macho_image(undefined=(("_PyDict_GetItemRef", DYNAMIC),)),
        macho_image(signed=None),
        macho_image(install_name="/build/libdemo.dylib"),
    ):
        assert not audit(image, expectation(target=MAC_ARM, mode=mode))


def test_what_only_some_slices_have_is_told_with_them() -> None:
    half = fat_image((X86_64, INTEL), (ARM64, macho_image(signed=None, defined=())))

    problems = audit(half, expectation(target=UNIVERSAL2)).problems

    assert len(problems) == 2
    assert all(problem.startswith("arm64 slice: ") for problem in problems)


def test_the_facts_of_both_halves_are_in_the_report() -> None:
    report = audit(BOTH, expectation(target=UNIVERSAL2))

    assert report.versions == {"macOS": "10.12", "arm64": "11.0", "x86_64": "10.12"}
    assert audit(macho_image()).versions == {"macOS": "11.0"}
    assert audit(macho_image(platforms=())).versions == {}
    assert (report.floor, report.needed, report.entry_symbols) == ((10, 12), (SYSTEM,), ("PyInit_demo",))


@pytest.mark.parametrize(
    ("image", "warnings"),
    [
        (macho_image(kind=EXECUTE, install_name="", defined=("_main",)), 0),
        (golden("program"), 0),
        (macho_image(defined=(), undefined=(("_PyDict_GetItemRef", DYNAMIC),)), 0),
        (macho_image(defined=(), install_name="/usr/local/lib/libx.dylib"), 1),
        (macho_image(defined=(), undefined=(("_deflate", DYNAMIC),)), 1),
        (fat_image((X86_64, INTEL), (ARM64, macho_image())), 1),
        (macho_image(kind=DSYM, signed=None), 1),
    ],
)
def test_a_program_or_a_library_that_is_no_module_has_fewer_rules(image: bytes, warnings: int) -> None:
    report = audit(image, is_extension=False)

    assert report, report.problems
    assert len(report.warnings) == warnings


def test_a_library_beside_the_module_still_needs_a_signature_and_its_libraries() -> None:
    assert not audit(macho_image(defined=(), signed=None), is_extension=False)
    assert not audit(HOMEBREW, expectation(target=MAC_ARM, mode="check"), is_extension=False)
    embedding = macho_image(loads=(("@rpath/libpython3.12.dylib", LOAD),))
    assert not audit(embedding, expectation(target=MAC_ARM, mode="check"), is_extension=False)


def test_without_a_policy_the_libraries_are_not_judged_and_said_so() -> None:
    expected = expectation(target=MAC_ARM, mode="check")

    report = audit_macho(macho_image(), expected, replace(TABLES, policies=()), name="demo.so")

    assert report, report.problems
    assert "no macOS policy is known" in report.warnings[0]


@pytest.mark.parametrize(
    ("name", "is_ok"), [("_PyList_New", True), ("_PyUnicode_New", False), ("_PyObject_GetBuffer", False)]
)
def test_the_stable_abi_is_kept_as_on_other_systems(name: str, is_ok: bool) -> None:
    expected = expectation(target=MAC_ARM, kind="abi3", interpreter=python((3, 9)))

    assert bool(audit(macho_image(undefined=((name, DYNAMIC),)), expected)) is is_ok


def test_a_plain_tag_asks_for_no_policy() -> None:
    assert audit(HOMEBREW, expectation(target=MAC_ARM, mode="check", plain=True))
