import json
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pytest
from tests.plan.gathered import LINUX, MUSL, ROOT, gathered, planned, project

from wheelmatrix.model import Build, Gathered
from wheelmatrix.options import AskedTarget, BuildOptions, Feature, Override
from wheelmatrix.plan.command import metadata_command, shell_command, unit_graph

ARM = "aarch64-unknown-linux-gnu"
OURS = [f"--remap-path-prefix={place}" for place in (
    "/home/user/.cargo=/cargo", "/home/user/project=/sample", "/home/user/project/target=/sample/target"
)]  # fmt: skip
"""What each build is told of paths."""
MUSLS = [*OURS, "-C", "target-feature=-crt-static"]
ZIG = gathered(stds=(ARM,), programs=("cargo-zigbuild", "zig"))


def built(machine: Gathered | None = None, what: Any = None, **options: Any) -> Build:
    """Return the one build of CPython 3.12."""
    return planned(BuildOptions(interpreters=("3.12",), **options), machine, what).builds[0]


def after(argv: tuple[str, ...], option: str) -> str:
    """Return the value of an option."""
    return argv[argv.index(option) + 1]


def test_cargo_builds_the_library_alone_for_a_named_target_in_its_own_directory() -> None:
    build = built()

    argv = build.command.argv
    assert argv[:3] == ("cargo", "rustc", "--lib")
    assert after(argv, "--target") == LINUX
    assert after(argv, "--target-dir") == str(build.directory)
    assert after(argv, "--profile") == "release"
    assert after(argv, "--manifest-path") == str(ROOT / "Cargo.toml")
    assert "--frozen" in argv
    assert build.command.directory == ROOT


def test_a_floor_is_no_part_of_cargos_triple() -> None:
    assert after(built(targets=(f"{LINUX}.2.17",)).command.argv, "--target") == LINUX


def test_the_crate_type_is_named_only_where_the_crate_does_not() -> None:
    assert "--crate-type" not in built().command.argv
    assert after(built(what=project(crate_types=("lib",))).command.argv, "--crate-type") == "cdylib"


def test_options_of_cargo_are_passed_as_they_were_given() -> None:
    argv = built(
        profile="dev",
        all_features=True,
        no_default_features=True,
        cargo_config=("net.retry=1", "a.b=2"),
        unstable_flags=("build-std",),
        ignore_rust_version=True,
        timings=True,
        future_incompat_report=True,
    ).command.argv

    assert after(argv, "--profile") == "dev"
    assert {"--all-features", "--no-default-features", "--ignore-rust-version", "--timings"} <= {*argv}
    assert "--future-incompat-report" in argv
    assert [argv[place + 1] for place, text in enumerate(argv) if text == "--config"] == ["net.retry=1", "a.b=2"]
    assert after(argv, "-Z") == "build-std"


def test_strip_and_rustc_arguments_go_behind_the_dashes() -> None:
    argv = built(rustc_args=("-C", "opt-level=3"), strip=True).command.argv

    assert argv[argv.index("--") + 1 :] == ("-C", "opt-level=3", "-C", "strip=symbols")


def test_without_rustc_arguments_there_are_no_dashes() -> None:
    assert "--" not in built().command.argv


def test_conditional_features_are_passed_for_the_cell() -> None:
    features = (Feature(feature="a"), Feature(feature="b", python_version=">=3.12"), Feature(feature="c/d"))
    options = BuildOptions(interpreters=("3.11", "3.12"), conditional_features=features)
    machine = gathered()

    found = planned(options, _with_features(machine)).builds

    assert [after(build.command.argv, "--features") for build in found] == ["a,c/d", "a,b,c/d"]


def _with_features(machine: Gathered) -> Gathered:
    metadata: dict[str, Any] = dict(machine.cargo_metadata)
    crate, pyo3 = metadata["packages"]
    crate = {**crate, "features": {"a": [], "b": []}}
    return replace(machine, cargo_metadata={**metadata, "packages": [crate, pyo3]})


def test_an_override_changes_the_command_of_its_cells_alone() -> None:
    override = Override(select=("cp312-*",), values={"rustc_args": ("-C", "lto")}, inherit={"rustc_args": "append"})
    options = BuildOptions(interpreters=("3.11", "3.12"), rustc_args=("-v",), overrides=(override,))

    found = planned(options).builds

    assert [build.command.argv[build.command.argv.index("--") + 1 :] for build in found] == [
        ("-v",),
        ("-v", "-C", "lto"),
    ]


