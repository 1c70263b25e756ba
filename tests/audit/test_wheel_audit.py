"""The verdict on a whole wheel: which libraries are modules, and whether the filename's tags are earned."""

from hashlib import sha256

import pytest
from elf_image import ARM, elf_image
from small_tables import TABLES
from zip_image import NAME, parts, wheel_members, zip_image

from wheelmatrix.audit import WheelReport, audit_wheel

GLIBC_2_28 = ("libc.so.6", "GLIBC_2.28", 0, ("statx",))


def audit(filename: str = NAME, **changes: object) -> WheelReport:
    if "image" not in changes:
        changes["image"] = elf_image()
    members = wheel_members(filename=filename, **changes)  # type: ignore[arg-type]  # passed through
    return audit_wheel(filename, zip_image(parts(members)), TABLES)


def faults(report: WheelReport) -> list[str]:
    return [*report.problems, *(problem for one in report.reports for problem in one.problems)]


@pytest.mark.parametrize(
    ("tags", "extension", "image"),
    [
        ("cp312-cp312-manylinux_2_17_x86_64", "demo.cpython-312-x86_64-linux-gnu.so", elf_image()),
        ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", "demo.so", elf_image()),
        ("cp312-cp312-manylinux2014_x86_64", "demo.abi3.so", elf_image()),
        ("cp312-cp312-linux_x86_64", "demo.cpython-312-x86_64-linux-gnu.so", elf_image(needs=(GLIBC_2_28,))),
        ("cp39-abi3-manylinux_2_28_x86_64", "demo.abi3.so", elf_image(needs=(GLIBC_2_28,))),
        ("cp37-abi3-manylinux_2_28_x86_64", "demo.abi3.so", elf_image(undefined=("PyList_New",))),
        ("cp36-cp36m-manylinux_2_28_x86_64", "demo.cpython-36m-x86_64-linux-gnu.so", elf_image()),
        ("cp314-cp314t-manylinux_2_17_x86_64", "demo.cpython-314t-x86_64-linux-gnu.so", elf_image()),
        ("cp315-abi3.abi3t-manylinux_2_17_x86_64", "demo.abi3t.so", elf_image(defined=("PyModExport_demo",))),
        ("cp315-abi3-manylinux_2_17_x86_64", "demo.abi3-x86_64-linux-gnu.so", elf_image()),
        ("pp311-pypy311_pp73-manylinux_2_17_x86_64", "demo.pypy311-pp73-x86_64-linux-gnu.so", elf_image()),
        (
            "graalpy312-graalpy250_312_native-manylinux_2_17_x86_64", "demo.graalpy250-312-native-x86_64-linux.so",
            elf_image(),
        ),
        ("cp312-cp312-musllinux_1_2_x86_64", "demo.cpython-312-x86_64-linux-musl.so", elf_image(needed=("libc.so",))),
        ("cp312-cp312-linux_x86_64", "demo.cpython-312-x86_64-linux-musl.so", elf_image(needed=("libc.so",))),
        ("py3-none-manylinux_2_17_x86_64", "libdemo.so", elf_image(defined=("demo_new",))),
        ("cp312-cp312-manylinux_2_17_x86_64", "libdemo.so", elf_image(defined=("demo_new",))),
        (
            "cp312-cp312-manylinux_2_17_armv7l", "demo.cpython-312-arm-linux-gnueabihf.so",
            elf_image(machine=ARM, word_bits=32, flags=0x05000400),
        ),
    ],
)  # fmt: skip
def test_a_wheel_whose_libraries_keep_its_tags_may_be_shipped(tags: str, extension: str, image: bytes) -> None:
    report = audit(f"demo-1.0-{tags}.whl", extension=extension, image=image)

    assert report, faults(report)
    assert len(report.reports) == 1


