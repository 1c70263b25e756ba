"""Wheels of projects of every layout and kind of bindings: planned as maturin's are, nothing is compiled."""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.run.sdist_cases import metadata_of
from tests.run.wheel_cases import CASES, LISTS, write

from wheelmatrix.model import Entry
from wheelmatrix.pack.layout import wheel_entries, wheel_tags
from wheelmatrix.run.prepare import Prepared, prepare

RECORDED = json.loads(LISTS.read_text())["wheels"]
RECORDED_FOR = json.loads(LISTS.read_text())["python"]
_LONG_SUFFIX = re.compile(r"\.(abi3t?)-[\w-]+\.so$")
"""As maturin spells stable ABIs from 3.15 on. Every Python that serves them loads the plain spelling, too, which does
not depend on how a Python calls its platform."""


@pytest.mark.parametrize("name", CASES)
def test_members_metadata_tag_and_entry_points_agree_with_maturins(name: str, tmp_path: Path) -> None:
    planned = prepare(
        {"interpreters": (CASES[name].python or sys.executable,), "compatibility": ("linux",), "offline": True},
        directory=write(CASES[name], tmp_path),
        environment={**os.environ, "CARGO_NET_OFFLINE": "true"},
    )
    (wheel,) = planned.plan.wheels
    entries = {entry.name: entry for entry in entries_of(planned)}
    info = next(each for each in entries if each.endswith(".dist-info/METADATA")).rpartition("/")[0]
    expected = for_this_python(RECORDED[name])

    assert wheel.stem == expected["stem"]
    assert {each: "0o755" if entry.executable else "0o644" for each, entry in entries.items()} == {
        _LONG_SUFFIX.sub(r".\1.so", each): mode
        for each, mode in expected["members"].items()
        if each != f"{info}/RECORD"
    }
    assert metadata_of(text(entries[f"{info}/METADATA"])) == {key: expected[key] for key in ("headers", "readme")}
    points = entries.get(f"{info}/entry_points.txt")
    assert (text(points).split() if points else []) == expected["entry_points"].split()


def entries_of(planned: Prepared) -> Iterator[Entry]:
    """Yield the members of the one wheel; the library, programs and generated files are stood in for."""
    (wheel,) = planned.plan.wheels
    project = planned.plan.project
    made = [Entry(name=each, source=b"", executable=True) for each in wheel.programs.values()]
    if project.crate.bindings == "cffi":
        folder = wheel.extension.rpartition("/")[0]
        made += [Entry(name=f"{folder}/{each}", source=b"") for each in ("__init__.py", "ffi.py")]
    library = b"" if wheel.extension else None
    yield from wheel_entries(project, wheel, library, wheel_tags(wheel.stem, ("linux_x86_64",)), "test 1", tuple(made))


def for_this_python(recorded: dict[str, object]) -> dict[str, dict[str, str]]:
    now = f"{sys.version_info[0]}{sys.version_info[1]}"
    found: dict[str, dict[str, str]] = json.loads(
        json.dumps(recorded)
        .replace(f"cp{RECORDED_FOR}", f"cp{now}")
        .replace(f"cpython-{RECORDED_FOR}", f"cpython-{now}")
    )
    return found


def text(entry: Entry) -> str:
    assert isinstance(entry.source, bytes)
    return entry.source.decode()