def test_a_toolchain_and_variables_reach_cargo() -> None:
    command = built(toolchain="1.85", environment=(("CC", "clang"),)).command

    assert command.environment["RUSTUP_TOOLCHAIN"] == "1.85"
    assert command.environment["CC"] == "clang"


def test_a_build_directory_of_the_user_is_not_shared_by_cells() -> None:
    build = built()

    assert build.command.environment["CARGO_BUILD_BUILD_DIR"] == str(build.directory)


@pytest.mark.parametrize(
    ("variables", "flags"),
    [
        ({"RUSTFLAGS": "-C debuginfo=1  -Dwarnings"}, ["-C", "debuginfo=1", "-Dwarnings", *MUSLS]),
        ({"CARGO_ENCODED_RUSTFLAGS": "-C\x1fa b", "RUSTFLAGS": "-v"}, ["-C", "a b", *MUSLS]),
        ({"RUSTFLAGS": ""}, MUSLS),
        ({"CARGO_ENCODED_RUSTFLAGS": ""}, MUSLS),
    ],
)
def test_flags_are_added_to_the_users(variables: dict[str, str], flags: list[str]) -> None:
    command = built(gathered(triple=MUSL, environment=variables)).command

    assert command.environment["CARGO_ENCODED_RUSTFLAGS"].split("\x1f") == flags
    assert "--config" not in command.argv


def test_flags_of_the_configuration_are_added_to_too() -> None:
    command = built(gathered(triple=MUSL), environment=(("RUSTFLAGS", "-v"),)).command

    assert command.environment["CARGO_ENCODED_RUSTFLAGS"].split("\x1f") == ["-v", *MUSLS]


def test_without_variables_flags_are_configuration_that_cargo_joins() -> None:
    command = built(gathered(triple=MUSL)).command

    assert after(command.argv, "--config") == f"target.{MUSL}.rustflags={json.dumps(MUSLS)}"
    assert "CARGO_ENCODED_RUSTFLAGS" not in command.environment


def test_where_no_flag_is_needed_the_users_stay_as_they_are() -> None:
    command = built(gathered(environment={"RUSTFLAGS": "-v"}), profile="dev").command

    assert "--config" not in command.argv
    assert not {"RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"} & command.environment.keys()


def flags(build: Build) -> list[str]:
    """Return the flags that cargo's configuration is given."""
    _, _, listed = after(build.command.argv, "--config").partition(".rustflags=")
    found: list[str] = json.loads(listed)
    return found


@pytest.mark.parametrize(
    ("config", "users"),
    [
        ({"build": {"rustflags": ["-C", "target-cpu=x86-64-v2"]}}, ["-C", "target-cpu=x86-64-v2"]),
        ({"target": {LINUX: {"rustflags": ["-v"]}}, "build": {"rustflags": ["-w"]}}, []),
        ({"target": {MUSL: {"rustflags": ["-v"]}}, "build": {"rustflags": ["-w"]}}, ["-w"]),
    ],
)
def test_flags_that_ours_would_hide_are_repeated_before_them(config: dict[str, Any], users: list[str]) -> None:
    assert flags(built(gathered(cargo_config=(config,)))) == [*users, *OURS]


def test_flags_of_the_configuration_come_last() -> None:
    assert flags(built(rustflags=("-C", "target-cpu=native"))) == [*OURS, "-C", "target-cpu=native"]


def test_the_places_of_this_machine_are_remapped_and_the_inner_ones_last() -> None:
    own = built(target_dir="elsewhere")

    assert flags(own) == [*OURS, "--remap-path-prefix=/home/user/project/elsewhere=/sample/target"]
    assert "--remap-path-prefix=/fast/disk=/sample/target" in flags(built(target_dir="/fast/disk"))


def test_a_debugger_finds_the_files_of_a_development_build() -> None:
    assert "--config" not in built(profile="dev").command.argv


def test_flags_and_linker_of_an_override_are_its_cells_alone() -> None:
    values = {"rustflags": ("-v",), "linker": "zig"}
    options = BuildOptions(
        interpreters=("3.11", "3.12"),
        rustflags=("-w",),
        targets=(f"{ARM}.2.28",),
        overrides=(Override(select=("cp312-*",), values=values, inherit={"rustflags": "append"}),),
    )
    machine = replace(
        ZIG, programs={**ZIG.programs, "aarch64-linux-gnu-gcc": PurePath("/usr/bin/aarch64-linux-gnu-gcc")}
    )

    for choice in ("gcc", "zig"):
        one, other = planned(replace(options, linker=choice), machine).builds  # type: ignore[arg-type]

        assert (one.linker, other.linker) == (choice, "zig")
        assert flags(one)[len(OURS) :] == ["-w"]
        assert flags(other)[len(OURS) :] == ["-w", "-v"]


