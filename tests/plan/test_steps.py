from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.gathered import BUILDS, LINUX, MUSL, TABLES, gathered, planned

from wheelmatrix.model import Plan
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.steps import artifact_of, pools

VERSIONS = ("3.10", "3.11", "3.12", "3.13")
SOME = BuildOptions(interpreters=VERSIONS)
ARCHES = ("aarch64", "ppc64le", "s390x")
TRIPLES = tuple(f"{arch.replace('ppc64', 'powerpc64')}-unknown-linux-gnu" for arch in ARCHES)
FOREIGN = BuildOptions(interpreters=VERSIONS, targets=TRIPLES)
ZIG = {"ziglang": "0.15.2", "cargo-zigbuild": "0.24.1"}
FLOORS = BuildOptions(interpreters=VERSIONS, targets=(f"{LINUX}.2.17", f"{LINUX}.2.28", f"{LINUX}.2.34"))


def compiles(made: Plan) -> dict[str, set[str]]:
    """Return which compiles each one is a clone of, both by the build's name."""
    names = {f"compile:{build.id}": build.name.partition("-")[0] for build in made.builds}
    return {
        names[step.id]: {names[other.partition("/")[0]] for other in step.once}
        for step in made.steps
        if step.kind == "compile"
    }


def test_each_wheel_has_a_chain_of_its_own() -> None:
    made = planned(BuildOptions(interpreters=("3.12",)))
    build = made.builds[0].id

    assert [(step.id, set(step.needs)) for step in made.steps] == [
        (f"compile:{build}", set()),
        (f"audit:{build}", {f"compile:{build}"}),
        ("pack:cp312-linux_x86_64", {f"audit:{build}"}),
    ]


def test_a_wheel_is_verified_after_it_is_packed() -> None:
    made = planned(BuildOptions(interpreters=("3.12", "3.13"), verify="static"))

    assert [(step.id, step.kind, set(step.needs)) for step in made.steps if step.kind == "verify"] == [
        ("verify:cp312-linux_x86_64", "verify", {"pack:cp312-linux_x86_64"}),
        ("verify:cp313-linux_x86_64", "verify", {"pack:cp313-linux_x86_64"}),
    ]


def test_what_is_merged_is_audited_again_before_it_is_packed() -> None:
    machine = gathered(stds=TABLES.targets, programs=("cargo-zigbuild", "zig"))
    made = planned(BuildOptions(interpreters=("3.12",), targets=("universal2-apple-darwin",)), machine)
    intel, arm = (build.id for build in made.builds)
    (wheel,) = made.wheels

    assert [(step.id, set(step.needs)) for step in made.steps if step.kind not in ("link", "compile")] == [
        (f"audit:{intel}", {f"compile:{intel}"}),
        (f"audit:{arm}", {f"compile:{arm}"}),
        (f"merge:{wheel.id}", {f"audit:{intel}", f"audit:{arm}"}),
        (f"audit:{wheel.id}", {f"merge:{wheel.id}"}),
        (f"pack:{wheel.id}", {f"audit:{wheel.id}"}),
    ]
    assert {step.subject for step in made.steps if step.kind in ("merge", "pack")} == {wheel.id}


def test_the_library_of_a_wheel_is_its_builds_unless_it_was_merged() -> None:
    machine = gathered(stds=TABLES.targets, programs=("cargo-zigbuild", "zig"))
    asked = BuildOptions(interpreters=("3.12",), targets=("aarch64-apple-darwin", "universal2-apple-darwin"))

    thin, fat = planned(asked, machine).wheels

    assert (artifact_of(thin), artifact_of(fat)) == (thin.builds[0], "cp312-macosx_universal2")


def test_step_ids_are_unique_in_a_matrix_of_everything() -> None:
    machine = gathered(stds=TABLES.targets, programs=("cargo-zigbuild", "zig"))
    linux = [row.triple for row in TABLES.targets.values() if row.zig and row.triple.startswith(("x86_64", "aarch64"))]
    targets = (*(each for each in linux if not each.endswith("gnullvm")), "universal2-apple-darwin")

    made = planned(BuildOptions(interpreters=VERSIONS, targets=targets), machine)

    assert len({step.id for step in made.steps}) == len(made.steps)
    assert len({cell.id for cell in made.cells}) == len(made.cells) == len(targets) * len(VERSIONS)


def test_one_leads_where_there_is_nothing_to_clone() -> None:
    made = planned(SOME)

    assert compiles(made) == {"cp310": set(), "cp311": {"cp310"}, "cp312": {"cp310"}, "cp313": {"cp310"}}
    lead = made.builds[0].directory
    assert [build.clone_from for build in made.builds] == [(), (lead,), (lead,), (lead,)]


def test_nobody_waits_where_all_directories_exist() -> None:
    existing = frozenset(build.directory for build in planned(SOME).builds)

    made = planned(SOME, gathered(directories=existing))

    assert set(map(frozenset, compiles(made).values())) == {frozenset()}


def test_a_new_build_waits_for_the_sibling_that_it_copies() -> None:
    first = planned(BuildOptions(interpreters=("3.11",))).builds[0].directory

    made = planned(SOME, gathered(directories=frozenset({first})))

    assert compiles(made) == {"cp311": set(), "cp310": {"cp311"}, "cp312": {"cp311"}, "cp313": {"cp311"}}


