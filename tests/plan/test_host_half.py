from pathlib import PurePath

import pytest
from tests.plan.gathered import BUILDS, LINUX, gathered

from wheelmatrix.model import LinkerKind
from wheelmatrix.plan.host_half import environment, may_be_shared

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
