"""The verdict on wheels of every system, whatever the host: macOS, Windows, several at once, and files that stray."""

import pytest
from dll_image import dll_image
from elf_image import elf_image
from macho_image import ARM64, DYNAMIC, EXECUTE, LOAD, MACOS, SYSTEM, X86_64, fat_image, macho_image
from small_tables import GOLDEN, TABLES
from zip_image import parts, wheel_members, zip_image

from wheelmatrix.audit import WheelReport, audit_wheel
from wheelmatrix.model import Version

DARWIN, PYD = "demo.cpython-312-darwin.so", "demo.cp312-win_amd64.pyd"
WINDOWS_DLL = dll_image()


def apple(cpu: tuple[int, int], minimum: Version) -> bytes:
    return macho_image(cpu=cpu, platforms=((MACOS, minimum),))


def both(intel: Version = (10, 12), arm: Version = (11, 0)) -> bytes:
    return fat_image((X86_64, apple(X86_64, intel)), (ARM64, apple(ARM64, arm)))


def audit(tags: str, extension: str, image: bytes, **add: bytes) -> WheelReport:
    filename = f"demo-1.0-{tags}.whl"
    members = wheel_members(filename=filename, extension=extension, image=image, add=add)
    return audit_wheel(filename, zip_image(parts(members)), TABLES)


def faults(report: WheelReport) -> list[str]:
    return [*report.problems, *(problem for one in report.reports for problem in one.problems)]


@pytest.mark.parametrize(
    ("tags", "extension", "image", "earned"),
    [
        ("cp312-cp312-macosx_11_0_arm64", DARWIN, macho_image(), ("macosx_11_0_arm64",)),
        ("cp312-cp312-macosx_13_0_arm64", DARWIN, macho_image(), ("macosx_11_0_arm64",)),
        ("cp312-cp312-macosx_10_9_x86_64", DARWIN, apple(X86_64, (10, 9)), ("macosx_10_9_x86_64",)),
        ("cp39-abi3-macosx_11_0_arm64", "demo.abi3.so", macho_image(), ("macosx_11_0_arm64",)),
        (
            "cp312-cp312-macosx_10_12_x86_64.macosx_11_0_arm64.macosx_10_12_universal2", DARWIN, both(),
            ("macosx_10_12_universal2", "macosx_10_12_x86_64", "macosx_11_0_arm64"),
        ),
        (
            "cp312-cp312-macosx_10_12_x86_64.macosx_12_0_arm64.macosx_12_0_universal2", DARWIN, both(arm=(12, 0)),
            ("macosx_10_12_x86_64", "macosx_12_0_arm64", "macosx_12_0_universal2"),
        ),
        ("cp312-cp312-win_amd64", PYD, WINDOWS_DLL, ("win_amd64",)),
        ("cp312-cp312-win_amd64", "demo.pyd", WINDOWS_DLL, ("win_amd64",)),
        ("cp39-abi3-win32", "demo.pyd", (GOLDEN / "pe" / "abi3_x86.dll").read_bytes(), ("win32",)),
        ("py3-none-macosx_11_0_arm64", "demo", macho_image(kind=EXECUTE, defined=()), ("macosx_11_0_arm64",)),
        ("py3-none-win_amd64", "demo.exe", dll_image(characteristics=2, imports={}, exports=()), ("win_amd64",)),
    ],
)  # fmt: skip
def test_a_wheel_whose_files_keep_its_tags_may_be_shipped(
    tags: str, extension: str, image: bytes, earned: tuple[str, ...]
) -> None:
    report = audit(tags, extension, image)

    assert report, faults(report)
    assert report.reports[0].platform_tags == earned


@pytest.mark.parametrize(
    ("tags", "extension", "image", "said"),
    [
        ("cp312-cp312-macosx_10_12_x86_64", DARWIN, macho_image(), "built for arm64"),
        ("cp312-cp312-macosx_11_0_arm64", DARWIN, both(), "it has code for x86_64 beside arm64"),
        ("cp312-cp312-macosx_10_12_universal2", DARWIN, macho_image(), "no x86_64 code"),
        ("cp312-cp312-macosx_10_12_universal2", DARWIN, both(arm=(12, 0)), "its arm64 code needs 12.0"),
        ("cp312-cp312-macosx_10_12_universal2", DARWIN, both(intel=(10, 13)), "its x86_64 code needs 10.13"),
        (
            "cp312-cp312-macosx_10_12_x86_64.macosx_12_0_arm64.macosx_12_0_universal2", DARWIN, both(arm=(13, 0)),
            "macOS 12.0 was asked for, but its arm64 code needs 13.0",
        ),
        ("cp312-cp312-macosx_10_6_intel", DARWIN, both(), "'intel', is not known"),
        ("cp312-cp312-macosx_11_0_arm64", "demo.cpython-311-darwin.so", macho_image(), "never imported"),
        ("cp312-cp312-macosx_11_0_arm64", "demo.cpython-312-x86_64-linux-gnu.so", macho_image(), "not looked for"),
        ("cp312-cp312-macosx_11_0_arm64", "other.so", macho_image(), "neither PyInit_other"),
        ("cp312-cp312-macosx_11_0_arm64", DARWIN, elf_image(), "is for Linux, but no platform tag"),
        ("cp312-cp312-macosx_11_0_arm64", DARWIN, WINDOWS_DLL, "is for Windows, but no platform tag"),
        ("cp312-cp312-win_amd64", PYD, macho_image(), "is for macOS, but no platform tag"),
        ("cp312-cp312-manylinux_2_17_x86_64", "demo.so", macho_image(), "is for macOS, but no platform tag"),
        ("py3-none-any", "libdemo.dylib", macho_image(), "is for macOS, but no platform tag"),
        ("cp312-cp312-win32", PYD, WINDOWS_DLL, "built for amd64"),
        ("cp311-cp311-win_amd64", PYD, WINDOWS_DLL, "looks for .cp311-win_amd64.pyd"),
        ("cp311-cp311-win_amd64", "demo.pyd", WINDOWS_DLL, "python312.dll"),
        ("cp39-abi3-win_amd64", PYD, WINDOWS_DLL, "imported by one Python only"),
        ("cp312-cp312-win_amd64", PYD, b"MZ\x90\0", "damaged PE"),
        ("cp312-cp312-macosx_11_0_arm64", DARWIN, macho_image()[:200], "damaged Mach-O"),
    ],
)  # fmt: skip
def test_a_wheel_whose_files_break_its_tags_must_not_be_shipped(
    tags: str, extension: str, image: bytes, said: str
) -> None:
    report = audit(tags, extension, image)

    assert not report
    assert any(said in fault for fault in faults(report)), faults(report)


