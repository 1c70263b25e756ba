import os
import subprocess
from pathlib import Path, PurePath

import pytest
from tests.plan.gathered import BUILDS, LINUX, TABLES, gathered

from wheelmatrix.model import LinkerKind
from wheelmatrix.plan.host_half import VARIABLE, environment, may_be_shared, script

ARM = "aarch64-unknown-linux-gnu.2.17"
OWN_LINKER = gathered(cargo_config=({"target": {LINUX: {"linker": "clang"}}},))


def place(target: str) -> PurePath:
    return BUILDS / target / "release" / "sample-cp310-000000"


@pytest.mark.parametrize(
    ("kind", "taken", "may_be"),
    [
        ("zig", LINUX, False),
        ("zig", f"{LINUX}.2.28", True),
        ("zig", "s390x-unknown-linux-gnu", True),
        ("gcc", LINUX, True),
        ("gcc", f"{LINUX}.2.28", False),
    ],
)
def test_the_host_without_a_floor_is_none_of_zigs_and_with_one_nobody_elses(
    kind: LinkerKind, taken: str, may_be: bool
) -> None:
    assert may_be_shared(place(ARM), place(taken), kind, gathered()) is may_be


@pytest.mark.parametrize(("target", "taken"), [(ARM, f"{LINUX}.2.28"), (f"{LINUX}.2.17", ARM)])
def test_a_linker_of_the_users_links_build_scripts_of_other_targets_alone(target: str, taken: str) -> None:
    assert not may_be_shared(place(target), place(taken), "zig", OWN_LINKER)
    assert may_be_shared(place(ARM), place("s390x-unknown-linux-gnu"), "zig", OWN_LINKER)


def test_what_zig_does_not_link_is_told_nothing() -> None:
    assert environment("zig", gathered())["CARGO_TARGET_APPLIES_TO_HOST"] == "false"
    assert not environment("gcc", gathered())
    assert not environment("native", gathered())
    assert not environment("zig", OWN_LINKER)
    assert not environment("zig", gathered(environment={"CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER": "clang"}))


def test_only_where_the_target_is_the_host_a_script_keeps_zigs_linker_from_cargo() -> None:
    home = PurePath("cache/zig")

    made = script(TABLES.targets[LINUX], home, gathered())

    assert made is not None
    assert made.path.parent == home
    assert script(TABLES.targets[ARM.removesuffix(".2.17")], home, gathered()) is None
    assert script(TABLES.targets[LINUX], home, OWN_LINKER) is None


def test_the_script_calls_cargo_without_the_linker_and_then_the_linker(tmp_path: Path) -> None:
    made = script(TABLES.targets[LINUX], tmp_path, gathered())
    assert made is not None
    programs = {
        "for-host": made.text,
        "linker": '#!/bin/sh\necho "linker: $*"\n',
        "cargo": '#!/bin/sh\necho "cargo: $* $CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"\nfor-host -o "a b"\n',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    given = {
        "PATH": f"{tmp_path}{os.pathsep}{os.defpath}",
        "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER": str(tmp_path / "linker"),
    }

    ran = subprocess.run(["for-host", "rustc"], env=given, capture_output=True, text=True, check=True)

    assert VARIABLE in made.text
    assert ran.stdout.splitlines() == ["cargo: rustc ", "linker: -o a b"]
