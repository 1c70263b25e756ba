"""The verdict on one library: machine, hygiene, modes and tags."""

from dataclasses import replace

import pytest
from elf_image import AARCH64, ARM, S390, elf_image
from small_tables import ARMV7, GNU, GOLDEN, MUSL, S390X, TABLES, expectation

from wheelmatrix.audit import audit_library
from wheelmatrix.model import AuditMode, Expectation, Report, Target, Version

HARD_FLOAT, SOFT_FLOAT = 0x05000400, 0x05000200
GLIBC_2_28 = ("libc.so.6", "GLIBC_2.28", 0, ("statx", "fcntl64"))


def audit(image: bytes, expected: Expectation | None = None) -> Report:
    return audit_library(image, expected or expectation(), TABLES, name="demo.so")


@pytest.mark.parametrize(
    ("image", "target"),
    [
        (elf_image(), GNU),
        (elf_image(machine=ARM, word_bits=32, flags=HARD_FLOAT), ARMV7),
        (elf_image(machine=S390, big_endian=True), S390X),
        (elf_image(needed=("libc.so",)), MUSL),
    ],
)
def test_a_library_of_the_targets_machine_may_be_shipped(image: bytes, target: Target) -> None:
    report = audit(image, expectation(target=target))

    assert report
    assert report.problems == report.warnings == ()
    assert report.machine == target.arch


@pytest.mark.parametrize(
    ("image", "target", "said"),
    [
        (
            elf_image(machine=AARCH64),
            GNU,
            "built for AARCH64 64-bit little-endian, but x86_64-unknown-linux-gnu is X86_64",
        ),
        (elf_image(word_bits=32), GNU, "32-bit"),
        (elf_image(machine=S390), S390X, "little-endian"),
        (elf_image(machine=ARM, word_bits=32, flags=SOFT_FLOAT), ARMV7, "not hard-float"),
        (elf_image(machine=ARM, word_bits=32, flags=0x400), ARMV7, "EABI version 5"),
        (elf_image(machine=21, big_endian=True), GNU, "built for PPC64 64-bit big-endian"),
        (elf_image(kind=2), GNU, "not a shared library but ET_EXEC"),
        (elf_image(needed=("libc.so.6",)), MUSL, "linked to glibc, but x86_64-unknown-linux-musl is of musl"),
        (elf_image(needed=("libc.so",)), GNU, "linked to musl"),
        (b"MZ\x90\0", GNU, "not an ELF file"),
        (elf_image()[:200], GNU, "damaged"),
    ],
)
def test_what_is_not_of_the_target_must_not_be_shipped(image: bytes, target: Target, said: str) -> None:
    report = audit(image, expectation(target=target))

    assert not report
    assert any(said in problem for problem in report.problems)
    assert report.platform_tags == ()


def test_a_soft_float_target_asks_for_no_hard_float_and_no_policy() -> None:
    soft = replace(ARMV7, triple="armv7-unknown-linux-gnueabi", suffix_env="linux-gnueabi", tag="linux_armv7l")

    report = audit(
        elf_image(machine=ARM, word_bits=32, flags=SOFT_FLOAT, needed=("libx.so",)), expectation(target=soft)
    )

    assert report
    assert report.platform_tags == ("linux_armv7l",)


def test_everything_is_found_at_once() -> None:
    image = elf_image(
        machine=AARCH64, needed=("libpython3.12.so.1.0", "libfoo.so.1"), defined=(), undefined=("PyDict_GetItemRef",)
    )

    report = audit(image, expectation(mode="check"))

    assert len(report.problems) == 5


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (elf_image(stack_flags=7), "executable stack"),
        (elf_image(text_relocations=True), "text relocations"),
        (elf_image(runpath="/build/lib"), "'/build/lib'"),
        (elf_image(rpath="$ORIGIN:"), "the current directory"),
        (elf_image(needed=("/opt/libx.so",)), "by path"),
        (elf_image(isa=4), "x86-64-v3"),
        ((GOLDEN / "execstack.so").read_bytes(), "executable stack"),
        ((GOLDEN / "graft_foo.so").read_bytes(), "'/opt/lib'"),
    ],
)
def test_bad_habits_are_warnings(image: bytes, said: str) -> None:
    report = audit(image)

    assert report
    assert any(said in warning for warning in report.warnings)


@pytest.mark.parametrize("rpath", ["$ORIGIN", "$ORIGIN/../demo.libs", "${ORIGIN}/x"])
def test_an_rpath_inside_the_wheel_is_fine(rpath: str) -> None:
    assert audit(elf_image(runpath=rpath)).warnings == ()


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("plain.so", ("manylinux1_x86_64", "manylinux_2_5_x86_64")),
        ("weak_2_18.so", ("manylinux_2_18_x86_64",)),
        ("glibc_2_34.so", ("manylinux_2_34_x86_64",)),
    ],
)
def test_linked_libraries_earn_the_tag_of_what_they_need(name: str, tags: tuple[str, ...]) -> None:
    assert audit((GOLDEN / name).read_bytes()).platform_tags == tags


def test_a_tag_is_never_below_what_installers_look_for() -> None:
    report = audit(elf_image(machine=S390, big_endian=True), expectation(target=S390X))

    assert report.platform_tags == ("manylinux2014_s390x", "manylinux_2_17_s390x")


def test_versions_are_the_highest_of_each_namespace() -> None:
    needs = (
        ("libc.so.6", "GLIBC_2.9", 0, ()),
        ("libc.so.6", "GLIBC_2.28", 0, ()),
        ("libc.so.6", "GLIBC_ABI_DT_RELR", 0, ()),
        ("libgcc_s.so.1", "GCC_3.0", 0, ()),
    )

    assert audit(elf_image(needs=needs)).versions == {"GCC": "3.0", "GLIBC": "2.28"}


