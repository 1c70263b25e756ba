"""cargo's own configuration: which linker and flags the user gave, by cargo's rules of what joins and what hides."""

from typing import Any

import pytest
from tests.plan.gathered import LINUX, MUSL, gathered

from wheelmatrix.model import Gathered
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.cargo_config import (
    build_rustflags,
    builds_std,
    environment_name,
    environment_of,
    target_setting,
)

NONE = BuildOptions()
OWN = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU"


def configured(*files: dict[str, Any], **environment: str) -> Gathered:
    """Return a machine with cargo's configuration, what counts more first."""
    return gathered(cargo_config=files, environment=environment)


def build(*flags: str) -> dict[str, Any]:
    return {"build": {"rustflags": list(flags)}}


def of_target(triple: str, **keys: Any) -> dict[str, Any]:
    return {"target": {triple: keys}}


@pytest.mark.parametrize(
    ("triple", "name"),
    [
        (LINUX, f"{OWN}_LINKER"),
        ("thumbv8m.main-none-eabi", "CARGO_TARGET_THUMBV8M_MAIN_NONE_EABI_LINKER"),
        ("wasm32-wasip1", "CARGO_TARGET_WASM32_WASIP1_LINKER"),
    ],
)
def test_a_key_has_a_variable(triple: str, name: str) -> None:
    assert environment_name(triple, "LINKER") == name


def test_the_users_variables_rank_above_those_of_the_process() -> None:
    options = BuildOptions(environment=(("A", "2"), ("C", "3")))

    assert environment_of(options, configured(A="1", B="1")) == {"A": "2", "B": "1", "C": "3"}


@pytest.mark.parametrize(
    ("machine", "found"),
    [
        (configured(), ""),
        (configured(of_target(LINUX, linker="near"), of_target(LINUX, linker="far")), "near"),
        (configured({}, of_target(LINUX, runner="qemu"), of_target(LINUX, linker="far")), "far"),
        (configured(of_target(LINUX, linker="file"), **{f"{OWN}_LINKER": "variable"}), "variable"),
        (configured(of_target(LINUX, linker="file"), **{f"{OWN}_LINKER": ""}), "file"),
        (configured(of_target(MUSL, linker="other")), ""),
        (configured({"target": "no table"}, {"target": {LINUX: ["no table"]}}), ""),
    ],
)
def test_a_setting_of_a_target_is_the_variables_then_that_of_the_nearest_file(machine: Gathered, found: str) -> None:
    assert target_setting(LINUX, "linker", NONE, machine) == found


@pytest.mark.parametrize(
    ("machine", "flags"),
    [
        (configured(), ()),
        (configured(build("-a", "-b")), ("-a", "-b")),
        (configured({"build": {"rustflags": "-a  -b"}}), ("-a", "-b")),
        (configured(build("near"), build("far")), ("far", "near")),
        (configured(build("near"), CARGO_BUILD_RUSTFLAGS="-v  -w"), ("near", "-v", "-w")),
        (configured(CARGO_BUILD_RUSTFLAGS=""), ()),
        (configured(build("-a"), of_target(LINUX, rustflags=["-t"])), ()),
        (configured(build("-a"), of_target(LINUX, rustflags="-t")), ()),
        (configured(build("-a"), of_target("cfg(unix)", rustflags=["-t"])), ()),
        (configured(build("-a"), of_target("cfg(unix)", runner="qemu")), ("-a",)),
        (configured(build("-a"), of_target(LINUX, rustflags=[])), ("-a",)),
        (configured(build("-a"), of_target(MUSL, rustflags=["-t"])), ("-a",)),
        (configured(build("-a"), **{f"{OWN}_RUSTFLAGS": "-t"}), ()),
        (configured(build("-a"), **{f"{OWN}_RUSTFLAGS": ""}), ("-a",)),
        (configured({"build": {"rustflags": 3}}, {"build": []}), ()),
    ],
)
def test_flags_for_all_builds_count_where_the_target_has_none_of_its_own(
    machine: Gathered, flags: tuple[str, ...]
) -> None:
    assert build_rustflags(LINUX, NONE, machine) == flags


def test_a_variable_of_the_configuration_counts_as_one_of_the_process() -> None:
    own = BuildOptions(environment=((f"{OWN}_RUSTFLAGS", "-t"),))

    assert build_rustflags(LINUX, own, configured(build("-a"))) == ()


@pytest.mark.parametrize(
    ("flags", "machine", "is_built"),
    [
        ((), configured(), False),
        (("unstable-options",), configured(), False),
        (("build-std-features=x",), configured(), False),
        (("build-std",), configured(), True),
        (("build-std=std",), configured(), True),
        ((), configured({"unstable": {"build-std": ["std"]}}), True),
        ((), configured({"unstable": {"build-std": []}}), False),
        ((), configured(CARGO_UNSTABLE_BUILD_STD="std"), True),
    ],
)
def test_cargo_builds_std_if_anybody_says_so(flags: tuple[str, ...], machine: Gathered, is_built: bool) -> None:
    assert builds_std(BuildOptions(unstable_flags=flags), machine) is is_built
