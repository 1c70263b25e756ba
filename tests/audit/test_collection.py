"""Wheels from several machines are one release only if they are of one version and say the same."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.audit.release import wheel

from wheelmatrix import resources, tables
from wheelmatrix.audit.collection import (
    Fault,
    Found,
    distinct,
    examined,
    faults,
    identity_of,
    metadata_differences,
)

TABLES = tables.load(resources.table_texts())
NAMES = tuple(f"demo-1.0-{python}-{python}-manylinux_2_17_x86_64.whl" for python in ("cp311", "cp312", "cp313"))
BASE = b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n"


def found(filename: str, where: str = "", **content: str) -> Found:
    return examined(where or f"a/{filename}", filename, wheel(filename, **content), TABLES)


def release() -> list[Found]:
    return [found(name) for name in NAMES]


def told(wrong: tuple[Fault, ...]) -> list[tuple[str, str]]:
    return [(fault.issue.where, fault.issue.message) for fault in wrong]


def test_wheels_of_one_version_with_one_metadata_belong_together() -> None:
    wheels = release()

    assert faults(wheels) == ()
    assert faults(wheels, ("demo", "1.0")) == ()
    assert identity_of(wheels) == ("demo", "1.0")


def test_a_wheel_is_told_with_its_bytes_and_metadata() -> None:
    data = wheel(NAMES[0], text="hello")
    one = examined("x/y.whl", NAMES[0], data, TABLES)

    assert (one.size_bytes, one.where, bool(one.report)) == (len(data), "x/y.whl", True)
    assert one.metadata == BASE


def test_what_the_audit_finds_is_told_with_the_path() -> None:
    bad = examined("b/bad.whl", NAMES[1], wheel(NAMES[1]) + b"tail", TABLES)
    wrong = faults([found(NAMES[0]), bad])

    assert wrong
    assert {fault.wheels for fault in wrong} == {("b/bad.whl",)}


def test_a_library_that_must_not_be_shipped_is_named() -> None:
    name = "demo-1.0-cp312-cp312-manylinux_2_17_aarch64.whl"
    bad = examined("b.whl", name, wheel(name.replace("aarch64", "x86_64")), TABLES)

    assert any("demo/demo.cpython-312-x86_64-linux-gnu.so: built for" in said for _, said in told(faults([bad])))


@pytest.mark.parametrize("other", ["demo-1.1-cp312-cp312-manylinux_2_17_x86_64.whl",
                                   "dome-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"])  # fmt: skip
def test_another_version_or_project_does_not_belong(other: str) -> None:
    name, version, *_ = other.split("-")
    wheels = [*release(), found(other)]

    assert told(faults(wheels)) == [(f"a/{other}", f"this is {name} {version}, the other wheels are demo 1.0")]


def test_the_project_says_which_version_it_is_to_be() -> None:
    wrong = faults(release(), ("demo", "1.1"))

    assert [said for _, said in told(wrong)] == ["this is demo 1.0, the project is demo 1.1"] * 3


def test_the_same_bytes_twice_are_one_wheel() -> None:
    wheels = [found(NAMES[0]), found(NAMES[1]), found(NAMES[0], "b/again.whl")]

    assert faults(wheels) == ()
    assert [[each.where for each in group] for group in distinct(wheels)] == [
        [f"a/{NAMES[0]}", "b/again.whl"],
        [f"a/{NAMES[1]}"],
    ]


def test_other_bytes_of_one_name_are_an_error_that_names_both() -> None:
    wheels = [found(NAMES[0]), found(NAMES[0], "b/again.whl", text="later")]
    (fault,) = faults(wheels)

    assert told((fault,)) == [("b/again.whl", f"has other bytes than a/{NAMES[0]}, and the same name")]
    assert fault.wheels == (f"a/{NAMES[0]}", "b/again.whl")


def test_metadata_that_most_wheels_do_not_have_is_told_by_field() -> None:
    torn = found(NAMES[2], metadata="Requires-Python: >=3.9\n\nAbout it.\n")
    wrong = faults([torn, found(NAMES[0]), found(NAMES[1])])

    said = f"its METADATA differs from that of a/{NAMES[0]} in description, requires-python"
    assert told(wrong) == [(torn.where, said)]


@pytest.mark.parametrize(
    ("one", "other", "fields"),
    [
        (b"", b"", ()),
        (b"Keywords: a\n\nText.\n", b"Keywords: a\r\n\r\nText.\r\n", ()),
        (b"Requires-Dist: a\nRequires-Dist: b\n", b"Requires-Dist: b\nRequires-Dist: a\n", ()),
        (b"Keywords: a\n", b"Keywords: b\n", ("keywords",)),
        (b"Keywords: a\n", b"", ("keywords",)),
        (b"Dynamic: Keywords\nKeywords: a\n", b"Dynamic: Keywords\nKeywords: b\n", ()),
        (b"Dynamic: Keywords\nKeywords: a\n", b"Keywords: b\n", ("dynamic",)),
        (b"\nOne text.\n", b"\nAnother.\n", ("description",)),
        (b"\nOne text.", b"\nOne text.\n\n", ()),
    ],
)
def test_only_what_may_differ_differs(one: bytes, other: bytes, fields: tuple[str, ...]) -> None:
    assert metadata_differences(BASE + one, BASE + other) == fields
    assert metadata_differences(BASE + other, BASE + one) == fields


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_text_of_metadata_is_too_strange_to_compare(one: bytes, other: bytes) -> None:
    assert metadata_differences(one, one) == ()
    assert metadata_differences(one, other) == metadata_differences(other, one)


@given(st.binary(max_size=100), st.sampled_from([NAMES[0], "x.whl", "a-b-c-d-e.whl", "-".join("a" * 9) + ".whl", ""]))
def test_no_file_is_too_strange_to_examine(data: bytes, filename: str) -> None:
    one = examined("w", filename, data, TABLES)

    assert not one.report
    assert faults([one, *release()[:1]])


def test_a_wheel_without_metadata_is_faulted_once() -> None:
    lost = replace(found(NAMES[0]), metadata=None)

    assert faults([lost, found(NAMES[1])]) == ()  # the audit says that it is missing