@pytest.mark.parametrize(
    ("tags", "extension", "image", "said"),
    [
        ("cp312-cp312-manylinux_2_17_x86_64", "demo.so", elf_image(needs=(GLIBC_2_28,)), "GLIBC_2.28: statx"),
        ("cp312-cp312-manylinux2014_x86_64", "demo.so", elf_image(needs=(GLIBC_2_28,)), "manylinux_2_17 was asked for"),
        ("cp312-cp312-manylinux_2_17_x86_64", "demo.so", elf_image(needed=("libfoo.so.1",)), "libfoo.so.1"),
        ("cp312-cp312-manylinux_2_17_x86_64", "other.so", elf_image(), "neither PyInit_other nor PyModExport_other"),
        ("cp312-cp312-manylinux_2_17_x86_64", "demo.cpython-311-x86_64-linux-gnu.so", elf_image(), "never imported"),
        (
            "cp312-cp312-manylinux_2_17_x86_64",
            "demo.cpython-312-aarch64-linux-gnu.so",
            elf_image(),
            "not looked for on",
        ),
        ("cp314-cp314t-manylinux_2_17_x86_64", "demo.abi3.so", elf_image(), "never imported"),
        ("cp314-cp314t-manylinux_2_17_x86_64", "demo.cpython-314-x86_64-linux-gnu.so", elf_image(), "never imported"),
        ("cp39-abi3-manylinux_2_17_x86_64", "demo.cpython-39-x86_64-linux-gnu.so", elf_image(), "by one Python only"),
        ("cp39-abi3-manylinux_2_17_x86_64", "demo.abi3-x86_64-linux-gnu.so", elf_image(), "name it .abi3.so"),
        ("cp39-abi3-manylinux_2_17_x86_64", "demo.abi3t.so", elf_image(), "only 3.15 and later do"),
        ("cp37-abi3-manylinux_2_17_x86_64", "demo.abi3.so", elf_image(undefined=("PyObject_GetBuffer",)), "with 3.11"),
        ("cp312-cp312-manylinux_2_17_s390x", "demo.so", elf_image(), "built for X86_64"),
        ("cp312-cp312-manylinux_2_17_sparc64", "demo.so", elf_image(), "'sparc64', is not known"),
        ("cp312-cp312-win_amd64", "demo.so", elf_image(), "no platform tag of the filename is"),
        ("cp312-cp312-musllinux_1_2_x86_64", "demo.so", elf_image(), "linked to glibc"),
        ("cp312-cp312-manylinux_2_17_x86_64", "demo.so", elf_image()[:300], "damaged"),
        ("cp312-cp312-linux_x86_64", "demo.so", elf_image(needed=("libpython3.so",)), "libpython3.so"),
    ],
)
def test_a_wheel_whose_libraries_break_its_tags_must_not_be_shipped(
    tags: str, extension: str, image: bytes, said: str
) -> None:
    report = audit(f"demo-1.0-{tags}.whl", extension=extension, image=image)

    assert not report
    assert any(said in fault for fault in faults(report)), faults(report)


def test_the_lowest_of_several_platform_tags_has_to_be_earned() -> None:
    report = audit(
        "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl", image=elf_image(needs=(GLIBC_2_28,))
    )

    assert not report


def test_the_earned_tag_is_told_also_where_the_filename_promises_less() -> None:
    report = audit("demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl")

    assert report
    assert report.reports[0].platform_tags == ("manylinux1_x86_64", "manylinux_2_5_x86_64")


def test_a_library_that_the_wheel_brings_along_is_audited_but_is_no_module() -> None:
    lib = "libfoo-1a2b3c4d.so.1"
    image = elf_image(needed=(lib, "libc.so.6"), needs=((lib, "FOO_1", 0, ("foo",)),), runpath="$ORIGIN/../demo.libs")

    good = audit(image=image, add={f"demo.libs/{lib}": elf_image(defined=("foo",))})
    bad = audit(image=image, add={f"demo.libs/{lib}": elf_image(defined=("foo",), needs=(GLIBC_2_28,))})

    assert good, faults(good)
    assert any("GLIBC_2.28" in fault for fault in faults(bad))


def test_a_program_in_the_wheel_is_no_module() -> None:
    program = elf_image(defined=(), interpreter="/lib64/ld-linux-x86-64.so.2")

    assert audit(add={"demo-1.0.data/scripts/demo": program})


def test_a_plain_tag_turns_policy_faults_into_warnings() -> None:
    report = audit("demo-1.0-cp312-cp312-linux_x86_64.whl", image=elf_image(needed=("libfoo.so.1",)))

    assert report
    assert any("libfoo.so.1" in warning for warning in report.reports[0].warnings)


def test_faults_of_the_archive_are_told_beside_those_of_the_libraries() -> None:
    report = audit(image=elf_image(needs=(GLIBC_2_28,)), purelib="true")

    assert any("purelib" in problem for problem in report.problems)
    assert report.reports[0].problems


def test_a_wheel_without_binaries_is_judged_as_an_archive_alone() -> None:
    report = audit("demo-1.0-py3-none-any.whl", extension="demo.py", image=b"", purelib="true")

    assert report
    assert report.reports == ()


@pytest.mark.parametrize("filename", ["demo.whl", "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.zip", ""])
def test_a_file_that_is_no_wheel_by_its_name_is_a_problem(filename: str) -> None:
    report = audit_wheel(filename, zip_image(parts(wheel_members(image=elf_image()))), TABLES)

    assert not report
    assert report.reports == ()


def test_what_unpacks_to_forty_times_its_size_is_warned_of() -> None:
    filler = {f"demo/{n}.bin": bytes(8 << 20) for n in range(9)}
    ballast = {"demo/noise": b"".join(hash_block(n) for n in range(48000))}

    report = audit(add={**filler, **ballast})

    assert any("times its size" in warning for warning in report.warnings)


def hash_block(n: int) -> bytes:
    """Return 32 bytes that do not compress."""
    return sha256(n.to_bytes(4, "big")).digest()