def test_a_table_of_a_target_is_for_its_cells_alone() -> None:
    values = {"linker": "zig", "rustflags": ("-v",), "environment": (("B", "2"),)}
    own = AskedTarget(target=f"{ARM}.2.17", values=values)
    options = BuildOptions(interpreters=("3.12",), targets=(LINUX, own), environment=(("A", "1"), ("B", "1")))

    here, there = planned(options, ZIG).builds

    assert (here.linker, there.linker) == ("native", "zig")
    assert (flags(here), flags(there)) == (OURS, [*OURS, "-v"])
    found = [tuple(build.command.environment[name] for name in "AB") for build in (here, there)]
    assert found == [("1", "1"), ("1", "2")]


def test_zig_is_told_the_glibc_behind_the_triple_and_where_its_caches_are() -> None:
    build = built(ZIG, targets=(f"{ARM}.2.17",))

    assert build.command.argv[:2] == ("/usr/bin/cargo-zigbuild", "rustc")
    assert after(build.command.argv, "--target") == f"{ARM}.2.17"
    assert after(build.command.argv, "--config").startswith(f"target.{ARM}.rustflags=")
    assert build.command.environment["ZIG_GLOBAL_CACHE_DIR"] == "cache/zig/cache"
    assert (build.linker, build.linked_by) == ("zig", "zig for glibc 2.17")


def test_who_was_chosen_is_not_outdone_by_a_variable() -> None:
    name = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"
    machine = replace(ZIG, environment={name: "ld"})

    chosen = built(machine, targets=(ARM,), linker="zig", environment=((name, "ld"), ("A", "1"))).command
    own = built(machine, targets=(ARM,), environment=((name, "mold"),)).command

    assert chosen.without >= {"CARGO", name}
    assert name not in chosen.environment
    assert chosen.environment["A"] == "1"
    assert (own.without, own.environment[name]) == ({"CARGO"}, "mold")


def test_cargo_itself_is_asked_for_the_unit_graph() -> None:
    build = built(ZIG, targets=(f"{ARM}.2.17",))

    argv = build.unit_graph.argv
    assert argv[:2] == ("cargo", "rustc")
    assert after(argv, "--target") == ARM
    own = tuple(text for text in argv if text not in ("--unit-graph", "-Zunstable-options"))
    assert own[own.index("--target") + 2 :] == build.command.argv[build.command.argv.index("--target") + 2 :]


def test_the_unit_graph_is_asked_for_with_the_same_options() -> None:
    command = built(strip=True).command

    graph = unit_graph(command, LINUX)

    added = ("--unit-graph", "-Zunstable-options")
    assert tuple(text for text in graph.argv if text not in added) == command.argv
    assert graph.argv.index("--unit-graph") < graph.argv.index("--")
    assert graph.environment == {**command.environment, "RUSTC_BOOTSTRAP": "1"}
    assert "RUSTC_BOOTSTRAP" not in command.environment


def test_metadata_is_asked_for_the_targets_and_with_the_users_word_on_the_lock() -> None:
    options = BuildOptions(locked=True, offline=True, all_features=True, toolchain="nightly", features=("a", "b"))

    command = metadata_command(options, ROOT / "Cargo.toml", (LINUX, MUSL))

    argv = command.argv
    assert argv[:4] == ("cargo", "metadata", "--format-version", "1")
    assert [argv[place + 1] for place, text in enumerate(argv) if text == "--filter-platform"] == [LINUX, MUSL]
    assert {"--locked", "--offline", "--all-features"} <= {*argv}
    assert "--frozen" not in argv
    assert after(argv, "--features") == "a,b"
    assert command.environment == {"RUSTUP_TOOLCHAIN": "nightly"}


@pytest.mark.parametrize(
    ("system", "shell"), [("linux", ("sh", "-c")), ("macos", ("sh", "-c")), ("windows", ("cmd", "/c"))]
)
def test_a_line_of_the_user_runs_in_the_systems_shell(system: str, shell: tuple[str, str]) -> None:
    command = shell_command("echo $HOME", BuildOptions(), PurePath("/here"), system)

    assert command.argv == (*shell, "echo $HOME")
    assert command.directory == PurePath("/here")
