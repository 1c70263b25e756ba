"""Libraries that a linker made, judged by the policies that ship: each rule of a policy once."""

import pytest
from small_tables import GOLDEN, expectation

from wheelmatrix import resources, tables
from wheelmatrix.audit import audit_bare, audit_library
from wheelmatrix.model import AuditMode, Policy, Report, Version

TABLES = tables.load(resources.table_texts())
TARGET = TABLES.targets["x86_64-unknown-linux-gnu"]
OLDEST = ("manylinux1_x86_64", "manylinux_2_5_x86_64")


def audit(name: str, mode: AuditMode = "repair", ceiling: tuple[str, Version] | None = None) -> Report:
    expected = expectation(target=TARGET, mode=mode, ceiling=ceiling)
    return audit_library((GOLDEN / name).read_bytes(), expected, TABLES, name=name)


@pytest.mark.parametrize(
    ("name", "floor", "tags"),
    [
        ("plain.so", (2, 2), OLDEST),
        ("execstack.so", (2, 2), OLDEST),
        ("weak_2_18.so", (2, 18), ("manylinux_2_18_x86_64",)),
        ("glibc_2_34.so", (2, 34), ("manylinux_2_34_x86_64",)),
    ],
)
def test_symbol_versions_set_the_tag(name: str, floor: Version, tags: tuple[str, ...]) -> None:
    report = audit(name)

    assert (report.problems, report.floor, report.platform_tags) == ((), floor, tags)


@pytest.mark.parametrize(
    ("name", "said"),
    [("weak_2_18.so", "GLIBC_2.18: __cxa_thread_atexit_impl"), ("glibc_2_34.so", "GLIBC_2.34: pthread_create")],
)
def test_the_symbol_that_keeps_a_tag_high_is_named_for_every_lower_policy(name: str, said: str) -> None:
    report = audit(name)

    lower = [
        policy.name
        for policy in reversed(policies_of("manylinux"))
        if report.floor is not None and policy.floor < report.floor
    ]
    assert [blocker.policy for blocker in report.blockers] == lower
    assert {blocker.symbols for blocker in report.blockers} == {(said,)}


def test_a_library_that_no_policy_has_is_grafted() -> None:
    report = audit("graft_foo.so")

    assert report
    assert (report.graft, report.platform_tags) == (("libfoo.so.1",), OLDEST)


def test_a_library_that_no_policy_has_is_refused_where_nothing_is_grafted() -> None:
    report = audit("graft_foo.so", "check")

    assert not report
    assert report.platform_tags == ()
    assert "libfoo.so.1" in report.problems[0]


def test_private_symbols_are_refused_by_every_policy() -> None:
    report = audit("private_zlib.so")

    assert not report
    assert report.floor is None
    assert "private symbols of libz.so.1" in report.problems[0]
    assert [blocker.policy for blocker in report.blockers] == [one.name for one in reversed(policies_of("manylinux"))]


@pytest.mark.parametrize("mode", ["repair", "check", "warn", "skip"])
def test_libpython_is_refused_whatever_the_mode(mode: AuditMode) -> None:
    report = audit("libpython.so", mode)

    assert not report
    assert "libpython3.13t.so.1.0" in report.problems[0]


def test_more_than_was_asked_for_is_refused_and_names_the_symbol() -> None:
    report = audit("glibc_2_34.so", ceiling=("manylinux", (2, 28)))

    assert report.problems == ("manylinux_2_28 was asked for, but it needs more: GLIBC_2.34: pthread_create",)


def test_less_than_was_asked_for_has_the_tag_that_was_asked_for() -> None:
    assert audit("glibc_2_34.so", ceiling=("manylinux", (2, 35))).platform_tags == ("manylinux_2_35_x86_64",)
    assert audit("plain.so", ceiling=("manylinux", (2, 17))).platform_tags == (
        "manylinux2014_x86_64",
        "manylinux_2_17_x86_64",
    )


def test_a_file_outside_of_a_wheel_is_judged_by_its_name() -> None:
    name = "demo.cpython-312-x86_64-linux-gnu.so"

    report = audit_bare(name, (GOLDEN / "glibc_2_34.so").read_bytes(), TABLES)

    assert (report.problems, report.platform_tags) == ((), ("manylinux_2_34_x86_64",))


def policies_of(family: str) -> tuple[Policy, ...]:
    """Return the policies of the target, lowest floor first."""
    return tuple(one for one in TABLES.policies if one.arch == TARGET.arch and one.name.startswith(f"{family}_"))