def test_a_sibling_that_is_idle_is_waited_for_by_nobody() -> None:
    idle = planned(BuildOptions(interpreters=("3.9",))).builds[0].directory

    made = planned(SOME, gathered(directories=frozenset({idle})))

    assert set(map(frozenset, compiles(made).values())) == {frozenset()}
    assert {build.clone_from for build in made.builds} == {(idle,)}


def test_a_directory_of_another_target_is_for_the_lead_alone() -> None:
    far = BUILDS / MUSL / "release" / "sample-cp310-000000"

    made = planned(SOME, gathered(directories=frozenset({far})))

    lead = made.builds[0]
    assert lead.clone_from == (far,)
    assert {build.clone_from[0] for build in made.builds[1:]} == {lead.directory}


def test_a_directory_where_zig_linked_for_the_host_too_has_nothing_for_other_targets() -> None:
    far = BUILDS / f"{LINUX}.2.17" / "release" / "sample-cp310-000000"

    made = planned(SOME, gathered(directories=frozenset({far})))

    assert made.builds[0].clone_from == ()


def leads_of(made: Plan) -> list[frozenset[str]]:
    """Return what the first build of each target waits for."""
    leads = {made.builds[place].id for place in (0, 4, 8)}
    return [step.once for step in made.steps if step.subject in leads and step.kind == "compile"]


def test_what_zig_links_shares_the_hosts_half_the_host_with_a_floor_too() -> None:
    made = planned(FLOORS, gathered(tools=ZIG, programs=["cargo-zigbuild"]))

    first = made.builds[0].id
    assert leads_of(made) == [frozenset(), *[frozenset({f"compile:{first}/host"})] * 2]
    assert {build.command.environment["CARGO_TARGET_APPLIES_TO_HOST"] for build in made.builds} == {"false"}


def test_where_the_user_has_a_linker_each_floor_of_the_host_has_a_half_of_its_own() -> None:
    for config in ({LINUX: {"linker": "clang"}}, {"cfg(unix)": {"linker": "clang"}}):
        machine = gathered(tools=ZIG, programs=["cargo-zigbuild"], cargo_config=({"target": config},))
        made = planned(replace(FLOORS, linker="zig"), machine)

        assert leads_of(made) == [frozenset()] * 3
        assert all("CARGO_TARGET_APPLIES_TO_HOST" not in build.command.environment for build in made.builds)


def test_each_target_has_a_lead_and_the_first_gives_the_others_the_hosts_half() -> None:
    made = planned(
        FOREIGN, gathered(stds=TRIPLES, programs=[f"{triple.replace('-unknown', '')}-gcc" for triple in TRIPLES])
    )

    first, *others = (made.builds[place] for place in (0, 4, 8))
    once = {step.subject: step.once for step in made.steps if step.kind == "compile"}
    assert once[first.id] == frozenset()
    assert [once[build.id] for build in others] == [frozenset({f"compile:{first.id}/host"})] * 2
    assert once[made.builds[5].id] == {f"compile:{made.builds[4].id}/shared"}


@pytest.mark.slow
@given(st.data())
def test_steps_are_in_topological_order_whatever_exists(data: st.DataObject) -> None:
    all_of_them = sorted(build.directory for build in planned(FLOORS).builds)
    existing = data.draw(st.frozensets(st.sampled_from(all_of_them)))

    made = planned(FLOORS, gathered(directories=existing))

    seen: set[str] = set()
    for step in made.steps:
        assert step.needs | step.after | {part.partition("/")[0] for part in step.once} <= seen
        seen.add(step.id)


@pytest.mark.slow
@given(st.data())
def test_nobody_is_copied_before_it_has_what_clones_share(data: st.DataObject) -> None:
    all_of_them = sorted(build.directory for build in planned(FLOORS).builds)
    existing = data.draw(st.frozensets(st.sampled_from(all_of_them)))

    made = planned(FLOORS, gathered(directories=existing))

    by_directory = {build.directory: f"compile:{build.id}" for build in made.builds}
    once = {step.subject: step.once for step in made.steps if step.kind == "compile"}
    for build in made.builds:
        if build.clone_from and build.clone_from[0] in by_directory:
            part = "shared" if build.clone_from[0].parent == build.directory.parent else "host"
            assert once[build.id] == {f"{by_directory[build.clone_from[0]]}/{part}"}


def test_the_users_commands_come_before_every_compile() -> None:
    made = planned(BuildOptions(interpreters=VERSIONS, before_all=("make",)))

    assert (made.steps[0].id, made.steps[0].kind) == ("prepare", "prepare")
    assert {step.needs for step in made.steps if step.kind == "compile"} == {frozenset({"prepare"})}
    assert [command.argv for command in made.before] == [("sh", "-c", "make")]


def test_only_compiles_hold_a_place_and_there_are_as_many_as_jobs() -> None:
    made = planned(SOME, gathered(cpus=3))

    assert {step.kind for step in made.steps if step.holds} == {"compile"}
    assert made.pools == pools(3) == {"compile": 3}
    assert planned(BuildOptions(interpreters=VERSIONS, jobs=7)).pools == {"compile": 7}


def test_everything_is_built_once_more_when_all_wheels_are_there() -> None:
    made = planned(BuildOptions(interpreters=VERSIONS, check_reproducible=True))

    last = made.steps[-1]
    assert (last.id, last.kind) == ("reproduce", "reproduce")
    assert last.needs == {f"pack:{wheel.id}" for wheel in made.wheels}
    assert [step for step in made.steps if step.kind == "reproduce"] == [last]
    assert "reproduce" not in {step.kind for step in planned(BuildOptions(interpreters=VERSIONS)).steps}