def test_a_wheel_for_several_systems_has_each_file_judged_by_its_own() -> None:
    tags = "py3-none-manylinux_2_17_x86_64.macosx_11_0_arm64.win_amd64"
    good = {"demo/libx.so": elf_image(defined=("x",)), "demo/x.dll": dll_image(imports={}, exports=("x",))}

    report = audit(tags, "libx.dylib", macho_image(defined=("_x",)), **good)

    assert report, faults(report)
    assert [one.platform_tags[-1] for one in report.reports] == [
        "macosx_11_0_arm64", "manylinux_2_5_x86_64", "win_amd64",
    ]  # fmt: skip
    assert not audit(tags, "libx.dylib", apple(X86_64, (10, 12)), **good)


def test_programs_for_windows_may_lie_in_wheels_of_every_system() -> None:
    report = audit("py3-none-any", "cli.exe", dll_image(characteristics=2, imports={}, exports=()))

    assert report, faults(report)
    assert "'demo/cli.exe' is for Windows, but no platform tag" in report.warnings[0]


def test_a_library_that_delocate_copied_is_found_beside_the_module() -> None:
    module = macho_image(loads=((SYSTEM, LOAD), ("@loader_path/.dylibs/libx.1.dylib", LOAD)))
    library = macho_image(install_name="/DLC/demo/.dylibs/libx.1.dylib", defined=("_x",))

    assert audit("cp312-cp312-macosx_11_0_arm64", DARWIN, module, **{"demo/.dylibs/libx.1.dylib": library})
    assert not audit("cp312-cp312-macosx_11_0_arm64", DARWIN, module)


def test_a_program_among_the_scripts_is_judged_too() -> None:
    place = "demo-1.0.data/scripts/demo"
    program = macho_image(kind=EXECUTE, install_name="", defined=())

    good = audit("cp312-cp312-macosx_11_0_arm64", DARWIN, macho_image(), **{place: program})
    bad = audit("cp312-cp312-macosx_11_0_arm64", DARWIN, macho_image(), **{place: apple(X86_64, (10, 12))})
    fixed = audit("py3-none-linux_x86_64", "demo", elf_image(kind=2, defined=(), interpreter="/lib64/ld-linux.so.2"))

    assert good, faults(good)
    assert any("built for x86_64" in fault for fault in faults(bad))
    assert fixed, faults(fixed)


@pytest.mark.parametrize(
    ("tags", "extension", "image"),
    [
        ("cp39-abi3-macosx_11_0_arm64", "demo.abi3.so", macho_image(defined=("_aes",))),
        ("cp39-abi3-manylinux_2_17_x86_64", "demo.abi3.so", elf_image(defined=("aes",))),
        ("cp39-abi3-win_amd64", "demo.pyd", dll_image(imports={"KERNEL32.dll": ("Sleep",)}, exports=("aes",))),
    ],
)
def test_a_library_that_only_is_named_as_a_module_is_told_and_not_refused(
    tags: str, extension: str, image: bytes
) -> None:
    report = audit(tags, extension, image)

    assert report, faults(report)
    assert "nothing of Python's in it" in report.reports[0].warnings[0]


def test_a_module_that_lost_its_entry_is_still_a_module() -> None:
    image = macho_image(defined=("_f",), undefined=(("_PyList_New", DYNAMIC),))

    assert "no entry symbol at all" in faults(audit("cp312-cp312-macosx_11_0_arm64", DARWIN, image))[0]


def test_a_java_class_and_a_text_are_no_native_files() -> None:
    others = {"demo/A.class": b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40), "demo/notes.txt": b"MZ wrote this"}

    report = audit("py3-none-any", "a.py", b"", **others)

    assert report, faults(report)
    assert (report.reports, report.warnings) == ((), ())
