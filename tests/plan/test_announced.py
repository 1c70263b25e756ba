"""What screens are told of a plan: each step has a title that people know, and a target."""

from tests.plan.gathered import LINUX, gathered, planned, target

from wheelmatrix.model import Plan
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.announced import announced
from wheelmatrix.plan.elsewhere import equipped

ARM = "aarch64-unknown-linux-gnu"
APPLE = "universal2-apple-darwin"


def plan_of(*targets: str) -> Plan:
    options = BuildOptions(interpreters=("3.12", "3.13"), targets=targets)
    rows = (target(each.removesuffix(".2.17")) for each in targets)
    return planned(options, equipped(gathered(), rows))


def test_every_step_is_called_by_its_build_its_wheel_or_its_target() -> None:
    plan = plan_of(f"{LINUX}.2.17", APPLE)
    event = announced(plan)
    titles = dict(zip(event.steps, event.titles, strict=True))

    names = {build.id: build.name for build in plan.builds}
    for step in plan.steps:
        assert titles[step.id] == names.get(step.subject, step.subject)
    assert titles["merge:cp312-macosx_universal2"] == "cp312-macosx_universal2"


def test_every_step_belongs_to_a_target_that_was_asked_for() -> None:
    event = announced(plan_of(f"{LINUX}.2.17", APPLE))

    assert set(event.step_targets) == {f"{LINUX}.2.17", APPLE} == set(event.targets)
    assert len(event.step_targets) == len(event.steps)


def test_a_slice_that_was_asked_for_belongs_to_itself() -> None:
    event = announced(plan_of("aarch64-apple-darwin", APPLE))
    by_title = dict(zip(event.titles, event.step_targets, strict=True))

    assert by_title["cp312-macosx_arm64"] == "aarch64-apple-darwin"
    assert by_title["cp312-macosx_x86_64"] == by_title["cp312-macosx_universal2"] == APPLE


def test_a_wheel_names_the_builds_that_it_is_made_of() -> None:
    event = announced(plan_of(APPLE, LINUX))
    builds = dict(zip(event.wheels, event.builds, strict=True))

    assert builds["cp312-macosx_universal2"] == "cp312-macosx_x86_64 cp312-macosx_arm64"
    assert builds["cp312-linux_x86_64"] == "cp312-linux_x86_64"


def test_every_cell_has_the_linker_of_its_builds() -> None:
    event = announced(plan_of(LINUX, ARM, APPLE))

    assert dict(zip(event.targets, event.linkers, strict=True)) == {LINUX: "native", ARM: "zig", APPLE: "zig"}


def test_commands_for_all_belong_to_no_target() -> None:
    event = announced(planned(BuildOptions(interpreters=("3.12",), before_all=("make",))), (1.0, None, None, None))

    assert (event.titles[0], event.step_targets[0]) == ("", "")
    assert event.expected_s == (1.0, None, None, None)