GRAFT = (GOLDEN / "graft_foo.so").read_bytes()
PRIVATE = elf_image(needed=("libz.so.1",), undefined=("zcalloc", "deflate_medium"))
TOO_NEW = elf_image(needs=(GLIBC_2_28,))
PLAIN_TAG = ("linux_x86_64",)
ONLY_OLD = replace(TABLES, policies=tuple(policy for policy in TABLES.policies if policy.floor < (2, 36)))


@pytest.mark.parametrize(
    ("mode", "is_ok", "graft", "tags"),
    [
        ("repair", True, ("libfoo.so.1",), ("manylinux1_x86_64", "manylinux_2_5_x86_64")),
        ("check", False, (), ()),
        ("warn", True, (), PLAIN_TAG),
        ("skip", True, (), PLAIN_TAG),
    ],
)
def test_what_is_to_be_grafted_is_taken_as_the_mode_says(
    mode: AuditMode, is_ok: bool, graft: tuple[str, ...], tags: tuple[str, ...]
) -> None:
    report = audit(GRAFT, expectation(mode=mode))

    assert (bool(report), report.graft, report.platform_tags) == (is_ok, graft, tags)
    said = report.problems if mode == "check" else report.warnings
    assert any("libfoo.so.1" in line for line in said) is (mode in ("check", "warn"))


@pytest.mark.parametrize(
    ("mode", "is_ok", "tags"),
    [("repair", False, ()), ("check", False, ()), ("warn", True, PLAIN_TAG), ("skip", True, PLAIN_TAG)],
)
def test_private_symbols_are_taken_as_the_mode_says(mode: AuditMode, is_ok: bool, tags: tuple[str, ...]) -> None:
    report = audit_library(PRIVATE, expectation(mode=mode), ONLY_OLD, name="demo.so")

    assert (bool(report), report.platform_tags) == (is_ok, tags)


def test_a_linked_private_symbol_of_zlib_is_found() -> None:
    report = audit_library((GOLDEN / "private_zlib.so").read_bytes(), expectation(), ONLY_OLD, name="demo.so")

    assert "zcalloc" in report.problems[0]


def test_exceeding_what_was_asked_for_names_symbols_and_libraries() -> None:
    image = elf_image(needs=(GLIBC_2_28,), needed=("libc.so.6", "libmvec.so.1"))

    (problem,) = audit(image, expectation(ceiling=("manylinux", (2, 17)))).problems

    assert problem == (
        "manylinux_2_17 was asked for, but it needs more: GLIBC_2.28: statx, GLIBC_2.28: fcntl64, library libmvec.so.1"
    )


@pytest.mark.parametrize(
    ("mode", "ceiling", "tags"),
    [
        ("repair", (2, 28), ("manylinux_2_28_x86_64",)),
        ("repair", (2, 31), ("manylinux_2_31_x86_64",)),
        ("warn", (2, 17), ("manylinux_2_28_x86_64",)),
        ("skip", (2, 17), ("manylinux2014_x86_64", "manylinux_2_17_x86_64")),
    ],
)
def test_the_tag_is_what_was_asked_for_where_it_is_kept(
    mode: AuditMode, ceiling: Version, tags: tuple[str, ...]
) -> None:
    report = audit(TOO_NEW, expectation(mode=mode, ceiling=("manylinux", ceiling)))

    assert report
    assert report.platform_tags == tags


def test_the_wrong_family_cannot_be_asked_for() -> None:
    assert "musllinux_1_2 was asked for" in audit(TOO_NEW, expectation(ceiling=("musllinux", (1, 2)))).problems[0]


@pytest.mark.parametrize("mode", ["repair", "check", "warn", "skip"])
def test_a_plain_tag_asks_for_no_policy(mode: AuditMode) -> None:
    report = audit(GRAFT, expectation(mode=mode, plain=True))

    assert report
    assert (report.platform_tags, report.graft, report.blockers) == (PLAIN_TAG, (), ())


@pytest.mark.parametrize("mode", ["repair", "check", "warn", "skip"])
def test_no_mode_forgives_a_wrong_machine_entry_abi_or_libpython(mode: AuditMode) -> None:
    for image in (
        elf_image(machine=AARCH64),
        elf_image(defined=()),
        elf_image(needed=("libpython3.12.so.1.0",)),
        elf_image(undefined=("PyDict_GetItemRef",)),
    ):
        assert not audit(image, expectation(mode=mode))


@pytest.mark.parametrize(
    ("ceiling", "tags"),
    [(None, ("musllinux_1_2_x86_64",)), (("musllinux", (1, 1)), ("musllinux_1_1_x86_64",))],
)
def test_on_musl_the_floor_is_what_rust_needs_unless_another_is_asked_for(
    ceiling: tuple[str, Version] | None, tags: tuple[str, ...]
) -> None:
    report = audit(elf_image(needed=("libc.so",)), expectation(target=MUSL, ceiling=ceiling))

    assert report.platform_tags == tags


def test_an_architecture_without_policies_gets_the_plain_tag_and_a_warning() -> None:
    report = audit_library(elf_image(), expectation(), replace(TABLES, policies=()), name="demo.so")

    assert report
    assert report.platform_tags == PLAIN_TAG
    assert "no manylinux policy is known for x86_64" in report.warnings[0]


def test_a_library_that_is_no_extension_needs_no_entry_symbol() -> None:
    report = audit_library(elf_image(defined=()), expectation(), TABLES, name="libx.so", is_extension=False)

    assert report
