"""The nouns: values that nobody changes, and the names that they give themselves."""

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import Any

import pytest

from wheelmatrix import model, resources, tables
from wheelmatrix.model import Abi, AbiKind, CargoPackage, Crate, FoundFiles, Gathered, Report, Version

TABLES = tables.load(resources.table_texts())
GNU = TABLES.targets["x86_64-unknown-linux-gnu"]
ROWS = {row.id: row for row in TABLES.interpreters}
NOUNS: list[Any] = [one for name in model.__all__ if is_dataclass(one := getattr(model, name))]
PARTS: list[tuple[Any, Any]] = [(CargoPackage, Crate), (FoundFiles, Gathered)]
REPORT = Report(
    name="x.so",
    machine="x86_64",
    word_bits=64,
    needed=(),
    rpaths=(),
    versions={},
    entry_symbols=(),
    floor=None,
    platform_tags=("linux_x86_64",),
    graft=(),
    problems=(),
    warnings=("an executable stack",),
    blockers=(),
)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_a_noun_is_frozen_slotted_and_built_by_keywords(noun: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        delattr(object.__new__(noun), fields(noun)[0].name)
    assert "__slots__" in vars(noun)
    assert all(field.kw_only for field in fields(noun)) or len(fields(noun)) == 1


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_a_noun_holds_nothing_that_changes(noun: Any) -> None:
    spelled = " ".join(str(field.type) for field in fields(noun)).lower()

    assert not any(word in spelled for word in ("list[", "dict[", " set[", "bytearray"))


def test_a_noun_refuses_to_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        GNU.floor = (2, 17)  # type: ignore[misc]  # that it cannot be is the point


@pytest.mark.parametrize(
    ("floor", "expected"), [(None, "x86_64-unknown-linux-gnu"), ((2, 17), "x86_64-unknown-linux-gnu.2.17")]
)
def test_a_target_is_written_as_it_is_asked_for(floor: Version | None, expected: str) -> None:
    assert str(replace(GNU, floor=floor)) == expected


@pytest.mark.parametrize(
    ("kind", "row", "expected", "tag"),
    [
        ("version", "cp312", "cp312", "cp312"),
        ("version", "cp314t", "cp314t", "cp314t"),
        ("version", "pp311_pp73", "pp311_pp73", "pypy311_pp73"),
        ("abi3", "cp39", "abi3-cp39", "abi3"),
        ("abi3t", "cp315", "abi3t-cp315", "abi3.abi3t"),
    ],
)
def test_an_abi_is_named_by_its_kind_and_python(kind: AbiKind, row: str, expected: str, tag: str) -> None:
    abi = Abi(kind=kind, interpreter=ROWS[row])

    assert (abi.id, abi.abi_tag) == (expected, tag)


def test_a_report_is_true_if_nothing_forbids_shipping() -> None:
    assert REPORT
    assert not replace(REPORT, problems=("built for another machine",))


@pytest.mark.parametrize(("part", "whole"), PARTS)
def test_a_part_of_a_noun_has_fields_of_the_whole(part: Any, whole: Any) -> None:
    assert {name for name in vars(part) if not name.startswith("_")} <= set(dir(whole))
