"""Which paths are renamed, and how compilers are told without losing what the user told them."""

from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pytest
from tests.plan.gathered import LINUX, MUSL, ROOT, gathered, project, target

from wheelmatrix.model import Gathered
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.remap import c_environment, places, rust_flags

HOME = ("/home/user/.cargo", "/cargo")
OWN = (str(ROOT), "/sample")
TARGET = (str(ROOT / "target"), "/sample/target")
FLAG = f"-ffile-prefix-map={ROOT}=/sample"


def machine(**changed: Any) -> Gathered:
    return gathered(cargo_home=PurePath(HOME[0]), **changed)


def package(name: str, manifest: str, source: str | None = None) -> dict[str, Any]:
    return {"name": name, "manifest_path": manifest, "source": source}


def test_workspace_target_directory_and_cargos_home_are_renamed_the_longest_last() -> None:
    assert places(project(), BuildOptions(), machine()) == (HOME, OWN, TARGET)
    assert rust_flags((OWN, TARGET)) == (
        f"--remap-path-prefix={ROOT}=/sample",
        f"--remap-path-prefix={ROOT}/target=/sample/target",
    )


def test_a_target_directory_of_the_users_is_taken_from_where_the_program_runs() -> None:
    found = places(project(), BuildOptions(target_dir="../t"), machine(directory=PurePath("/home/user/work")))

    assert ("/home/user/work/../t", "/sample/target") in found


def test_path_dependencies_outside_of_the_workspace_are_renamed_and_registry_packages_are_not() -> None:
    packages = [
        package("inner", f"{ROOT}/inner/Cargo.toml"),
        package("shared", "/home/user/shared/Cargo.toml"),
        package("serde", "/elsewhere/registry/serde/Cargo.toml", "registry+index"),
    ]

    found = places(project(), BuildOptions(), machine(cargo_metadata={"packages": packages}))

    assert found == (HOME, ("/home/user/shared", "/shared"), OWN, TARGET)


def test_a_path_inside_of_another_comes_after_it() -> None:
    found = places(project(), BuildOptions(), gathered(cargo_home=ROOT / ".cargo"))

    assert found == (OWN, (str(ROOT / ".cargo"), "/cargo"), TARGET)


def test_the_profile_for_development_keeps_its_paths() -> None:
    assert places(project(), BuildOptions(profile="dev"), machine()) == ()
    assert c_environment((), target(), BuildOptions(), machine()) == {}


def test_a_path_that_cargos_configuration_cannot_hold_is_left_out() -> None:
    crate = replace(project().crate, workspace=PurePath("/home/\udcff/x"))

    found = places(replace(project(), crate=crate), BuildOptions(), machine())

    assert found == (HOME, TARGET)


@pytest.mark.parametrize("place", ["/home/user/a b", "/home/user/a=b", "/home/user/a\tb"])
def test_paths_that_c_compilers_would_split_are_for_rust_alone(place: str) -> None:
    renamed = ((place, "/x"), OWN)

    assert f"--remap-path-prefix={place}=/x" in rust_flags(renamed)
    assert c_environment(renamed, target(), BuildOptions(), machine())["CFLAGS_x86_64_unknown_linux_gnu"] == FLAG


@pytest.mark.parametrize(
    ("triple", "theirs", "ours"),
    [
        (LINUX, {}, ("CFLAGS_x86_64_unknown_linux_gnu", FLAG)),
        (LINUX, {"CFLAGS": "-O3  -g"}, ("CFLAGS", f"-O3  -g {FLAG}")),
        (LINUX, {"CFLAGS": "-O3", "HOST_CFLAGS": "-g"}, ("HOST_CFLAGS", f"-g {FLAG}")),
        (LINUX, {"TARGET_CFLAGS": "-g", "CFLAGS": ""}, ("CFLAGS", FLAG)),
        (MUSL, {"HOST_CFLAGS": "-g", "TARGET_CFLAGS": "-Os"}, ("TARGET_CFLAGS", f"-Os {FLAG}")),
        (
            MUSL,
            {f"CFLAGS_{MUSL}": "-Os", "CFLAGS_x86_64_unknown_linux_musl": "-g"},
            (f"CFLAGS_{MUSL}", f"-Os {FLAG}"),
        ),
    ],
)
def test_c_flags_are_added_to_those_that_count(triple: str, theirs: dict[str, str], ours: tuple[str, str]) -> None:
    renamed, key = (OWN,), f"CXXFLAGS_{triple.replace('-', '_')}"

    inherited = c_environment(renamed, target(triple), BuildOptions(), machine(environment=theirs))
    own = c_environment(renamed, target(triple), BuildOptions(environment=tuple(theirs.items())), machine())

    assert inherited == own == {ours[0]: ours[1], key: FLAG}


def test_flags_of_cargos_configuration_count_too() -> None:
    configs = ({"env": {"CFLAGS": "-O1"}}, {"env": {"CFLAGS": {"value": "-O2"}, "CXXFLAGS": {"value": "-g"}}})

    found = c_environment((OWN,), target(), BuildOptions(), machine(cargo_config=configs))

    assert found == {"CFLAGS": f"-O1 {FLAG}", "CXXFLAGS": f"-g {FLAG}"}


def test_microsofts_compiler_is_told_nothing() -> None:
    assert c_environment((OWN,), target("x86_64-pc-windows-msvc"), BuildOptions(), machine()) == {}
