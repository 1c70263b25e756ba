from dataclasses import replace
from pathlib import PurePath
from typing import Any

from tests.plan.gathered import BUILDS, LINUX, MUSL, ROOT, TABLES, gathered, planned, project

from wheelmatrix.model import Bindgen, Build, Gathered, Plan, Project, Uniffi
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.announced import announced
from wheelmatrix.plan.bindgen import bindgen

TOOL = ROOT / "tool"


def crate(*, has_bindgen: bool = True, library: str = "sample", module_name: str = "sample") -> Project:
    """Return a project of uniffi; its bindgen is a member of the workspace."""
    what = project(module_name=module_name)
    own = Bindgen(package="tool", package_id="tool 1", manifest=TOOL / "Cargo.toml", features=("cli", "x"))
    return replace(
        what,
        crate=replace(what.crate, bindings="uniffi", pyo3=None),
        uniffi=Uniffi(
            version="0.31.2",
            library=library,
            external=frozenset(),
            config=None,
            bindgen=own if has_bindgen else None,
        ),
    )


def built(options: BuildOptions | None = None, machine: Gathered | None = None) -> Build:
    (made,) = bindgen(crate(), options or BuildOptions(), TABLES, machine or gathered())
    return made


def plan_of(*targets: str, **more: Any) -> Plan:
    machine = gathered(
        stds=TABLES.targets, programs=("cargo-zigbuild",), tools={"ziglang": "0.15.2", "cargo-zigbuild": "0.24.1"}
    )
    return planned(BuildOptions(targets=targets), machine, crate(**more))


def test_it_is_a_program_of_the_machine_that_builds_with_the_features_it_requires() -> None:
    argv = built().command.argv

    assert argv[:4] == ("cargo", "build", "--bin", "uniffi-bindgen")
    assert argv[argv.index("--target") + 1] == LINUX
    assert argv[argv.index("--features") + 1] == "cli,x"
    assert argv[argv.index("--manifest-path") + 1] == str(TOOL / "Cargo.toml")
    assert built().command.directory == TOOL
    assert "CARGO_BUILD_TARGET" in built().command.without
    assert built().package_id == "tool 1"


def test_it_has_a_directory_of_its_own_and_may_start_from_another_of_its_profile() -> None:
    directory = built().directory
    other = directory.parent / "sample-py3-abc"
    found = gathered(directories=frozenset({other, BUILDS / LINUX / "release" / "sample-py3-abc"}))

    assert directory.parent == BUILDS / LINUX / "dev"
    assert built(machine=found).clone_from == (other,)
    assert built(machine=gathered(directories=frozenset({other, directory}))).clone_from == ()


def test_it_begins_when_what_runs_on_the_host_is_there() -> None:
    plan = planned(BuildOptions(profile="dev"), what=crate())
    (tool,), (build,) = plan.tools, plan.builds
    (step,) = (step for step in plan.steps if step.subject == tool.id)

    assert tool.clone_from == (build.directory,)
    assert step.once == {f"compile:{build.id}/host"}
    assert plan_of(LINUX).tools[0].clone_from == ()


def test_what_it_alone_needs_is_fetched_unless_the_network_is_forbidden() -> None:
    assert "--locked" in built().command.argv
    assert not {"--frozen", "--offline"} & set(built().command.argv)
    assert "--offline" in built(BuildOptions(offline=True)).command.argv
    assert "--frozen" in built(BuildOptions(frozen=True)).command.argv


def test_its_toolchain_and_variables_are_those_of_the_builds() -> None:
    made = built(BuildOptions(toolchain="1.90", environment=(("A", "b"),)))

    assert made.command.environment["RUSTUP_TOOLCHAIN"] == "1.90"
    assert made.command.environment["A"] == "b"


def test_many_targets_share_one_and_it_is_no_build_of_theirs() -> None:
    plan = plan_of(f"{LINUX}.2.17", MUSL, "aarch64-apple-darwin", "x86_64-pc-windows-gnu")
    (tool,) = plan.tools
    generates = [step for step in plan.steps if step.kind == "generate"]

    assert len(plan.builds) == len(plan.wheels) == len(generates) == 4
    assert tool not in plan.builds
    assert [step.subject for step in plan.steps if step.kind == "compile"].count(tool.id) == 1
    assert all(f"compile:{tool.id}" in step.needs for step in generates)
    assert not [step for step in plan.steps if step.kind == "audit" and step.subject == tool.id]


def test_a_project_without_one_has_none_to_wait_for() -> None:
    plan = plan_of(LINUX, has_bindgen=False)

    assert plan.tools == ()
    assert {step.kind for step in plan.steps} == {"compile", "audit", "generate", "pack"}
    assert planned().tools == ()


def test_the_library_has_the_name_that_the_files_load_it_by() -> None:
    (wheel,) = plan_of(LINUX, library="other", module_name="pkg.sub.native").wheels
    (windows,) = plan_of("x86_64-pc-windows-gnu", library="other").wheels

    assert wheel.extension == "pkg/sub/native/libother.so"
    assert windows.extension == "sample/other.dll"


def test_screens_call_it_by_its_name() -> None:
    plan = plan_of(LINUX)
    titles = dict(zip((step.id for step in plan.steps), announced(plan).titles, strict=True))

    assert titles[f"compile:{plan.tools[0].id}"] == "uniffi-bindgen"
    assert plan.tools[0].directory == PurePath(plan.tools[0].command.environment["CARGO_BUILD_BUILD_DIR"])
